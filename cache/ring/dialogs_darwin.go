//go:build cgo

package ring

/*
#cgo CFLAGS: -Wno-deprecated-declarations
#cgo LDFLAGS: -framework Security
#include <Security/Security.h>

static void setDialogs(int allowed) {
	SecKeychainSetUserInteractionAllowed(allowed != 0);
}

// isLocked asks for the state of the default keychain, which is what no keychain
// stands for.
static int isLocked(void) {
	SecKeychainStatus status = 0;
	return SecKeychainGetStatus(NULL, &status) == errSecSuccess && (status & kSecUnlockStateStatus) == 0;
}
*/
import "C"

// forbidDialogs makes what would ask a human fail instead, in this process.
func forbidDialogs() { C.setDialogs(0) }

func allowDialogs() { C.setDialogs(1) }

func isKeychainLocked() bool { return C.isLocked() != 0 }
