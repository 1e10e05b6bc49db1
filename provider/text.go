package provider

// The types that a command line or a file spells out read themselves.

// UnmarshalText implements [encoding.TextUnmarshaler].
func (a *RoleARN) UnmarshalText(text []byte) (err error) {
	*a, err = ParseRoleARN(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *PoolID) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePoolID(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Token) UnmarshalText(text []byte) (err error) {
	*t, err = ParseToken(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *Login) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLogin(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *Policy) UnmarshalText(text []byte) error {
	*p = *NewPolicy(string(text))
	return nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (a *PolicyARN) UnmarshalText(text []byte) (err error) {
	*a, err = ParsePolicyARN(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Tag) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTag(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *ProvidedContext) UnmarshalText(text []byte) (err error) {
	*c, err = ParseProvidedContext(string(text))
	return err
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *PrincipalTag) UnmarshalText(text []byte) (err error) {
	*t, err = ParsePrincipalTag(string(text))
	return err
}
