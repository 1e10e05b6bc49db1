package command

import (
	"context"
	"fmt"
)

// Clear is credlease clear.
type Clear struct {
	Match      string `arg:"" optional:"" placeholder:"TEXT" help:"Forget only the leases whose label, as status shows it, contains this."`
	Identities bool   `help:"Forget their Cognito identity ids too: the next guest is a new one to AWS."`
}

// Run forgets leases. Kept keys stay.
func (k *Clear) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	c := p.byHand()
	cleared, err := c.Clear(ctx, k.Match)
	if err != nil {
		return err
	}
	fmt.Printf("%s forgotten.\n", count(cleared.Leases, "lease"))
	if k.Identities {
		n, err := c.ClearIdentities(ctx, k.Match)
		if err != nil {
			return err
		}
		fmt.Printf("%s forgotten.\n", count(n, "identity"))
	}
	for _, trouble := range cleared.Troubles {
		fmt.Printf("Not opened: %s\n", trouble)
	}
	return nil
}

func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "identity":
		return fmt.Sprintf("%d identities", n)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
