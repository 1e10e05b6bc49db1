package awsconfig

import (
	"io/fs"
	"os"
)

// keepOwner has nothing to do: a new file inherits from its folder.
func keepOwner(*os.File, fs.FileInfo) error { return nil }
