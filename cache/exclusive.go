package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Exclusive keeps the user's other processes from what has this name until the
// function that it returns is called. Where nothing can be locked it goes on
// without, like a mint; the error is ctx's.
func Exclusive(ctx context.Context, name string) (func(), error) {
	folder, err := makeRuntimeFolder()
	if err != nil {
		return func() {}, nil
	}
	sum := sha256.Sum256([]byte(name))
	f := flock.New(filepath.Join(folder, "file-"+hex.EncodeToString(sum[:16])+".lock"), flock.SetFlag(lockFlags), flock.SetPermissions(0o600))
	if _, err := f.TryLockContext(ctx, 10*time.Millisecond); ctx.Err() != nil {
		return nil, err
	}
	return func() { _ = f.Unlock() }, nil
}
