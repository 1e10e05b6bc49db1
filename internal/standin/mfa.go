package standin

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Alice's MFA device, a virtual one, and the seed that both sides know.
const (
	DeviceSerial = "arn:aws:iam::" + Account + ":mfa/alice"
	DeviceSeed   = "STANDINALICEMFASEEDSTANDINALICEM"
)

// deviceUser is whose device it is.
const deviceUser = "arn:aws:iam::" + Account + ":user/alice"

// codeLifetime is the time step of RFC 6238.
const codeLifetime = 30 * time.Second

// TOTP returns the six digits that a device shows at a time (RFC 6238, with the
// defaults of RFC 4226: HMAC-SHA-1).
func TOTP(seed string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/int64(codeLifetime/time.Second)) // A hash takes everything.
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// ahead is how many codes of the near future work too, so that no test has to wait
// for one that is not used.
const ahead = 6

// checkCode reports whether the caller has shown an MFA device, now or when its
// session began. A code works once, in its own 30 seconds and the next, as it does
// for a device whose clock is a little behind.
func (s *Standin) checkCode(caller *key, form url.Values) (bool, *refusal) {
	serial, code := form.Get("SerialNumber"), form.Get("TokenCode")
	if serial == "" && code == "" {
		return caller.mfa, nil
	}
	if serial != DeviceSerial || caller.arn != deviceUser {
		return false, refuse(403, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for step := -1; step <= ahead; step++ {
		if code == TOTP(DeviceSeed, now.Add(time.Duration(step)*codeLifetime)) && !s.usedCodes[code] {
			s.usedCodes[code] = true
			return true, nil
		}
	}
	return false, refuse(403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}
