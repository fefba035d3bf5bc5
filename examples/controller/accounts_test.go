package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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
	ask := newAccounts(client)
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

const withAccount = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec:
  managedBy: colocation.dev/controller
  taskRunTemplate: {serviceAccountName: builder}
  pipelineSpec: {tasks: [{name: one, taskSpec: {steps: [{name: s, image: i, command: [c]}]}}]}
`

func TestStepsHaveTheCredentialsOfTheirAccount(t *testing.T) {
	c := newCluster(t, withAccount)
	c.controller.options.Accounts = func(_ context.Context, namespace, name string) (*colocationv1.ServiceAccount, []*colocationv1.Secret, error) {
		return &colocationv1.ServiceAccount{
				Metadata: metadataOf(namespace, name),
				Secrets:  []*colocationv1.ObjectReference{{Name: proto.String("docker")}, {Name: proto.String("gone")}},
			}, []*colocationv1.Secret{{
				Metadata: metadataOf(namespace, "docker"), Type: proto.String("kubernetes.io/dockerconfigjson"),
			}}, nil
	}
	c.mustLook()
	containers, _, _ := unstructured.NestedSlice(c.get(pods, "run-pod").Object, "spec", "containers")
	if mounts := fmt.Sprint(containers[0].(map[string]any)["volumeMounts"]); !strings.Contains(mounts, "/tekton/creds-secrets/docker") {
		t.Errorf("the Secret is not mounted: %s", mounts)
	}
	if event := <-c.events; !strings.HasPrefix(event, "Warning FailedToRetrieveSecret") || !strings.HasSuffix(event, ": gone") {
		t.Errorf("event %q", event)
	}
}

func TestRunWithoutItsAccountFails(t *testing.T) {
	c := newCluster(t, withAccount)
	c.controller.options.Accounts = func(_ context.Context, _, name string) (*colocationv1.ServiceAccount, []*colocationv1.Secret, error) {
		return nil, nil, apierrors.NewNotFound(corev1.Resource("serviceaccounts"), name)
	}
	c.mustLook()
	if condition, message := c.condition(); condition != "False PodCreationFailed" || !strings.Contains(message, `serviceaccounts "builder" not found`) {
		t.Errorf("%s: %s", condition, message)
	}
}
