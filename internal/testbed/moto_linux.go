package testbed

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
	"strings"
	"sync"
	"syscall"
	"time"
)

// Moto is moto's server, behind a proxy that notes what it is asked. It plays AWS
// in shapes alone: it checks no signature, token or limit.
type Moto struct {
	URL     string
	process *exec.Cmd
	proxy   *httptest.Server

	mu    sync.Mutex
	calls []Call
}

// A Call is a request that reached moto.
type Call struct {
	Operation string
	Signed    bool
}

// StartMoto runs the program moto_server until [Moto.Close].
func StartMoto(program string) (*Moto, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	m := &Moto{process: exec.Command(program, "-H", "127.0.0.1", "-p", port)}
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.process.Start(); err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	m.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.note(r)
		forward.ServeHTTP(w, r)
	}))
	m.URL = m.proxy.URL
	if err := waitFor(address); err != nil {
		m.Close()
		return nil, fmt.Errorf("start moto: %w", err)
	}
	return m, nil
}

func (m *Moto) note(r *http.Request) {
	body, _ := io.ReadAll(r.Body) // What is cut short is moto's to refuse.
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if form, err := url.ParseQuery(string(body)); err == nil && operation == "" {
		operation = form.Get("Action")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, Call{operation, r.Header.Get("Authorization") != ""})
}

// Calls returns the requests since it was last asked.
func (m *Moto) Calls() []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

// Close ends the server.
func (m *Moto) Close() {
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
