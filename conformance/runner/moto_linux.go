package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// moto is moto's server, which plays S3 and, a second time, STS.
type moto struct {
	url     *url.URL
	version string
	process *exec.Cmd
}

const (
	motoFolder  = "conformance/moto"
	motoAccount = "123456789012"
	bucket      = "conformance"
	keysInIt    = 10_000
)

func startMoto(builds string) (*moto, error) {
	folder, err := filepath.Abs(motoFolder)
	if err != nil {
		return nil, err
	}
	c := client{name: "moto", folder: folder, build: filepath.Join(builds, "moto")}
	if err := c.setUp(); err != nil {
		return nil, err
	}
	m := &moto{version: c.version, process: exec.Command(filepath.Join(c.folder, "serve"), c.build, strconv.Itoa(keysInIt))}
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	m.process.Stderr = os.Stderr
	// It ends when its stdin does, and that is open as long as we are.
	if _, err := m.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := m.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := m.process.Start(); err != nil {
		return nil, fmt.Errorf("start moto: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		m.url, err = url.Parse(strings.TrimSpace(line))
	}
	if err != nil {
		m.close()
		return nil, fmt.Errorf("start moto: %w", err)
	}
	return m, nil
}

func (m *moto) close() {
	_ = m.process.Process.Kill()
	_ = m.process.Wait()
}

// A counter stands between clients and moto.
type counter struct {
	*httptest.Server
	assumed, listed atomic.Int64
	delay           time.Duration // of a list
}

func (m *moto) counted(delay time.Duration) *counter {
	c := &counter{delay: delay}
	forward := httputil.NewSingleHostReverseProxy(m.url)
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count(r)
		forward.ServeHTTP(w, r)
	}))
	return c
}

func (c *counter) count(r *http.Request) {
	body, _ := io.ReadAll(r.Body) // What is cut short is moto's to refuse.
	r.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte("Action=AssumeRole&")) {
		c.assumed.Add(1)
	}
	if r.URL.Query().Has("max-keys") {
		c.listed.Add(1)
		time.Sleep(c.delay)
	}
}

// tryMoto is a lease once more, from another AWS.
func (b *bench) tryMoto(m *moto, c *client, r *result) error {
	if expectationOf(c.name).buckets {
		return nil
	}
	aws := m.counted(0)
	defer aws.Close()
	k := kind{
		name:      "role, moto",
		arguments: strings.ReplaceAll(assume("Moto", "--source-keys work"), "111122223333", motoAccount),
		lifetime:  time.Hour,
		session:   "arn:aws:sts::" + motoAccount + ":assumed-role/Moto/conformance",
		mints:     1,
	}
	if err := b.configure(b.config() + profileText(k.profile(), b.watched.program+" "+k.arguments)); err != nil {
		return err
	}
	return b.tryLease(c, r, k, []string{"AWS_ENDPOINT_URL=" + aws.URL}, func() int { return int(aws.assumed.Load()) })
}
