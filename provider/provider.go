// Package provider asks AWS for temporary credentials, one step at a time.
//
// A [Request] says which credentials are wanted and never holds a secret. Its
// Mint method makes the one step that gets them, with what it is [Given]:
// nothing is looked up here in any cache, and nothing is kept. Whoever calls
// Mint decides when to, and what becomes of the result.
//
// A [Secret] can be read only inside this package. It leaves by one door, the
// encoder of the credential_process document in document.go.
package provider
