package prompt

var beforeQuestion = func() {}

// Before has f called before a question is shown on the terminal, so that the
// question can stand alone on its line.
func Before(f func()) { beforeQuestion = f }
