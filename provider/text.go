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
