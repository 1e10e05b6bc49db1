package realkeyring

import (
	"errors"
	"sync/atomic"

	"github.com/godbus/dbus"
)

// A Prompter is asked in place of the desktop's dialog when gnome-keyring wants
// the password of a collection. Its protocol is that of the gcr library.
type Prompter struct {
	bus    *dbus.Conn
	calls  chan *dbus.Message
	answer Answer
	asked  atomic.Int32
}

// Answer is what a Prompter does when it is asked.
type Answer string

// The answers.
const (
	Right     Answer = "right"     // gives the password
	Wrong     Answer = "wrong"     // gives another, and cancels when it is asked again
	Dismissed Answer = "dismissed" // cancels
	Silent    Answer = "silent"    // leaves the dialog open
)

const (
	prompterName      = "org.gnome.keyring.SystemPrompter"
	callbackInterface = "org.gnome.keyring.internal.Prompter.Callback."
)

// StartPrompter answers the prompts of the service from now on.
func (s *Service) StartPrompter(answer Answer) (*Prompter, error) {
	bus, err := dial(s.Address)
	if err != nil {
		return nil, err
	}
	p := &Prompter{bus: bus, calls: make(chan *dbus.Message, 100), answer: answer}
	s.prompters = append(s.prompters, p)
	reply, err := bus.RequestName(prompterName, dbus.NameFlagReplaceExisting|dbus.NameFlagAllowReplacement)
	if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		err = errors.New("start a prompter: another has its name")
	}
	// gnome-keyring passes over what comes before the reply to its own call, and
	// the library sends that after a method has returned.
	bus.Eavesdrop(p.calls)
	go p.serve()
	return p, err
}

func (p *Prompter) close() {
	p.bus.Eavesdrop(nil)
	close(p.calls)
	p.bus.Close()
}

// Asked is how often a dialog was to be shown.
func (p *Prompter) Asked() int { return int(p.asked.Load()) }

func (p *Prompter) serve() {
	for call := range p.calls {
		member, _ := call.Headers[dbus.FieldMember].Value().(string)
		sender, _ := call.Headers[dbus.FieldSender].Value().(string)
		if call.Type != dbus.TypeMethodCall || len(call.Body) == 0 {
			continue
		}
		p.bus.Send(&dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(sender),
			dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()),
		}}, nil)
		path, _ := call.Body[0].(dbus.ObjectPath)
		callback := p.bus.Object(sender, path)
		switch member {
		case "BeginPrompting":
			ready(callback, "", "")
		case "PerformPrompt":
			p.show(callback, call.Body[3].(string))
		case "StopPrompting":
			callback.Go(callbackInterface+"PromptDone", dbus.FlagNoReplyExpected, nil)
		}
	}
}

// show does what whoever sees the dialog would.
func (p *Prompter) show(callback dbus.BusObject, exchange string) {
	first := p.asked.Add(1) == 1
	switch {
	case p.answer == Silent:
	case p.answer == Right:
		typed(callback, exchange, Password)
	case p.answer == Wrong && first:
		typed(callback, exchange, "another password")
	default:
		ready(callback, "no", "")
	}
}

func typed(callback dbus.BusObject, exchange, password string) {
	sealed, err := seal(exchange, password)
	if err != nil {
		ready(callback, "no", "")
		return
	}
	ready(callback, "yes", sealed)
}

func ready(callback dbus.BusObject, reply, exchange string) {
	callback.Go(callbackInterface+"PromptReady", dbus.FlagNoReplyExpected, nil, reply, map[string]dbus.Variant{}, exchange)
}
