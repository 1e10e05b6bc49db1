package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

// A motoServer is moto's server, behind a proxy that counts what it is asked.
type motoServer struct {
	url     string
	process *exec.Cmd
	proxy   *httptest.Server
	assumed atomic.Int64
}

func startMoto(program string) (*motoServer, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	m := &motoServer{process: exec.Command(program, "-H", "127.0.0.1", "-p", port)}
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.process.Start(); err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	m.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.count(r)
		forward.ServeHTTP(w, r)
	}))
	m.url = m.proxy.URL
	if err := waitFor(address); err != nil {
		m.close()
		return nil, fmt.Errorf("start moto: %w", err)
	}
	return m, nil
}

func (m *motoServer) count(r *http.Request) {
	body, _ := io.ReadAll(r.Body) // What is cut short is moto's to refuse.
	if bytes.Contains(body, []byte("Action=AssumeRole&")) {
		m.assumed.Add(1)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
}

func (m *motoServer) assumeRoleCalls() int { return int(m.assumed.Load()) }

func (m *motoServer) close() {
	m.proxy.Close()
	_ = m.process.Process.Kill()
	_ = m.process.Wait()
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// waitFor returns when somebody listens at the address.
func waitFor(address string) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			return connection.Close()
		}
	}
	return errors.New("it does not listen")
}
