package reconciler

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	"google.golang.org/protobuf/proto"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

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
				Metadata: &colocationv1.ObjectMeta{Namespace: proto.String(namespace), Name: proto.String(name)},
				Secrets:  []*colocationv1.ObjectReference{{Name: proto.String("docker")}, {Name: proto.String("gone")}},
			}, []*colocationv1.Secret{{
				Metadata: &colocationv1.ObjectMeta{Namespace: proto.String(namespace), Name: proto.String("docker")}, Type: proto.String("kubernetes.io/dockerconfigjson"),
			}}, nil
	}
	c.mustLook()
	containers, _, _ := unstructured.NestedSlice(c.get(tekton.Pods, "run-pod").Object, "spec", "containers")
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
