package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"credlease/cache"
	"credlease/internal/awsconfig"
	"credlease/provider"
)

// Profile is credlease profile.
type Profile struct {
	Add ProfileAdd `cmd:"" help:"Write a profile that runs credlease into the AWS config file."`
}

// ProfileAdd is credlease profile add.
type ProfileAdd struct {
	Name    profileName `arg:"" predictor:"profile" help:"Name of the profile."`
	Command []string    `arg:"" optional:"" help:"After --, what the profile is to run: assume-role, cognito or session-token, with its flags."`
	From    string      `placeholder:"PROFILE" help:"Make the command out of this profile's role_arn, source_profile, mfa_serial and so on."`
	Region  region      `placeholder:"REGION" help:"Region of the profile."`
	File    string      `placeholder:"PATH" help:"AWS config file; AWS_CONFIG_FILE or ~/.aws/config if not given."`
	Replace bool        `help:"Replace a profile of that name."`
	Try     bool        `negatable:"" default:"true" help:"Run the command once before anything is written; --no-try does not."`
	DryRun  bool        `help:"Show what would be written, and neither run nor write anything."`
}

// Help is shown by --help.
func (*ProfileAdd) Help() string {
	return `Examples:

  credlease profile add deploy --region eu-west-1 -- assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work
  credlease profile add deploy --from deploy --replace

Nothing else in the file is touched.`
}

// Validate checks the command by the grammar that it will be run with.
func (a *ProfileAdd) Validate() error {
	switch {
	case a.From != "" && len(a.Command) > 0:
		return errors.New("two commands: give either --from or, after --, the command itself")
	case a.From == "" && len(a.Command) == 0:
		return errors.New("no command: after --, write what the profile is to run, such as -- assume-role --role-arn ARN --source-keys NAME")
	case a.From != "":
		return nil
	}
	return checkCommand(string(a.Name), a.Command)
}

