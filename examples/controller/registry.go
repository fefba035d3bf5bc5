package main

import (
	"context"
	"errors"
	"net/http"
	"runtime"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/google/go-containerregistry/pkg/authn"
	authnk8s "github.com/google/go-containerregistry/pkg/authn/kubernetes"
	"github.com/google/go-containerregistry/pkg/name"
	registryv1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
)

// A Registry knows images' entrypoints. It is asked for a run, with whose
// credentials images are pulled.
type Registry func(ctx context.Context, run *unstructured.Unstructured, account, image string) (*colocationv1.ImageConfig, error)

// errNoImage: asking again would change nothing.
var errNoImage = errors.New("the registry doesn't give the image")

// newRegistry asks the image's own registry, as Tekton does
// (pkg/pod/entrypoint_lookup_impl.go), with the pull secrets of the run and of
// its service account. Of an image for several platforms it takes the one for
// Linux on this machine's kind of processor.
func newRegistry(client kubernetes.Interface) Registry {
	return func(ctx context.Context, run *unstructured.Unstructured, account, image string) (*colocationv1.ImageConfig, error) {
		reference, err := name.ParseReference(image, name.WeakValidation)
		if err != nil {
			return nil, errors.Join(errNoImage, err)
		}
		var secrets []string
		pull, _, _ := unstructured.NestedSlice(run.Object, "spec", "taskRunTemplate", "podTemplate", "imagePullSecrets")
		for _, secret := range pull {
			if fields, ok := secret.(map[string]any); ok {
				if name, ok := fields["name"].(string); ok {
					secrets = append(secrets, name)
				}
			}
		}
		keys, err := authnk8s.New(ctx, client, authnk8s.Options{
			Namespace: run.GetNamespace(), ServiceAccountName: account, ImagePullSecrets: secrets})
		if err != nil {
			return nil, err
		}
		found, err := remote.Image(reference, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.NewMultiKeychain(keys)),
			remote.WithPlatform(registryv1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
		var refused *transport.Error
		if errors.As(err, &refused) && refused.StatusCode >= http.StatusBadRequest && !refused.Temporary() {
			return nil, errors.Join(errNoImage, err)
		}
		if err != nil {
			return nil, err
		}
		file, err := found.ConfigFile()
		if err != nil {
			return nil, err
		}
		return &colocationv1.ImageConfig{Image: image, Entrypoint: file.Config.Entrypoint, Cmd: file.Config.Cmd}, nil
	}
}
