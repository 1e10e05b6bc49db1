#!/bin/sh
# Builds credlease from this checkout and installs it for the user who runs it.
set -eu
cd "$(dirname "$0")"

usage() {
	cat <<'USAGE'
Usage: ./install.sh [--demo | --uninstall | --help]

Builds credlease from this checkout with Go, and installs it or upgrades it.

  --demo        install it, then show it working without an AWS account
  --uninstall   remove the program; what is in the keyring stays

BINDIR is the folder to install into, $HOME/.local/bin if not set. Completion for
bash, zsh and fish goes under XDG_DATA_HOME and XDG_CONFIG_HOME.
USAGE
}

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

# An AWS config file can carry no quotes to every SDK, and so no path that needs
# them.
find_bindir() {
	bindir=${BINDIR:-${HOME:+$HOME/.local/bin}}
	case $bindir in
	'') fail "find a folder to install into: neither BINDIR nor HOME is set; set BINDIR" ;;
	*[!A-Za-z0-9_./:@%+=,-]*) fail "install into '$bindir': an AWS config file cannot carry a path with a space or such; set BINDIR to another folder" ;;
	/*) ;;
	*) fail "install into '$bindir': it is not an absolute path; set BINDIR to one" ;;
	esac
	program=$bindir/credlease
}

check_go() {
	needed=$(sed -n 's/^go //p' go.mod)
	command -v go >/dev/null || fail "build: Go $needed or newer is missing; get it from https://go.dev/dl/"
	[ "$(uname -s)" != Darwin ] || command -v cc >/dev/null ||
		fail "build: a C compiler is missing, without which the Keychain is left out; run: xcode-select --install"
}

# On a Mac, cgo is what compiles the Keychain in. Elsewhere a program without it needs
# no library of the system, and so none that LD_LIBRARY_PATH puts in its place.
build() {
	version=$(git describe --tags --always --dirty 2>/dev/null || echo devel)
	case $(uname -s) in
	Darwin) export CGO_ENABLED=1 ;;
	*) export CGO_ENABLED=0 ;;
	esac
	mkdir -p "$bindir"
	new=$bindir/.credlease.$$
	trap 'rm -f "$new"' EXIT
	go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$new" . ||
		fail "build: see above; go.mod asks for Go $needed, this is $(go version)"
}

# The new program takes the place of the old one in a single step, even while
# that one runs.
install() {
	before=$("$program" --version 2>/dev/null || true)
	mv -f "$new" "$program"
	now=$("$program" --version)
	if [ -n "$before" ]; then
		echo "Upgraded $program from ${before#credlease } to ${now#credlease }."
	else
		echo "Installed $now as $program."
	fi
}

# The files in which the shells look for completion. Without a home there are none.
find_completions() {
	data=${XDG_DATA_HOME:-${HOME:+$HOME/.local/share}}
	settings=${XDG_CONFIG_HOME:-${HOME:+$HOME/.config}}
	for_bash=${data:+$data/bash-completion/completions/credlease}
	for_zsh=${data:+$data/zsh/site-functions/_credlease}
	for_fish=${settings:+$settings/fish/completions/credlease.fish}
}

# Who lacks completion still has the program.
install_completion() {
	[ -n "$2" ] || return 0
	mkdir -p "${2%/*}" && "$program" completion "$1" >"$2" ||
		echo "install.sh: left out completion for $1, see above" >&2
}

install_completions() {
	install_completion bash "$for_bash"
	install_completion zsh "$for_zsh"
	install_completion fish "$for_fish"
	[ ! -e "$for_zsh" ] || echo "For completion in zsh, put this into ~/.zshrc, before compinit: fpath=(${for_zsh%/*} \$fpath)"
}

remove_completions() {
	for file in "$for_bash" "$for_zsh" "$for_fish"; do
		[ -z "$file" ] || rm -f "$file"
	done
}

config_lines() {
	cat <<LINES

To use it, let it write a profile into ~/.aws/config, with a role of yours:

$program profile add deploy --region eu-west-1 -- assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-profile default

or write it yourself:

[profile deploy]
credential_process = $program assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-profile default
region = eu-west-1
LINES
}

uninstall() {
	remove_completions
	if [ ! -e "$program" ]; then
		echo "There is no $program."
		return
	fi
	rm -f "$program"
	echo "Removed $program. Leases and kept keys are still in the keyring, under names that begin with credlease;"
	echo "to remove them as well, install again and run: credlease clear --identities; credlease keys remove NAME"
}

[ $# -le 1 ] || { usage >&2; exit 2; }
case ${1-} in
--help) usage; exit ;;
'' | --demo | --uninstall) ;;
*) usage >&2; exit 2 ;;
esac

find_bindir
find_completions
if [ "${1-}" = --uninstall ]; then
	uninstall
	exit
fi
check_go
build
install
install_completions
if [ "${1-}" = --demo ]; then
	echo
	go run ./conformance/demo -credlease "$program"
fi
config_lines
