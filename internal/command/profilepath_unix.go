//go:build unix

package command

// What may stand in a word besides letters and digits, and in this program's
// path besides that.
const (
	safePunctuation = "_./:@%+=,-"
	pathPunctuation = ""
)

const movePath = "run it by a link without: ln -s PATH ~/.local/bin/credlease"

func spaceless(path string) string { return path }
