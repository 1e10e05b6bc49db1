package command

import (
	"errors"
	"fmt"

	"credlease/provider"
)

// sourceFlags name the identity that signs a request.
type sourceFlags struct {
	SourceKeys       keysName `placeholder:"NAME" group:"Source, one of:" help:"Access keys that 'keys add' keeps."`
	SourceProfile    string   `placeholder:"NAME" group:"Source, one of:" help:"Profile of the AWS config files: access keys, a role, IAM Identity Center, 'aws login', another process."`
	CredentialSource string   `placeholder:"WORD" group:"Source, one of:" help:"Environment, EcsContainer or Ec2InstanceMetadata."`
}

func (f *sourceFlags) named() bool {
	return f.SourceKeys != "" || f.SourceProfile != "" || f.CredentialSource != ""
}

// source returns the one that is named, or the environment if it has keys.
func (f *sourceFlags) source() (provider.Source, error) {
	s := provider.Source{Keys: string(f.SourceKeys), Profile: f.SourceProfile, CredentialSource: f.CredentialSource}
	named := 0
	for _, is := range []string{s.Keys, s.Profile, s.CredentialSource} {
		if is != "" {
			named++
		}
	}
	switch {
	case named > 1:
		return s, errors.New("two sources: name only one of --source-keys, --source-profile and --credential-source")
	case named == 0 && !provider.EnvironmentHasKeys():
		return s, errors.New("no source: name one with --source-keys, --source-profile or --credential-source")
	case named == 0:
		s.CredentialSource = provider.SourceEnvironment
	}
	switch s.CredentialSource {
	case "", provider.SourceEnvironment, provider.SourceContainer, provider.SourceInstance:
		return s, nil
	}
	return s, fmt.Errorf("--credential-source: %q is none of Environment, EcsContainer and Ec2InstanceMetadata", s.CredentialSource)
}
