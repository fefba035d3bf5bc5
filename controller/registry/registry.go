// Package registry asks the registries of images for their entrypoints.
package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"syscall"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/google/go-containerregistry/pkg/authn"
	authnk8s "github.com/google/go-containerregistry/pkg/authn/kubernetes"
	"github.com/google/go-containerregistry/pkg/name"
	registryv1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	registrytransport "github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
)

// Ask knows images' entrypoints. It is asked for a run, with whose
// credentials images are pulled.
type Ask func(ctx context.Context, run *unstructured.Unstructured, account, image string) (*colocationv1.ImageConfig, error)

// ErrNoImage: asking again would change nothing.
var ErrNoImage = errors.New("the registry doesn't give the image")

const (
	// For all that is asked about one image.
	registryTimeout = 20 * time.Second
	// Of one answer: indexes and configurations are small.
	registryBytes = 8 << 20
)

var errTooMuch = fmt.Errorf("the registry's answer has more than %d bytes", registryBytes)

// Transport reaches public addresses, and private ones only if it may:
// the author of a run chooses where it asks.
func Transport(private bool) http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !private {
		// After names have been resolved, and for redirections too.
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !isPublic(at.Addr().Unmap()) {
				return fmt.Errorf("%w: %s is no public address (--private-registries)", ErrNoImage, address)
			}
			return nil
		}
	}
	transport.DialContext = dialer.DialContext
	transport.TLSHandshakeTimeout = 5 * time.Second
	transport.ResponseHeaderTimeout = 10 * time.Second
	return bounded{transport}
}

// notPublic is what netip's predicates leave out: shared and benchmarking
// addresses, NAT64 and others that stand for IPv4 ones.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

func isPublic(address netip.Addr) bool {
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	for _, prefix := range notPublic {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}

// bounded reads no more than registryBytes of an answer.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = &boundedBody{response.Body, registryBytes}
	}
	return response, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if b.left -= n; b.left < 0 {
		return 0, errors.Join(ErrNoImage, errTooMuch)
	}
	return n, err
}

// New asks the image's own registry, as Tekton does
// (pkg/pod/entrypoint_lookup_impl.go), with the pull secrets of the run and of
// its service account. Of an image for several platforms it takes the one for
// Linux on this machine's kind of processor.
func New(client kubernetes.Interface, transport http.RoundTripper) Ask {
	return func(ctx context.Context, run *unstructured.Unstructured, account, image string) (*colocationv1.ImageConfig, error) {
		ctx, stop := context.WithTimeout(ctx, registryTimeout)
		defer stop()
		reference, err := name.ParseReference(image, name.WeakValidation)
		if err != nil {
			return nil, errors.Join(ErrNoImage, err)
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
		found, err := remote.Image(reference, remote.WithContext(ctx), remote.WithTransport(transport), remote.WithAuthFromKeychain(authn.NewMultiKeychain(keys)),
			remote.WithPlatform(registryv1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
		var refused *registrytransport.Error
		if errors.As(err, &refused) && refused.StatusCode >= http.StatusBadRequest && !refused.Temporary() {
			return nil, errors.Join(ErrNoImage, err)
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