// Run writes the profile.
func (a *ProfileAdd) Run(p *Process) error {
	// Whoever reads what is said here may go away before the file is written.
	signal.Ignore(syscall.SIGPIPE)
	program, err := programPath()
	if err != nil {
		return err
	}
	path, err := a.file()
	if err != nil {
		return err
	}
	planned, err := a.plan(path, program)
	if err != nil {
		return err
	}
	planned.show()
	if a.DryRun {
		return nil
	}
	if a.Try {
		if err := try(program, planned.words, p.Verbose); err != nil {
			return fmt.Errorf("write profile %s: %w", a.Name, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), fileLimit)
	defer cancel()
	done, err := cache.Exclusive(ctx, planned.file.Target)
	if err != nil {
		return fmt.Errorf("write profile %s: another credlease is writing %s: %w", a.Name, path, err)
	}
	defer done()
	// The file may be another one by now.
	if planned, err = a.plan(path, program); err != nil {
		return err
	}
	if err := planned.file.Write(planned.file.With(string(a.Name), planned.settings)); err != nil {
		return err
	}
	fmt.Printf("Written. See who it is: %saws --profile %s sts get-caller-identity\n", a.variable(path), a.Name)
	return nil
}

// fileLimit bounds the wait for another process that writes the config file.
const fileLimit = 10 * time.Second

// file is the config file to write: the one that the SDKs read, if none is named.
func (a *ProfileAdd) file() (string, error) {
	path := a.File
	if path == "" {
		path = provider.ConfigFile()
	}
	if strings.HasPrefix(path, "~") {
		return "", fmt.Errorf("write %s: only some SDKs know what ~ is; set AWS_CONFIG_FILE to the whole path", path)
	}
	return filepath.Abs(path)
}

// variable is what the AWS CLI is to be given to read another file than its own.
func (a *ProfileAdd) variable(path string) string {
	if own, err := filepath.Abs(provider.ConfigFile()); err == nil && own == path {
		return ""
	}
	return "AWS_CONFIG_FILE=" + path + " "
}

// A plan is what is to be written, and where.
type plan struct {
	file     *awsconfig.File
	name     string
	words    []string // of the command
	settings []awsconfig.Setting
	goes     []string // keys of the profile that is replaced
	stays    []string
}

func (a *ProfileAdd) plan(path, program string) (*plan, error) {
	file, err := awsconfig.Read(path)
	if err != nil {
		return nil, err
	}
	p := &plan{file: file, name: string(a.Name), words: a.Command}
	old, exists := file.Profile(p.name)
	if exists && !a.Replace {
		return nil, file.Exists(p.name)
	}
	if err := checkCredentials(p.name); err != nil {
		return nil, err
	}
	region, output := old["region"], old["output"]
	if a.From != "" {
		from, err := oldProfile(file, a.From)
		if err != nil {
			return nil, err
		}
		if p.words, err = from.command(p.name); err != nil {
			return nil, err
		}
		region, output = from.settings["region"], from.settings["output"]
	}
	if err := checkSources(file, p.name, p.words); err != nil {
		return nil, err
	}
	if a.Region != "" {
		region = string(a.Region)
	}
	p.settings = []awsconfig.Setting{{Key: "credential_process", Value: strings.Join(append([]string{program}, p.words...), " ")}}
	for _, s := range []awsconfig.Setting{{Key: "region", Value: region}, {Key: "output", Value: output}} {
		// One with a comment after it is not the same to every SDK.
		if isSafe(s.Value) {
			p.settings = append(p.settings, s)
		}
	}
	for key := range old {
		switch {
		case !awsconfig.Replaces(key):
			p.stays = append(p.stays, key)
		case !slices.ContainsFunc(p.settings, func(s awsconfig.Setting) bool { return s.Key == key }):
			p.goes = append(p.goes, key)
		}
	}
	slices.Sort(p.goes)
	slices.Sort(p.stays)
	return p, nil
}

// show says what will be in the file, and what will not be any more. Values of
// what goes are not shown: some are secrets.
func (p *plan) show() {
	var text strings.Builder
	fmt.Fprintf(&text, "In %s:\n\n%s\n", p.file.Path, p.file.Header(p.name))
	for _, s := range p.settings {
		fmt.Fprintf(&text, "%s = %s\n", s.Key, s.Value)
	}
	text.WriteString("\n")
	if len(p.goes) > 0 {
		fmt.Fprintf(&text, "What it has now goes: %s.\n", strings.Join(p.goes, ", "))
	}
	if len(p.stays) > 0 {
		fmt.Fprintf(&text, "What stays of it: %s.\n", strings.Join(p.stays, ", "))
	}
	if p.file.Header(p.name) == "[default]" {
		text.WriteString("The SDK for PHP alone would have it under [profile default].\n")
	}
	_, _ = os.Stdout.WriteString(text.String()) // Nobody need read it.
}

// checkCredentials refuses a name under which the credentials file has what most
// SDKs take before a credential_process.
func checkCredentials(name string) error {
	path := provider.CredentialsFile()
	file, err := awsconfig.Read(path)
	if err != nil {
		return nil // What is wrong with that file is not for here.
	}
	settings, _ := file.Credentials(name)
	for _, key := range []string{"aws_access_key_id", "credential_process", "role_arn"} {
		if settings[key] == "" {
			continue
		}
		err := &shadowError{name: name, path: path, key: key}
		return err
	}
	return nil
}

// A shadowError says what would keep the SDKs from a profile.
type shadowError struct{ name, path, key string }

func (e *shadowError) Error() string {
	return fmt.Sprintf("write profile %s: %s has %s under that name, which most SDKs take before it", e.name, e.path, e.key)
}

func (e *shadowError) hint() string {
	if e.key == "aws_access_key_id" {
		return "choose another name, or run: credlease keys add " + e.name + " --from-profile " + e.name + ", and delete the keys from the file"
	}
	return "choose another name, or delete it from the file"
}

// checkSources refuses a command whose source is the profile itself, which would
// find nothing but itself there.
func checkSources(file *awsconfig.File, name string, words []string) error {
	source, err := readCommand(words)
	if err != nil {
		return err
	}
	for range 10 {
		if source == name {
			return &provider.Failure{Class: provider.ClassLoop, Step: "write profile " + name, Cause: "its source would be itself"}
		}
		settings, _ := file.Profile(source)
		if source = settings["source_profile"]; source == "" {
			break
		}
	}
	return nil
}
