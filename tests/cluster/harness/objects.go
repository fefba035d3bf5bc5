package harness

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// What tests ask for.
var (
	Pods               = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	ConfigMaps         = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	Events             = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	Namespaces         = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	Claims             = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	PipelineRuns       = tekton("pipelineruns")
	TaskRuns           = tekton("taskruns")
	CustomRuns         = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1beta1", Resource: "customruns"}
	ResolutionRequests = schema.GroupVersionResource{Group: "resolution.tekton.dev", Version: "v1beta1", Resource: "resolutionrequests"}
)

func tekton(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: resource}
}

// Patience is how long anything may take before the test fails: only a failing
// test waits so long.
const Patience = 5 * time.Minute

// Until asks again and again: for what can't be watched.
func (c *Cluster) Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came true that %s", what)
		}
	}
}

// Parse reads objects in YAML.
func Parse(text string) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// Apply creates the objects of a text, in a namespace where they name none. It
// waits for what they need: a namespace, a kind, a webhook that doesn't answer yet.
func (c *Cluster) Apply(t testing.TB, namespace, text string) {
	t.Helper()
	objects, err := Parse(text)
	must(t, err)
	for _, object := range objects {
		c.Until(t, object.GetKind()+" "+object.GetName()+" can be created", func() bool {
			err := c.Create(t.Context(), namespace, object)
			if err != nil && !isTemporary(err) {
				t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
			}
			return err == nil
		})
	}
}

func isTemporary(err error) bool {
	if meta.IsNoMatchError(err) {
		return true
	}
	for _, text := range []string{"could not find the requested resource", "failed calling webhook", "conversion webhook",
		"not found", "no endpoints available", "connection refused"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// Create creates an object, in a namespace where it is namespaced and names none.
func (c *Cluster) Create(ctx context.Context, namespace string, object *unstructured.Unstructured) error {
	into, err := c.resource(object.GroupVersionKind(), namespace, object.GetNamespace())
	if err != nil {
		return err
	}
	_, err = into.Create(ctx, object, metav1.CreateOptions{})
	return err
}

func (c *Cluster) resource(kind schema.GroupVersionKind, namespace, own string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(kind)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return c.Client.Resource(mapping.Resource), nil
	}
	if own != "" {
		namespace = own
	}
	return c.Client.Resource(mapping.Resource).Namespace(namespace), nil
}

// mapping finds the resource of a kind, which may be new.
func (c *Cluster) mapping(kind schema.GroupVersionKind) (*meta.RESTMapping, error) {
	c.mapperMutex.Lock()
	defer c.mapperMutex.Unlock()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		c.mapper.Reset()
		mapping, err = c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	}
	return mapping, err
}

// Patch merges a patch into an object.
func (c *Cluster) Patch(t testing.TB, resource schema.GroupVersionResource, namespace, name string, patch any, subresources ...string) {
	t.Helper()
	text, err := json.Marshal(patch)
	must(t, err)
	_, err = c.Client.Resource(resource).Namespace(namespace).Patch(t.Context(), name, types.MergePatchType, text, metav1.PatchOptions{}, subresources...)
	must(t, err)
}

// When waits for an object to be as wanted.
func (c *Cluster) When(t testing.TB, resource schema.GroupVersionResource, namespace, name string, holds func(*unstructured.Unstructured) bool) *unstructured.Unstructured {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	var last *unstructured.Unstructured
	for ctx.Err() == nil {
		events, err := c.Client.Resource(resource).Namespace(namespace).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name})
		if err != nil {
			// The API server may be on its way.
			time.Sleep(100 * time.Millisecond)
			continue
		}
		for event := range events.ResultChan() {
			object, ok := event.Object.(*unstructured.Unstructured)
			if !ok || event.Type == watch.Deleted || event.Type == watch.Error {
				continue
			}
			if last = object; holds(object) {
				events.Stop()
				return object
			}
		}
	}
	t.Fatalf("%s %s was at last %v", resource.Resource, name, last)
	return nil
}

// Succeeded is the condition of a run; empty where there is none yet.
func Succeeded(run *unstructured.Unstructured) map[string]any {
	conditions, _, _ := unstructured.NestedSlice(run.Object, "status", "conditions")
	for _, condition := range conditions {
		if condition, ok := condition.(map[string]any); ok && condition["type"] == "Succeeded" {
			return condition
		}
	}
	return map[string]any{}
}

// IsCompleted says whether a run has ended.
func IsCompleted(run *unstructured.Unstructured) bool {
	_, found, _ := unstructured.NestedString(run.Object, "status", "completionTime")
	status := Succeeded(run)["status"]
	return found && (status == "True" || status == "False")
}
