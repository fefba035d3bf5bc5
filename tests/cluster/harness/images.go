package harness

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// StepImage has busybox's commands, and a bash that is busybox's shell.
const StepImage = "localhost/colocation/busybox:test"

const (
	sandboxImage  = "localhost/colocation/pause:test"
	launcherImage = "localhost/colocation/launcher:test"
)

// tektonImage is that of one of Tekton's programs that run in Pods.
func tektonImage(program string) string { return "localhost/tekton/" + program + ":test" }

var tektonImages = []string{"entrypoint", "nop", "workingdirinit", "sidecarlogresults"}

// An image is one layer and what runs in it.
type image struct {
	names      []string
	entrypoint []string
	layer      []byte
}

// images are all that the cluster's Pods have.
func (c *Cluster) images() ([]image, error) {
	shell, err := shellLayer()
	if err != nil {
		return nil, err
	}
	all := []image{
		// "localhost/app:1" is what a run of the tests "builds".
		{names: []string{StepImage, "localhost/app:1"}, layer: shell},
		// The CRI kills it; nobody waits for its answer to SIGTERM.
		{names: []string{sandboxImage}, layer: shell, entrypoint: []string{"/bin/busybox", "sleep", "1000000000"}},
	}
	add := func(name, file, at string) error {
		layer, err := programLayer(file, at)
		if err == nil {
			all = append(all, image{names: []string{name}, entrypoint: []string{"/" + at}, layer: layer})
		}
		return err
	}
	if err := add(launcherImage, c.programs.Launcher, "launcher"); err != nil {
		return nil, err
	}
	for _, program := range tektonImages {
		if err := add(tektonImage(program), filepath.Join(c.programs.Tekton, program), "ko-app/"+program); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// importImages puts the images into a node's containerd.
func (c *Cluster) importImages(t testing.TB, node Node) {
	t.Helper()
	images, err := c.images()
	must(t, err)
	for _, one := range images {
		archive, err := one.archive()
		must(t, err)
		command := exec.Command("ctr", "--address="+node.socket(), "--namespace=k8s.io", "images", "import", "-")
		command.Stdin = bytes.NewReader(archive)
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v can't be imported: %v: %s", one.names, err, output)
		}
	}
}

// archive is the image as `docker save` writes it.
func (i image) archive() ([]byte, error) {
	digest := func(data []byte) string {
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"Entrypoint": i.entrypoint, "Env": []string{"PATH=/usr/local/bin:/usr/bin:/bin"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest(i.layer)}},
	})
	if err != nil {
		return nil, err
	}
	manifest, err := json.Marshal([]map[string]any{{
		"Config": digest(config) + ".json", "RepoTags": i.names, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return nil, err
	}
	return writeTar(
		tarFile{name: digest(config) + ".json", data: config},
		tarFile{name: "layer.tar", data: i.layer},
		tarFile{name: "manifest.json", data: manifest})
}

// A tarFile is a file, a link (with a target) or a folder (whose name ends in /).
type tarFile struct {
	name, target string
	data         []byte
	mode         int64
}

func writeTar(files ...tarFile) ([]byte, error) {
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, file := range files {
		header := &tar.Header{Name: file.name, Mode: file.mode, Size: int64(len(file.data)), Typeflag: tar.TypeReg}
		if header.Mode == 0 {
			header.Mode = 0o755
		}
		switch {
		case file.target != "":
			header.Typeflag, header.Linkname = tar.TypeSymlink, file.target
		case strings.HasSuffix(file.name, "/"):
			header.Typeflag = tar.TypeDir
		}
		if err := writer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(file.data); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func programLayer(file, at string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return writeTar(tarFile{name: filepath.Dir(at) + "/"}, tarFile{name: at, data: data}, tarFile{name: "tmp/", mode: 0o1777})
}

func shellLayer() ([]byte, error) {
	const busybox = "/bin/busybox"
	data, err := os.ReadFile(busybox)
	if err != nil {
		return nil, err
	}
	commands, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		return nil, fmt.Errorf("busybox --list: %w", err)
	}
	files := []tarFile{
		{name: "bin/"}, {name: "usr/bin/"}, {name: "usr/local/bin/"}, {name: "etc/"}, {name: "root/"}, {name: "tmp/", mode: 0o1777},
		{name: "etc/passwd", data: []byte("root:x:0:0:root:/root:/bin/sh\n"), mode: 0o644},
		{name: "bin/busybox", data: data},
		{name: "bin/bash", data: []byte("#!/bin/sh\nexec /bin/sh \"$@\"\n")},
		{name: "usr/bin/env", target: busybox},
	}
	for _, command := range strings.Fields(string(commands)) {
		if command != "busybox" && command != "bash" {
			files = append(files, tarFile{name: "bin/" + command, target: busybox})
		}
	}
	return writeTar(files...)
}
