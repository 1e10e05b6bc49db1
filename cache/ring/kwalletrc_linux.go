package ring

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// promptsOnOpen reports whether KWallet is set to ask its user before we use a wallet
// that is open already. No call tells it. See KWalletD::reconfigure in its sources.
func promptsOnOpen(wallet string) bool {
	asks := kwalletSetting("Wallet", "Prompt on Open")
	if !slices.Contains([]string{"true", "on", "yes", "1"}, strings.ToLower(asks)) {
		return false
	}
	return !slices.Contains(strings.Split(kwalletSetting("Auto Allow", wallet), ","), kwalletApp)
}

// kwalletSetting returns the user's own, else the system's, else nothing.
func kwalletSetting(group, key string) string {
	folders := strings.Split(cmp.Or(os.Getenv("XDG_CONFIG_DIRS"), "/etc/xdg"), ":")
	if own, err := os.UserConfigDir(); err == nil {
		folders = slices.Insert(folders, 0, own)
	}
	for _, folder := range folders {
		if value, ok := setting(filepath.Join(folder, "kwalletrc"), group, key); ok {
			return value
		}
	}
	return ""
}

// immutable marks what an administrator has fixed, a group or a key.
const immutable = "[$i]"

// setting reads one of KDE's files, https://develop.kde.org/docs/features/configuration/
func setting(path, group, key string) (value string, ok bool) {
	file, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer file.Close()
	in := ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(strings.Replace(lines.Text(), immutable, "", 1))
		if strings.HasPrefix(line, "[") {
			in = line
			continue
		}
		name, rest, _ := strings.Cut(line, "=")
		if in == "["+group+"]" && strings.TrimSpace(name) == key {
			value, ok = strings.TrimSpace(rest), true
		}
	}
	return value, ok
}
