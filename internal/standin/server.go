package standin

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Server is a stand-in that listens on loopback.
type Server struct {
	*Standin
	URL   string
	close func()
}

// NewServer listens on a free port.
func NewServer() *Server {
	server, err := Listen("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return server
}

// Listen listens on a loopback address and refuses any other.
func Listen(address string) (*Server, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %s: it is not a loopback address", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := New()
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // It returns when the server is closed.
	once := sync.OnceFunc(func() {
		close(s.closed)
		server.Close()
	})
	return &Server{Standin: s, URL: "http://" + listener.Addr().String(), close: once}, nil
}

// Close ends the server and whatever it still has to answer.
func (s *Server) Close() { s.close() }
