package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// program is a file that stands for one.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRun(t *testing.T, arguments ...string) []byte {
	t.Helper()
	var archive bytes.Buffer
	if err := run(arguments, &archive); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// entries are a tar archive's files and folders.
func entries(t *testing.T, archive []byte) (names []string, contents map[string][]byte, modes map[string]int64) {
	t.Helper()
	contents, modes = map[string][]byte{}, map[string]int64{}
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return names, contents, modes
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 || header.ModTime.Unix() > 0 {
			t.Errorf("%s is %d's, of %v", header.Name, header.Uid, header.ModTime)
		}
		names = append(names, header.Name)
		contents[header.Name], modes[header.Name] = data, header.Mode
	}
}

func TestTheArchiveHoldsTheProgram(t *testing.T) {
	file := program(t)
	arguments := []string{"--program=" + file + "=/bin/program", "--name=example.org/ci/program", "--version=1.2.3", "--title=T"}
	archive := mustRun(t, arguments...)
	if !bytes.Equal(archive, mustRun(t, arguments...)) {
		t.Error("the same gives other bytes")
	}
	_, layout, _ := entries(t, archive)
	var docker []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(layout["manifest.json"], &docker); err != nil {
		t.Fatal(err)
	}
	if docker[0].RepoTags[0] != "example.org/ci/program:1.2.3" {
		t.Errorf("it is called %q", docker[0].RepoTags)
	}
	if tagged := mustRun(t, append(arguments, "--name=localhost/program:x")...); !bytes.Contains(tagged, []byte(`"localhost/program:x"`)) {
		t.Error("a tag is not kept")
	}
	names, contents, modes := entries(t, layout[docker[0].Layers[0]])
	const want = "bin/ bin/program etc/ etc/group etc/passwd usr/ usr/share/ usr/share/doc/ usr/share/doc/colocation/ usr/share/doc/colocation/sbom.spdx.json"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("there are %s", got)
	}
	if string(contents["bin/program"]) != "a program" || modes["bin/program"] != 0o755 || modes["etc/passwd"] != 0o644 {
		t.Errorf("%q %v", contents["bin/program"], modes)
	}
	var config struct {
		Architecture string
		Config       struct {
			User       string
			Entrypoint []string
			Labels     map[string]string
		}
	}
	if err := json.Unmarshal(layout[docker[0].Config], &config); err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "65532:65532" || config.Config.Entrypoint[0] != "/bin/program" ||
		config.Config.Labels["org.opencontainers.image.version"] != "1.2.3" || config.Architecture == "" {
		t.Errorf("%+v", config)
	}
}

func TestWhatAProgramNeedsIsInItsImage(t *testing.T) {
	// The test itself is a program of Go, and sh one of the distribution.
	files, err := collect(contentOf{program: "/bin/sh", path: "/sh", version: "1", shared: true})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	var bill []byte
	for _, one := range files {
		found[filepath.Base(one.path)] = true
		if strings.HasSuffix(one.path, ".spdx.json") {
			bill = one.data
		}
	}
	if !found["libc.so.6"] {
		t.Errorf("there are %v", found)
	}
	if !json.Valid(bill) {
		t.Errorf("%s", bill)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	modules := modulesOf(self)
	has := false
	for _, one := range modules {
		has = has || one.name == "github.com/google/go-containerregistry"
	}
	if !has {
		t.Errorf("the modules are %v", modules)
	}
}

func TestTheImageGoesIntoARegistry(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	image := strings.TrimPrefix(server.URL, "http://") + "/ci/program"
	if written := mustRun(t, "--program="+program(t)+"=/program", "--name="+image, "--version=1", "--push"); len(written) != 0 {
		t.Error("an archive is written")
	}
	reference, err := name.ParseReference(image + ":1")
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(reference)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 || manifest.Manifests[0].Platform.OS != "linux" {
		t.Errorf("%+v, %v", manifest, err)
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	file := program(t)
	for _, wrong := range [][]string{
		{"--name=example.org/x", "--version=1"},
		{"--program=" + file, "--name=example.org/x", "--version=1"},
		{"--program=" + file + "=/p", "--name=no name", "--version=1"},
		{"--program=/nowhere=/p", "--name=example.org/x", "--version=1"},
		{"--program=" + file + "=/p", "--name=example.org/x", "--version=1", "--shared"},
	} {
		var archive bytes.Buffer
		if err := run(wrong, &archive); err == nil || archive.Len() != 0 {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
