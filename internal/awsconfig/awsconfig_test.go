package awsconfig

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credlease/internal/testfolder"

	"github.com/aws/aws-sdk-go-v2/config"
)

const command = "/home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work"

var ours = []Setting{{"credential_process", command}, {"region", "eu-west-1"}}

func read(t *testing.T, path, text string) (*File, error) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

// sdk is what aws-sdk-go-v2 makes of a profile in a text.
func sdk(t *testing.T, path, name string) config.SharedConfig {
	t.Helper()
	profile, err := config.LoadSharedConfigProfile(context.Background(), name, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{path}, []string{path + "-none"}
	})
	if err != nil {
		t.Fatalf("read profile %s: %v", name, err)
	}
	return profile
}

// written is a config file as people and programs write them: of sections that
// are kept, and perhaps one of the name that is to be added.
type written struct {
	before, after string // what must survive
	has           bool
}

const added = "team/deploy@eu"

func generate(r *rand.Rand) written {
	end := pick(r, "\n", "\n", "\r\n")
	var w written
	names := r.Perm(6)
	where := r.IntN(8)
	for i, n := range names[:r.IntN(6)] {
		if i == where {
			w.before, w.after, w.has = w.before+w.after, "", true
		}
		w.after += someComment(r, end) + someSection(r, n, end)
	}
	if !w.has {
		w.before, w.after = w.before+w.after, ""
		if r.IntN(3) == 0 {
			w.before = strings.TrimSuffix(w.before, end)
		}
	}
	return w
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func someComment(r *rand.Rand, end string) string {
	return pick(r, "", "", "# a comment = of [some] kind"+end, "; another"+end, end, end+end, "\t"+end, "#"+end)
}

func someSection(r *rand.Rand, n int, end string) string {
	text := pick(r,
		fmt.Sprintf("[profile p%d]", n),
		fmt.Sprintf("[ profile  p%d ]", n),
		fmt.Sprintf("[profile \"p %d\"] # with a comment", n),
		fmt.Sprintf("[p%d]", n),
		fmt.Sprintf("[sso-session s%d]", n),
		fmt.Sprintf("[services v%d]", n)) + end
	for i := range r.IntN(4) {
		text += someComment(r, end)
		text += pick(r,
			fmt.Sprintf("region%d = eu-west-1", i),
			fmt.Sprintf("Output%d=json   ", i),
			fmt.Sprintf("key%d : value = of # a kind", i),
			fmt.Sprintf("s3%d =%s  max_concurrent_requests = 20%s  # nested%s\taddressing_style = path", i, end, end, end),
			fmt.Sprintf("empty%d =", i),
			fmt.Sprintf("ünïcode%d = ☃ “quoted”", i),
			fmt.Sprintf("  indented%d = yes", i),
			fmt.Sprintf("credential_process%d = \"/opt/my dir/x\" a 'b c' \\d [e]", i)) + end
	}
	return text
}

// What is none of the credentials stays, with what is nested in it.
const (
	stays = "s3 =\n  max_queue_size = 5\n\nuse_fips_endpoint=true\n"
	old   = "[profile " + added + "]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n# why it is there\nrole_arn = arn:aws:iam::111122223333:role/x\n" + stays + "sso_region = us-east-1\n  continued\nregion = us-east-1\n"
)

// Whatever the file is like, what stands outside the section is not touched, and
// the SDK finds what was written.
func TestWithTouchesOnlyItsSection(t *testing.T) {
	path := filepath.Join(testfolder.New(t), "config")
	for seed := range uint64(400) {
		w := generate(rand.New(rand.NewPCG(seed, 6)))
		text := w.before
		if w.has {
			text += old + w.after
		}
		f, err := read(t, path, text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%q", seed, err, text)
		}
		got := f.With(added, ours)
		if !bytes.HasPrefix(got, []byte(w.before)) || !bytes.HasSuffix(got, []byte(w.after)) {
			t.Fatalf("seed %d: from %q got %q, want it to begin and end as it did", seed, text, got)
		}
		section := string(got[len(w.before) : len(got)-len(w.after)])
		want := "[profile " + added + "]\n"
		if w.has {
			want += "# why it is there\n" + stays
		}
		want += "credential_process = " + command + "\nregion = eu-west-1\n"
		if strings.TrimLeft(strings.ReplaceAll(section, "\r\n", "\n"), "\n") != want {
			t.Fatalf("seed %d: from %q got the section %q, want %q", seed, text, section, want)
		}
		if strings.Contains(text, "\r\n") && !w.has && strings.Contains(strings.ReplaceAll(section, "\r\n", ""), "\n") {
			t.Fatalf("seed %d: the section's line ends are not the file's: %q", seed, section)
		}
		again, err := read(t, path, string(got))
		if err != nil {
			t.Fatalf("seed %d: after it, %v\n%q", seed, err, got)
		}
		if !bytes.Equal(again.With(added, ours), got) {
			t.Fatalf("seed %d: the same again changes the file", seed)
		}
		profile := sdk(t, path, added)
		if profile.CredentialProcess != command || profile.Region != "eu-west-1" || profile.RoleARN != "" || profile.Credentials.HasKeys() {
			t.Fatalf("seed %d: the SDK reads %+v of %q", seed, profile, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	path := filepath.Join(testfolder.New(t), "config")
	for text, want := range map[string]string{
		"\xef\xbb\xbf[default]\n":                   "byte order mark",
		"[default]\nregion = \x00\n":                "zero byte",
		"[default]\nregion = \xff\n":                "not UTF-8",
		"[default]\rregion = x\n":                   "line 1: it has a carriage return",
		"[profile a]\n[profile b]\n[profile a]\n":   "line 3: section [profile a] is there twice, first in line 1",
		"[profile a]\n[ profile  \"a\" ] # again\n": "line 2: section [profile a] is there twice",
		"[profile a]\nregion = x\nREGION = y\n":     "line 3: region is there twice in [profile a]",
		"region = x\n[profile a]\n":                 "line 1: a setting stands before the first section",
		"[profile a]\nnonsense\n":                   "line 2: it is no section, no setting",
		"[profile a\nregion = x\n":                  "line 1: it is no section header",
		"[profile a]\nregion = x\n  [profile b]\n":  "line 3: it is no section header",
		strings.Repeat("# a comment\n", maxSize/10): "it is over 4 MiB",
	} {
		if _, err := read(t, path, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want: %s", text, err, want)
		}
	}
}

func TestParseName(t *testing.T) {
	for _, name := range []string{"a", "A.b_c/d:e@f%g+h-i", "default", "9"} {
		if got, err := ParseName(name); err != nil || got != name {
			t.Errorf("ParseName(%q): %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "a b", "a]", "-a", "a=b", "é", "a\n", `"a"`, "a#b", "a;b", "a'"} {
		if _, err := ParseName(name); err == nil {
			t.Errorf("ParseName(%q): no error", name)
		}
	}
}

// FuzzWith: a text that is read at all keeps its beginning and can be read again.
func FuzzWith(f *testing.F) {
	for seed := range uint64(20) {
		w := generate(rand.New(rand.NewPCG(seed, 7)))
		f.Add(w.before + w.after)
	}
	f.Add(old)
	f.Fuzz(func(t *testing.T, text string) {
		file := &File{Path: "config", text: []byte(text)}
		if file.parse() != nil {
			return
		}
		_, there := file.Profile(added)
		got := file.With(added, ours)
		if !there && !bytes.HasPrefix(got, []byte(text)) {
			t.Errorf("from %q got %q", text, got)
		}
		after := &File{Path: "config", text: got}
		if err := after.parse(); err != nil {
			t.Fatalf("from %q got %q: %v", text, got, err)
		}
		settings, _ := after.Profile(added)
		if settings["credential_process"] != command || settings["region"] != "eu-west-1" {
			t.Errorf("from %q got %q, and so %v", text, got, settings)
		}
		before, _ := file.Profile(added)
		for key, value := range before {
			if now, there := settings[key]; !Replaces(key) && now != value || there && Replaces(key) && key != "credential_process" && key != "region" {
				t.Errorf("from %q got %q, with %s = %q", text, got, key, now)
			}
		}
	})
}
