package standin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
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
	credential, signedHeaders, signature := parseAuthorization(header)
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || signature == "" {
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
	if unsigned(r, signedHeaders) || sign(r, body, k.secret, scope[1:], signedHeaders) != signature {
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
func parseAuthorization(header string) (credential string, signedHeaders []string, signature string) {
	fields, _ := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	for _, field := range strings.Split(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			signedHeaders = strings.Split(value, ";")
		case "Signature":
			signature = value
		}
	}
	return credential, signedHeaders, signature
}

// unsigned reports whether a header that must be signed is not.
func unsigned(r *http.Request, signedHeaders []string) bool {
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(signedHeaders, name) {
			return true
		}
	}
	return !slices.Contains(signedHeaders, "host")
}

// sign computes a request's signature as "Create a signed AWS API request" in the
// IAM user guide has it. The SDK's own signer does not do here: it leaves out
// User-Agent, which the SDK for Java 1 signs.
func sign(r *http.Request, body []byte, secret string, scope, signedHeaders []string) string {
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	canonical := []string{r.Method, r.URL.EscapedPath(), query}
	for _, name := range signedHeaders {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		canonical = append(canonical, name+":"+strings.Join(strings.Fields(value), " "))
	}
	canonical = append(canonical, "", strings.Join(signedHeaders, ";"), sha256Hex(body))
	text := strings.Join([]string{
		"AWS4-HMAC-SHA256",
		r.Header.Get("X-Amz-Date"),
		strings.Join(scope, "/"),
		sha256Hex([]byte(strings.Join(canonical, "\n"))),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range append(slices.Clone(scope), text) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
