package accounts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const accountObject = `{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "builder"},
	"secrets": [{"name": "git"}, {"name": "gone"}, {"name": "git"}, {}], "imagePullSecrets": [{"name": "pull"}]}`

const secretTable = `{"apiVersion": "meta.k8s.io/v1", "kind": "Table",
	"columnDefinitions": [{"name": "Name", "type": "string"}, {"name": "Type", "type": "string"}, {"name": "Data", "type": "string"}],
	"rows": [{"cells": ["git", "kubernetes.io/ssh-auth", 2], "object": {"kind": "PartialObjectMetadata",
		"metadata": {"name": "git", "annotations": {"tekton.dev/git-0": "git.example.org", "other": "MARKER"}}}}]}`

func TestSecretsAreReadWithoutTheirData(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, question *http.Request) {
		path, accept := question.URL.Path, question.Header.Get("Accept")
		answer.Header().Set("Content-Type", "application/json")
		switch {
		case path == "/api/v1/namespaces/ci/serviceaccounts/builder":
			fmt.Fprint(answer, accountObject)
		case path == "/api/v1/namespaces/ci/secrets/git" && strings.HasPrefix(accept, "application/json;as=Table"):
			fmt.Fprint(answer, secretTable)
		case strings.Contains(path, "/secrets/git"):
			t.Errorf("asked for a whole Secret: %s", accept)
			fallthrough
		default:
			answer.WriteHeader(http.StatusNotFound)
			fmt.Fprint(answer, `{"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}`)
		}
	}))
	defer server.Close()
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	ask := New(client)
	account, secrets, err := ask(t.Context(), "ci", "builder")
	if err != nil {
		t.Fatal(err)
	}
	if len(account.Secrets) != 2 || len(secrets) != 1 {
		t.Fatalf("%v %v", account, secrets)
	}
	git := secrets[0]
	if git.GetType() != "kubernetes.io/ssh-auth" || git.Metadata.GetName() != "git" || git.Metadata.GetNamespace() != "ci" ||
		git.Metadata.Annotations["tekton.dev/git-0"] != "git.example.org" || len(git.Metadata.Annotations) != 1 {
		t.Errorf("%v", git)
	}
	if _, _, err := ask(t.Context(), "ci", "none"); !apierrors.IsNotFound(err) {
		t.Errorf("%v", err)
	}
}
