package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A file of an image.
type file struct {
	path string
	data []byte
	mode int64
}

// contentOf says what an image has.
type contentOf struct {
	program, path, version, licence string
	shared, certificates            bool
}

// A component is something in the image that somebody else has made.
type component struct{ name, version, locator string }

// collect finds the files of an image: the program, the shared libraries that it
// needs with their licences, and a list of all that is in it.
func collect(of contentOf) ([]file, error) {
	data, err := os.ReadFile(of.program)
	if err != nil {
		return nil, err
	}
	files := []file{
		{of.path, data, 0o755},
		{"/etc/passwd", []byte("root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n"), 0o644},
		{"/etc/group", []byte("root:x:0:\nnonroot:x:65532:\n"), 0o644},
	}
	add := func(source, path string) error {
		data, err := os.ReadFile(source)
		if err == nil {
			files = append(files, file{path, data, 0o644})
		}
		return err
	}
	components := modulesOf(of.program)
	if of.licence != "" {
		if err := add(of.licence, "/usr/share/doc/colocation/copyright"); err != nil {
			return nil, err
		}
	}
	if of.certificates {
		if err := add("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"); err != nil {
			return nil, fmt.Errorf("%w (Debian's package ca-certificates has it)", err)
		}
	}
	if of.shared {
		libraries, packages, err := librariesOf(of.program)
		if err != nil {
			return nil, err
		}
		files = append(files, libraries...)
		components = append(components, packages...)
		for _, one := range packages {
			copyright := "/usr/share/doc/" + one.name + "/copyright"
			if err := add(copyright, copyright); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
	}
	bill, err := billOfMaterials(filepath.Base(of.path), of.version, files, components)
	if err != nil {
		return nil, err
	}
	return append(files, file{"/usr/share/doc/colocation/sbom.spdx.json", bill, 0o644}), nil
}

// modulesOf are the Go modules in a program; none where it is not Go's.
func modulesOf(program string) []component {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil
	}
	components := []component{{"stdlib", strings.TrimPrefix(info.GoVersion, "go"), "pkg:golang/stdlib@" + strings.TrimPrefix(info.GoVersion, "go")}}
	for _, module := range info.Deps {
		// Ours are parts of the program.
		if module.Replace == nil {
			components = append(components, component{module.Path, module.Version, "pkg:golang/" + module.Path + "@" + module.Version})
		}
	}
	return components
}

// What ldd says of a library: "libc.so.6 => /lib/libc.so.6 (0x...)", or of the
// loader "/lib64/ld-linux.so.2 (0x...)".
var lddLine = regexp.MustCompile(`^\s*(?:(\S+) => )?(\S+)(?: \(0x[0-9a-f]+\))?$`)

// librariesOf are the shared libraries that a program needs, as files, and the
// packages of the distribution that they are from.
func librariesOf(program string) ([]file, []component, error) {
	said, err := exec.Command("ldd", program).CombinedOutput()
	if err != nil {
		return nil, nil, fmt.Errorf("ldd: %w: %s", err, said)
	}
	found := map[string]string{} // Where it goes to, and where it is.
	standard := ""
	for _, line := range strings.Split(strings.TrimSpace(string(said)), "\n") {
		words := lddLine.FindStringSubmatch(line)
		if words == nil || strings.HasPrefix(words[2], "linux-vdso") {
			if strings.Contains(line, "not found") {
				return nil, nil, fmt.Errorf("ldd: %s", strings.TrimSpace(line))
			}
			continue
		}
		found[words[2]] = words[2]
		if words[1] == "libc.so.6" {
			standard = filepath.Dir(words[2])
		}
	}
	var files []file
	packages := map[string]bool{}
	for path, source := range found {
		// What is not the distribution's is put beside what is.
		if !strings.HasPrefix(path, "/lib") && !strings.HasPrefix(path, "/usr/lib") {
			path = filepath.Join(standard, filepath.Base(path))
		} else if owner := packageOf(source); owner != "" {
			packages[owner] = true
		}
		data, err := os.ReadFile(source)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file{path, data, 0o755})
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	components, err := versionsOf(packages)
	return files, components, err
}

// packageOf is the distribution's package that a file is from; empty where that
// is not known.
func packageOf(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	// Where /lib is a link to /usr/lib, a package may call its file either way.
	for _, called := range []string{real, strings.TrimPrefix(real, "/usr")} {
		if said, err := exec.Command("dpkg-query", "-S", called).Output(); err == nil {
			owner, _, _ := strings.Cut(string(said), ":")
			return owner
		}
	}
	return ""
}

func versionsOf(packages map[string]bool) ([]component, error) {
	var components []component
	for name := range packages {
		said, err := exec.Command("dpkg-query", "-W", "-f=${Version} ${Architecture}\n", name).Output()
		if err != nil {
			return nil, fmt.Errorf("dpkg-query: %s: %w", name, err)
		}
		first, _, _ := strings.Cut(string(said), "\n")
		version, architecture, _ := strings.Cut(first, " ")
		components = append(components, component{name, version, fmt.Sprintf("pkg:deb/debian/%s@%s?arch=%s", name, version, architecture)})
	}
	slices.SortFunc(components, func(a, b component) int { return strings.Compare(a.name, b.name) })
	return components, nil
}
