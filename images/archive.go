package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// writeTar writes files, and the folders on the way to each, as root's, without
// times.
func writeTar(to io.Writer, files []file) error {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	writer := tar.NewWriter(to)
	folders := map[string]bool{"/": true, ".": true}
	var enter func(folder string) error
	enter = func(folder string) error {
		if folders[folder] {
			return nil
		}
		folders[folder] = true
		if err := enter(path.Dir(folder)); err != nil {
			return err
		}
		return writer.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimPrefix(folder, "/") + "/", Mode: 0o755})
	}
	for _, one := range files {
		if err := enter(path.Dir(one.path)); err != nil {
			return err
		}
		if err := writer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(one.path, "/"), Mode: one.mode, Size: int64(len(one.data))}); err != nil {
			return err
		}
		if _, err := writer.Write(one.data); err != nil {
			return err
		}
	}
	return writer.Close()
}

// makeIndex makes the image, of one layer, and the index that names it.
func makeIndex(name, title, version, entrypoint string, content []file) (v1.ImageIndex, error) {
	var layer bytes.Buffer
	if err := writeTar(&layer, content); err != nil {
		return nil, err
	}
	platform := v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.ConfigFile(image, &v1.ConfigFile{
		OS: platform.OS, Architecture: platform.Architecture,
		RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{
			Entrypoint: []string{entrypoint},
			User:       "65532:65532",
			Labels: map[string]string{
				"org.opencontainers.image.title":    title,
				"org.opencontainers.image.version":  version,
				"org.opencontainers.image.licenses": "Apache-2.0",
			},
		},
	})
	if err != nil {
		return nil, err
	}
	image, err = mutate.AppendLayers(image, static.NewLayer(layer.Bytes(), types.OCIUncompressedLayer))
	if err != nil {
		return nil, err
	}
	return mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), mutate.IndexAddendum{
		Add: image,
		Descriptor: v1.Descriptor{
			Platform: &platform,
			// For ctr, and for podman.
			Annotations: map[string]string{"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name},
		},
	}), nil
}

// writeArchive writes an OCI layout (image-layout.md of the image specification)
// as one file, with the manifest.json that docker reads.
func writeArchive(to io.Writer, index v1.ImageIndex) error {
	raw, err := index.RawManifest()
	if err != nil {
		return err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return err
	}
	files := []file{
		{"index.json", raw, 0o644},
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644},
	}
	blob := func(digest v1.Hash, data []byte) string {
		at := fmt.Sprintf("blobs/%s/%s", digest.Algorithm, digest.Hex)
		files = append(files, file{at, data, 0o644})
		return at
	}
	for _, descriptor := range manifest.Manifests {
		image, err := index.Image(descriptor.Digest)
		if err != nil {
			return err
		}
		name := descriptor.Annotations["org.opencontainers.image.ref.name"]
		docker, err := addImage(image, descriptor.Digest, name, blob)
		if err != nil {
			return err
		}
		files = append(files, file{"manifest.json", docker, 0o644})
	}
	return writeTar(to, files)
}

// addImage adds the blobs of an image, and says how docker finds them.
func addImage(image v1.Image, digest v1.Hash, name string, blob func(v1.Hash, []byte) string) ([]byte, error) {
	manifest, err := image.RawManifest()
	if err != nil {
		return nil, err
	}
	blob(digest, manifest)
	config, err := image.RawConfigFile()
	if err != nil {
		return nil, err
	}
	configName, err := image.ConfigName()
	if err != nil {
		return nil, err
	}
	docker := map[string]any{"Config": blob(configName, config), "RepoTags": []string{name}}
	layers, err := image.Layers()
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, layer := range layers {
		layerDigest, err := layer.Digest()
		if err != nil {
			return nil, err
		}
		content, err := layer.Compressed()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(content)
		if err != nil {
			return nil, err
		}
		paths = append(paths, blob(layerDigest, data))
	}
	docker["Layers"] = paths
	return json.Marshal([]any{docker})
}
