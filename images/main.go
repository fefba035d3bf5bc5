// Images writes an image with one program of this project: an archive of an OCI
// layout on standard output, which podman, docker, skopeo, crane and ctr read, or
// straight into a registry. No daemon is asked. The same files give the same
// bytes.
//
//	images --program=FILE=/controller --shared --name=registry.example.org/controller --version=1.2.3
//	       --title=TEXT [--certificates] [--push]
//
// image.sh calls it for each program.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "images:", err)
		os.Exit(1)
	}
}

func run(arguments []string, archive io.Writer) error {
	flags := flag.NewFlagSet("images", flag.ContinueOnError)
	program := flags.String("program", "", "FILE=/PATH: the program, and where it is in the image")
	shared := flags.Bool("shared", false, "put the shared libraries that it needs into the image")
	certificates := flags.Bool("certificates", false, "put this machine's certificates of authorities into the image")
	image := flags.String("name", "", "what the image is called, with the version as its tag if it has none")
	title := flags.String("title", "", "for people")
	version := flags.String("version", "", "of the program")
	licence := flags.String("licence", "", "a file with the program's licence")
	push := flags.Bool("push", false, "put the image into its registry, with the credentials of docker's or podman's login, instead of writing it")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	file, path, found := strings.Cut(*program, "=")
	if !found || !strings.HasPrefix(path, "/") {
		return fmt.Errorf("--program=%s: it has to be FILE=/PATH", *program)
	}
	reference, err := name.NewTag(*image, name.WithDefaultTag(*version))
	if err != nil {
		return err
	}
	content, err := collect(contentOf{file, path, *version, *licence, *shared, *certificates})
	if err != nil {
		return err
	}
	tagged := strings.TrimSuffix(*image, ":"+reference.TagStr()) + ":" + reference.TagStr()
	index, err := makeIndex(tagged, *title, *version, path, content)
	if err != nil {
		return err
	}
	if *push {
		return remote.WriteIndex(reference, index, remote.WithAuthFromKeychain(authn.DefaultKeychain))
	}
	return writeArchive(archive, index)
}
