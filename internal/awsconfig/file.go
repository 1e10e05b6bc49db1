package awsconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSize is far above any config file that people or programs have written.
const maxSize = 4 << 20

// maxLinks is Linux's own limit.
const maxLinks = 40

// Read reads a file, and one that is not there as if it were empty.
//
// The error is a *[ProblemError] for what an SDK cannot read.
func Read(path string) (*File, error) {
	target, err := follow(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Target: target}
	if f.text, err = readAll(target); errors.Is(err, fs.ErrNotExist) {
		f.missing = true
	} else if err != nil {
		return nil, f.explain(err)
	}
	return f, f.parse()
}

// explain names the path as the user did, and once.
func (f *File) explain(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	what := err.Error()
	if errors.Is(err, fs.ErrPermission) {
		what += "; see who owns it, and its mode"
	}
	return &ProblemError{Path: f.Path, What: what}
}

func readAll(path string) ([]byte, error) {
	// A pipe is not opened, for that would wait for whoever writes to it.
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a folder; name the file in it, or set AWS_CONFIG_FILE")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no ordinary file; name the AWS config file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && len(text) > maxSize {
		err = fmt.Errorf("it is over %d MiB, which no AWS config file is; name the AWS config file", maxSize>>20)
	}
	return text, err
}

// follow returns the file that a path leads to, which need not be there.
func follow(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	named := path
	for range maxLinks {
		link, err := os.Readlink(path)
		if err != nil {
			return path, nil // It is no link.
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
	}
	return "", &ProblemError{Path: named, What: "it is a link that leads to itself; remove it"}
}

// ErrChanged is returned by [File.Write] for a file that somebody else has
// written since it was read.
var ErrChanged = errors.New("another program has changed it meanwhile; try again")

// Write puts a text in the place of the file's in one step: whoever reads it
// finds the old one or the new one. Mode, owner and a link to it stay. A new file
// is the user's alone, and so is a new folder for it.
func (f *File) Write(text []byte) error {
	if err := f.write(text); err != nil {
		var path *fs.PathError
		var link *os.LinkError
		if errors.As(err, &path) {
			err = path.Err
		} else if errors.As(err, &link) {
			err = link.Err
		}
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("write %s: %w; see its mode, and that of its folder", f.Path, err)
		}
		return fmt.Errorf("write %s: %w", f.Path, err)
	}
	return nil
}

func (f *File) write(text []byte) error {
	folder := filepath.Dir(f.Target)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	begins := ".credlease-" + filepath.Base(f.Target) + "-"
	removeLeft(folder, begins)
	fresh, err := os.CreateTemp(folder, begins+"*")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name()) // It is gone by then unless something failed.
	defer fresh.Close()
	if err := f.keepMode(fresh); err != nil {
		return err
	}
	if _, err := fresh.Write(text); err != nil {
		return err
	}
	if err := fresh.Sync(); err != nil {
		return err
	}
	if err := fresh.Close(); err != nil {
		return err
	}
	if err := f.unchanged(); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), f.Target)
}

// removeLeft removes the files of those who were killed while they wrote this one.
// Whoever writes it now, without a lock, is told that his file is gone.
func removeLeft(folder, begins string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), begins) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// keepMode gives the new file what the old one has. A file that the user made
// read-only is not to be written round.
func (f *File) keepMode(fresh *os.File) error {
	if f.missing {
		return nil // CreateTemp's own mode is 0600.
	}
	old, err := os.OpenFile(f.Target, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return err
	}
	if err := keepOwner(fresh, info); err != nil {
		return err
	}
	return fresh.Chmod(info.Mode().Perm())
}

func (f *File) unchanged() error {
	now, err := readAll(f.Target)
	if f.missing && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && (f.missing || !bytes.Equal(now, f.text)) {
		err = ErrChanged
	}
	return err
}
