package command

import (
	"context"
	"fmt"
	"time"
)

// Unlock is credlease unlock.
type Unlock struct{}

// unlockLimit is for a human who looks for the password.
const unlockLimit = 60 * time.Second

// Run opens the keyring. It is the only command that may make it prompt.
func (*Unlock) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), unlockLimit)
	defer cancel()
	p.waitFor("the keyring, which asks in a window of its own")
	said, err := p.byHand().Unlock(ctx)
	p.notice.end()
	if err == nil {
		fmt.Println(said)
	}
	return err
}
