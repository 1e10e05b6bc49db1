package standin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// tolerance is how far a signature's time may be from AWS's.
const tolerance = 5 * time.Minute

// caller returns whose signature (Signature Version 4) a request bears, after
// computing it again with the secret of its access key id.
func (s *Standin) caller(r *http.Request, body []byte) (string, *key, *refusal) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", nil, refuse(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	credential, signedHeaders, ok := parseAuthorization(header)
	scope := strings.Split(credential, "/")
	if !ok || len(scope) != 5 {
		return "", nil, refuse(400, "IncompleteSignature", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
	}
	id := scope[0]
	s.mu.Lock()
	k := s.keys[id]
	s.mu.Unlock()
	if k == nil || k.revoked || k.token != r.Header.Get("X-Amz-Security-Token") {
		return id, nil, refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	signedAt, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return id, nil, refuse(400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'.")
	}
	if refused := s.checkTime(signedAt); refused != nil {
		return id, nil, refused
	}
	if signAgain(r, body, id, k, scope, signedHeaders, signedAt) != header {
		return id, nil, refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.")
	}
	if k.temporary() && !s.now().Before(k.expires) {
		return id, nil, refuse(403, "ExpiredToken", "The security token included in the request is expired")
	}
	return id, k, nil
}

func (s *Standin) checkTime(signedAt time.Time) *refusal {
	const form = "20060102T150405Z"
	now := s.now().UTC()
	switch {
	case signedAt.Before(now.Add(-tolerance)):
		return refuse(403, "SignatureDoesNotMatch", "Signature expired: "+signedAt.Format(form)+" is now earlier than "+now.Add(-tolerance).Format(form)+" ("+now.Format(form)+" - 5 min.)")
	case signedAt.After(now.Add(tolerance)):
		return refuse(403, "SignatureDoesNotMatch", "Signature not yet current: "+signedAt.Format(form)+" is still later than "+now.Add(tolerance).Format(form)+" ("+now.Format(form)+" + 5 min.)")
	}
	return nil
}

// parseAuthorization reads AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=….
func parseAuthorization(header string) (credential string, signedHeaders []string, ok bool) {
	fields, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	for _, field := range strings.Split(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			signedHeaders = strings.Split(value, ";")
		}
	}
	return credential, signedHeaders, ok && credential != "" && len(signedHeaders) > 0
}

// signAgain returns the Authorization header that the request should have.
func signAgain(r *http.Request, body []byte, id string, k *key, scope, signedHeaders []string, at time.Time) string {
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), strings.NewReader(string(body)))
	if err != nil {
		return ""
	}
	again.Host = r.Host
	again.ContentLength = -1 // The signer would sign a length that was not.
	for _, name := range signedHeaders {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = r.ContentLength
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: id, SecretAccessKey: k.secret, SessionToken: k.token}
	err = v4.NewSigner().SignHTTP(context.Background(), credentials, again, hex.EncodeToString(sum[:]), scope[3], scope[2], at)
	if err != nil {
		return ""
	}
	return again.Header.Get("Authorization")
}
