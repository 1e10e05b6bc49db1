package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
	Deps       []string
}

// list returns the packages that patterns name, as they are built for a platform,
// and with deps those that they need.
func list(t *testing.T, goos string, args ...string) []pkg {
	t.Helper()
	need(t, "go")
	showFolders(t)
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Standard,Deps"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOFLAGS=-mod=readonly")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	var packages []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list %v: %v", args, err)
		}
		packages = append(packages, p)
	}
}

// showFolders opens every folder of the module: go test takes an old result for
// good unless what the test itself has opened has changed.
func showFolders(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == ".git" {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatalf("look for what has changed: %v", err)
	}
}

var platforms = []string{"linux", "darwin", "windows"}

// within reports whether path is a package or, with /... at its end, one below.
func within(path string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		folder, below := strings.CutSuffix(pattern, "/...")
		return path == folder || below && strings.HasPrefix(path, folder+"/")
	})
}

// importers says for each package from elsewhere who may import it.
var importers = map[string][]string{
	"github.com/alecthomas/kong/...":   {"credlease", "credlease/internal/command", "credlease/conformance/bench/..."},
	"github.com/aws/aws-sdk-go-v2/...": {"credlease/provider", "credlease/internal/standin", "credlease/conformance/..."},
	"github.com/aws/smithy-go/...":     {"credlease/provider", "credlease/internal/standin", "credlease/conformance/..."},
	"github.com/99designs/keyring/...": {"credlease/cache/...", "credlease/conformance/bench/..."},
	"github.com/godbus/dbus/...":       {"credlease/cache/...", "credlease/internal/realkeyring"},
	"github.com/gsterjov/go-libsecret": {"credlease/cache/ring"},
	"github.com/gofrs/flock/...":       {"credlease/cache/...", "credlease/conformance/bench/..."},
	"github.com/posener/complete/...":  {"credlease/internal/command"},
	"github.com/willabides/...":        {"credlease/internal/command"},
	"golang.org/x/sys/...":             {"credlease/..."},
	"golang.org/x/term/...":            {"credlease/..."},
}

func TestImportsFromElsewhere(t *testing.T) {
	for _, goos := range platforms {
		for _, p := range list(t, goos, "./...") {
			for _, imported := range p.Imports {
				// Only a path from elsewhere has a host in it.
				host, _, _ := strings.Cut(imported, "/")
				if strings.Contains(host, ".") && !within(p.ImportPath, importersOf(imported)...) {
					t.Errorf("%s: %s imports %s, which is for %v", goos, p.ImportPath, imported, importersOf(imported))
				}
			}
		}
	}
}

func importersOf(path string) []string {
	for pattern, may := range importers {
		if within(path, pattern) {
			return may
		}
	}
	return nil
}

// Imports run one way: main, the commands, the doctor, the cache, the provider.
func TestImportsRunOneWay(t *testing.T) {
	floors := [][]string{
		{"credlease"},
		{"credlease/internal/command/..."},
		{"credlease/internal/doctor/..."},
		{"credlease/cache/..."},
		{"credlease/provider/..."},
		{"credlease/internal/..."},
	}
	floor := func(path string) int {
		return slices.IndexFunc(floors, func(patterns []string) bool { return within(path, patterns...) })
	}
	for _, goos := range platforms {
		for _, p := range list(t, goos, "./...") {
			if within(p.ImportPath, "credlease/conformance/...") {
				continue // These are programs of their own.
			}
			own := floor(p.ImportPath)
			if own < 0 {
				t.Errorf("%s is on no floor of the house", p.ImportPath)
			}
			for _, imported := range p.Imports {
				if under := floor(imported); under >= 0 && under < own {
					t.Errorf("%s: %s imports %s, which is above it", goos, p.ImportPath, imported)
				}
			}
		}
	}
}

// The stand-in and what tests need are no part of the binary.
func TestBinaryLinksNothingOfTheTests(t *testing.T) {
	for _, goos := range platforms {
		deps := list(t, goos, ".")[0].Deps
		if !slices.Contains(deps, "credlease/provider") {
			t.Fatalf("%s: go list knows only the dependencies %v", goos, deps)
		}
		for _, linked := range deps {
			if within(linked, "testing/...", "net/http/httptest", "credlease/internal/standin/...", "credlease/internal/realkeyring/...", "credlease/conformance/...", "github.com/rogpeppe/go-internal/...") {
				t.Errorf("%s: the binary links %s", goos, linked)
			}
		}
	}
}

// Go initialises a package after those that it imports, and busguard is to be
// initialised before anything dials the bus.
func TestBusguardNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, goos := range platforms {
		for _, p := range list(t, goos, "-deps", "./internal/busguard") {
			if !p.Standard && !within(p.ImportPath, "credlease/internal/busguard", "credlease/internal/load") {
				t.Errorf("%s: busguard needs %s", goos, p.ImportPath)
			}
		}
	}
}
