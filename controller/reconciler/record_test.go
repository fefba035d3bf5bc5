package reconciler

// What is kept of a run, and what somebody else may do to it.

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

// limitConfigMaps holds them to 1 MiB, as the API server does
// (ValidateConfigMap in Kubernetes' pkg/apis/core/validation).
func (c *cluster) limitConfigMaps(bytes int) {
	c.client.PrependReactor("*", "configmaps", func(action clienttesting.Action) (bool, runtime.Object, error) {
		write, ok := action.(clienttesting.CreateAction) // An update, too.
		if !ok {
			return false, nil, nil
		}
		object := write.GetObject().(*unstructured.Unstructured)
		size := 0
		data, _, _ := unstructured.NestedStringMap(object.Object, "data")
		for _, value := range data {
			size += len(value)
		}
		binary, _, _ := unstructured.NestedStringMap(object.Object, "binaryData")
		for _, value := range binary {
			raw, _ := base64.StdEncoding.DecodeString(value)
			size += len(raw)
		}
		if size <= bytes {
			return false, nil, nil
		}
		return true, nil, apierrors.NewInvalid(schema.GroupKind{Kind: "ConfigMap"}, object.GetName(), nil)
	})
}

// noise can't be compressed.
func noise(seed, length int) string {
	state := uint32(seed)*2654435761 + 1
	var text strings.Builder
	for text.Len() < length {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		text.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"[state%64])
	}
	return text.String()
}

func manyTasks(n int) string {
	var text strings.Builder
	text.WriteString(`
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1, generation: 1}
spec:
  managedBy: colocation.dev/controller
  pipelineSpec:
    tasks:
`)
	for i := range n {
		fmt.Fprintf(&text, "    - {name: t%d, taskSpec: {results: [{name: r}], steps: [{name: s, image: busybox, command: [x]}]}}\n", i)
	}
	return text.String()
}

func TestARecordThatGrowsBeyondOneConfigMapIsKeptInParts(t *testing.T) {
	const n = 400
	c := newCluster(t, manyTasks(n))
	c.limitConfigMaps(1 << 20)
	c.mustLook()
	c.expectNames(tekton.ConfigMaps, "run-colocation ")
	for i := range n - 1 {
		c.end(fmt.Sprintf("run-t%d-pod", i), "succeeded/1", noise(i, 3900))
	}
	c.mustLook()
	if parts := strings.Count(c.names(tekton.ConfigMaps), " "); parts < 3 {
		t.Errorf("there are %d ConfigMaps", parts)
	}
	c.restart()
	c.end(fmt.Sprintf("run-t%d-pod", n-1), "succeeded/1", "last")
	c.mustLook()
	c.expectCondition("True Succeeded")
	// Nothing is left of what it was before.
	count := len(strings.Fields(c.names(tekton.ConfigMaps)))
	record, err := c.controller.records.Load(t.Context(), c.get(tekton.PipelineRuns, "run"))
	data, _, _ := unstructured.NestedStringMap(c.get(tekton.ConfigMaps, "run-colocation").Object, "data")
	parts := strings.Fields(data["planParts"] + " " + data["statusParts"])
	if err != nil || count != len(parts)+1 || len(record.Status.TaskRuns) != n {
		t.Errorf("%d ConfigMaps; %v", count, err)
	}
}

func TestARunWhoseRecordCannotBeKeptEnds(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	refusals := 1
	c.client.PrependReactor("update", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		refusals--
		return refusals >= 0, nil, apierrors.NewRequestEntityTooLargeError("etcdserver: request is too large")
	})
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	c.expectCondition("False RecordTooLarge")
	c.expectNames(tekton.Pods, "")
}

func TestAStatusThatIsTooLargeIsCutDown(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.client.PrependReactor("update", "pipelineruns", func(action clienttesting.Action) (bool, runtime.Object, error) {
		object := action.(clienttesting.UpdateAction).GetObject().(*unstructured.Unstructured)
		_, set, _ := unstructured.NestedFieldNoCopy(object.Object, "status", "pipelineSpec")
		return set, nil, apierrors.NewRequestEntityTooLargeError("etcdserver: request is too large")
	})
	c.mustLook()
	c.expectCondition("Unknown Running")
}

// forge puts another plan into the record: whoever may write ConfigMaps can.
func (c *cluster) forge(from *cluster) {
	c.Helper()
	theirs := from.get(tekton.ConfigMaps, "run-colocation")
	object := c.get(tekton.ConfigMaps, "run-colocation")
	object.Object["binaryData"], object.Object["data"] = theirs.Object["binaryData"], theirs.Object["data"]
	object.SetAnnotations(theirs.GetAnnotations())
	if _, err := c.client.Resource(tekton.ConfigMaps).Namespace("default").Update(c.Context(), object, metav1.UpdateOptions{}); err != nil {
		c.Fatal(err)
	}
}

func TestARecordOfSomebodyElseChoosesNoPods(t *testing.T) {
	evil := newCluster(t, strings.ReplaceAll(twoTasks, "image: busybox", "image: evil"))
	evil.controller.records.Key = []byte("a key that they have made up")
	evil.mustLook()
	// Even one that this controller has signed, for another run.
	other := newCluster(t, strings.ReplaceAll(strings.Replace(twoTasks, "uid: u1", "uid: u2", 1), "image: busybox", "image: evil"))
	other.mustLook()
	for name, from := range map[string]*cluster{"TheirOwn": evil, "OfAnotherRun": other} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, twoTasks)
			c.mustLook()
			c.forge(from)
			c.end("run-one-pod", "succeeded/1", "yes")
			c.mustLook()
			c.expectNames(tekton.Pods, "run-one-pod run-two-pod ")
			if pod := fmt.Sprint(c.get(tekton.Pods, "run-two-pod").Object["spec"]); strings.Contains(pod, "evil") {
				t.Errorf("the Pod is %s", pod)
			}
			c.end("run-two-pod", "succeeded/1", "")
			c.mustLook()
			c.expectCondition("True Succeeded")
		})
	}
}

// A fault of the library ends the run, too: the same input would give the same.
func TestAnInternalFaultEndsTheRun(t *testing.T) {
	refused := planFailure(&colocation.Error{Status: colocation.Internal})
	if why, ok := refused.(*refusal); !ok || why.reason != "InternalError" {
		t.Errorf("it is %v", refused)
	}
}

func TestOnlyThePodThatIsMeantIsDeleted(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	run := c.get(tekton.PipelineRuns, "run")
	// Another one of that name.
	if err := c.controller.deletePod(t.Context(), run, "run-one-pod", "another"); err != nil {
		t.Fatal(err)
	}
	c.expectNames(tekton.Pods, "run-one-pod ")
	if err := c.controller.deletePod(t.Context(), run, "run-one-pod", c.get(tekton.Pods, "run-one-pod").GetUID()); err != nil {
		t.Fatal(err)
	}
	c.expectNames(tekton.Pods, "")
}

func TestARunThatIsOverIsNotLookedAtForLong(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.end("run-one-pod", "failed/1", "")
	c.mustLook()
	c.now = c.now.Add(24 * time.Hour)
	c.client.ClearActions()
	c.mustLook()
	c.expectReadsOnly()
}
