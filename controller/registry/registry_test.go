package registry

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	registryv1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/fake"
)

// imageWith has this entrypoint and command.
func imageWith(t *testing.T, entrypoint, command string) registryv1.Image {
	image, err := mutate.Config(empty.Image, registryv1.Config{Entrypoint: []string{entrypoint}, Cmd: []string{command}})
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func runOf(spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
		"metadata": map[string]any{"name": "run", "namespace": "default"}, "spec": spec}}
}

func TestRegistriesAreAskedForEntrypoints(t *testing.T) {
	images := registry.New()
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, question *http.Request) {
		if user, password, _ := question.BasicAuth(); user != "robot" || password != "secret" {
			answer.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		images.ServeHTTP(answer, question)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	own := remote.WithAuth(&authn.Basic{Username: "robot", Password: "secret"})
	push := func(image string) name.Reference {
		reference, err := name.ParseReference(host + "/" + image)
		if err != nil {
			t.Fatal(err)
		}
		return reference
	}
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: imageWith(t, "/"+other, "other"), Descriptor: registryv1.Descriptor{Platform: &registryv1.Platform{OS: "linux", Architecture: other}}},
		mutate.IndexAddendum{Add: imageWith(t, "/here", "mine"), Descriptor: registryv1.Descriptor{Platform: &registryv1.Platform{OS: "linux", Architecture: runtime.GOARCH}}})
	if err := errors.Join(
		remote.Write(push("plain:1"), imageWith(t, "/plain", "go"), own),
		remote.WriteIndex(push("several:1"), index, own)); err != nil {
		t.Fatal(err)
	}

	credentials := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte("robot:secret")))
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pull"},
		Type:       corev1.SecretTypeDockerConfigJson,
		Data:       map[string][]byte{corev1.DockerConfigJsonKey: []byte(credentials)},
	}
	ask := New(fake.NewSimpleClientset(secret,
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "default"}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "puller"},
			ImagePullSecrets: []corev1.LocalObjectReference{{Name: "pull"}}}), Transport(true))
	for _, c := range []struct{ name, image, account, secrets, want string }{
		{"SecretOfTheAccount", "plain:1", "puller", "", "[/plain] [go]"},
		{"SecretOfTheRun", "plain:1", "default", "pull", "[/plain] [go]"},
		{"OfThisPlatform", "several:1", "puller", "", "[/here] [mine]"},
		{"NoSecret", "plain:1", "default", "", ""},
		{"NoImage", "plain:2", "puller", "", ""},
		{"NoName", "plain:1:1", "puller", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := runOf(map[string]any{"taskRunTemplate": map[string]any{"podTemplate": map[string]any{
				"imagePullSecrets": []any{map[string]any{"name": c.secrets}}}}})
			config, err := ask(t.Context(), run, c.account, host+"/"+c.image)
			if c.want == "" {
				if !errors.Is(err, ErrNoImage) {
					t.Errorf("%v, %v", config, err)
				}
				return
			}
			if err != nil || fmt.Sprint(config.Entrypoint, " ", config.Cmd) != c.want || config.Image != host+"/"+c.image {
				t.Errorf("%v, %v", config, err)
			}
		})
	}
}

func TestRegistriesHavePublicAddresses(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	ask := New(fake.NewSimpleClientset(
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "default"}}), Transport(false))
	run := runOf(map[string]any{})
	_, err := ask(t.Context(), run, "default", strings.TrimPrefix(server.URL, "http://")+"/image:1")
	if !errors.Is(err, ErrNoImage) || asked {
		t.Errorf("asked: %v; %v", asked, err)
	}
	for address, public := range map[string]bool{
		"127.0.0.1": false, "::1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00::1": false, "100.64.0.1": false, "0.0.0.0": false,
		"::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "224.0.0.1": false, "198.18.0.1": false,
		"8.8.8.8": true, "2606:4700::1111": true,
	} {
		if got := isPublic(netip.MustParseAddr(address).Unmap()); got != public {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

func TestAnAnswerOfARegistryIsNotReadForEver(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for range 2 * registryBytes >> 20 {
			if _, err := answer.Write(block); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	response, err := Transport(true).RoundTrip(httptest.NewRequest("GET", server.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); !errors.Is(err, errTooMuch) {
		t.Errorf("the error is %v", err)
	}
}
