package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"credlease/cache"
	"credlease/internal/load"
)

// slow is how long one call of a keyring may take on a machine that is not busy:
// half of the time after which it is taken to hang.
const slow = time.Second

// aKeyringWorks writes 3 KB to every keyring, reads and removes them.
func aKeyringWorks(p *patient) []Finding {
	probes := p.Cache.Probe(p.ctx)
	usable := slices.ContainsFunc(probes, func(pr cache.Probe) bool { return pr.Err == nil })
	lasting := slices.ContainsFunc(probes, func(pr cache.Probe) bool { return pr.Err == nil && pr.Lasting })
	var found []Finding
	for i, pr := range probes {
		f := p.examineProbe(pr, usable, lasting)
		if i == slices.IndexFunc(probes, func(pr cache.Probe) bool { return pr.Err == nil }) {
			f.Evidence += "; leases are kept here"
		}
		found = append(found, f)
	}
	if len(probes) == 0 {
		found = append(found, problem("there is no keyring on this platform: every run asks AWS", mendWithFiles))
	}
	return found
}

const (
	mendWithFiles  = "export CREDLEASE_BACKEND=file CREDLEASE_FILE_PASSPHRASE=..."
	mendPassphrase = "export CREDLEASE_FILE_PASSPHRASE=..."
)

func (p *patient) examineProbe(pr cache.Probe, usable, lasting bool) Finding {
	switch {
	case pr.Err == nil && max(pr.Write, pr.Read) > slow && !load.MachineBusy():
		return warning(fmt.Sprintf("%s: 3 KB written in %s, read in %s: it is slow", pr.Store, ms(pr.Write), ms(pr.Read)), "")
	case pr.Err == nil:
		return ok(fmt.Sprintf("%s: unlocked; 3 KB written in %s, read in %s, removed in %s", pr.Store, ms(pr.Write), ms(pr.Read), ms(pr.Remove)))
	}
	evidence := pr.Err.Error()
	if !bytes.HasPrefix([]byte(evidence), []byte(pr.Store)) {
		evidence = pr.Store + ": " + evidence
	}
	needed := pr.Lasting && !lasting && p.usesKeptKeys()
	if needed {
		evidence += "; it has the access keys of --source-keys"
	}
	f := Finding{Verdict: Warning, Evidence: evidence}
	switch {
	case errors.Is(pr.Err, cache.ErrLocked) && pr.Store == "file":
		f.Mend = mendPassphrase
	case errors.Is(pr.Err, cache.ErrLocked):
		f.Mend = "credlease unlock"
	case runtime.GOOS == "darwin" && pr.Store == "keychain" && errors.Is(pr.Err, cache.ErrAbsent):
		f.Evidence += "; this program was built without cgo, and so without the Keychain"
		f.Mend = "CGO_ENABLED=1 ./install.sh"
	case errors.Is(pr.Err, cache.ErrAbsent) && usable && !needed:
		f.Verdict = OK
	case errors.Is(pr.Err, cache.ErrAbsent):
		f.Mend = mendWithFiles
	}
	if !usable || needed {
		f.Verdict = Problem
	}
	return f
}

func (p *patient) usesKeptKeys() bool {
	return slices.ContainsFunc(p.processes, func(pr process) bool { return pr.option("--source-keys") != "" })
}

// theKernelHasRoom reads how much of its quota this user's keys take.
func theKernelHasRoom(*patient) []Finding {
	text, err := os.ReadFile("/proc/key-users")
	if err != nil {
		return nil
	}
	for _, line := range bytes.Split(text, []byte("\n")) {
		// uid: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes. See
		// proc_key_users(5).
		fields := bytes.Fields(line)
		if len(fields) < 5 || string(fields[0]) != strconv.Itoa(os.Getuid())+":" {
			continue
		}
		keys, mostKeys := fraction(fields[3])
		size, mostSize := fraction(fields[4])
		evidence := fmt.Sprintf("the kernel's keyring has %d of %d keys, %d of %d bytes", keys, mostKeys, size, mostSize)
		if mostKeys > 0 && mostSize > 0 && (keys+5 > mostKeys || size+4096 > mostSize) {
			return []Finding{warning(evidence+": there is no room for another lease", "credlease clear")}
		}
		return []Finding{ok(evidence)}
	}
	return nil
}

func fraction(text []byte) (part, whole int) {
	a, b, _ := bytes.Cut(text, []byte("/"))
	part, _ = strconv.Atoi(string(a)) // 0 says nothing, as does what is no number.
	whole, _ = strconv.Atoi(string(b))
	return part, whole
}

// processesCanWaitForEachOther looks at the folder of the locks.
func processesCanWaitForEachOther(p *patient) []Finding {
	if err := p.Cache.LockTrouble(); err != nil {
		return []Finding{warning("there are no locks, so that each of several processes asks AWS: "+err.Error(), "")}
	}
	return nil
}
