package ring

import "github.com/99designs/keyring"

// credentialLimit is CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h, in bytes.
const credentialLimit = 5 * 512

// CredentialManager opens the user's credentials in Windows.
func CredentialManager() (Ring, error) {
	opened, err := open(keyring.Config{WinCredPrefix: "credlease"}, keyring.WinCredBackend)
	return split{opened, credentialLimit}, err
}
