package standin

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"
)

// key is a set of credentials that the stand-in knows.
type key struct {
	secret  string
	token   string // session token, of temporary credentials
	arn     string
	userID  string
	expires time.Time // zero for long-term keys
	mfa     bool
	role    bool // a role session, which may assume a role for one hour at most
	revoked bool
	padding int // what the session token was asked to have at least
}

func (k *key) temporary() bool { return k.token != "" }

// issue makes new credentials and returns their access key id.
func (s *Standin) issue(k key, lifetime time.Duration) (string, *key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lifetime > 0 {
		lifetime = s.lifetime
	}
	s.issued++
	id := fmt.Sprintf("ASIASTANDIN%09d", s.issued)
	k.secret = randomText(40)
	k.token = randomText(max(s.tokenSize, k.padding))
	k.expires = time.Now().Add(s.offset).Add(lifetime).Truncate(time.Second)
	s.keys[id] = &k
	s.secrets = append(s.secrets, k.secret, k.token)
	return id, &k
}

// randomText returns n characters of the base64 alphabet.
func randomText(n int) string {
	data := make([]byte, n)
	_, _ = rand.Read(data) // It never fails, says its documentation.
	return base64.StdEncoding.EncodeToString(data)[:n]
}

// randomUUID returns a version 4 UUID (RFC 9562).
func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
