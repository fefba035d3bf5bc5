package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1alpha1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipeline/dag"
	yamlv3 "go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"knative.dev/pkg/apis"
	"knative.dev/pkg/webhook/resourcesemantics"
	kjson "sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"
)

// The kinds that we look at, by apiVersion and kind. Others of Tekton's group
// (CustomRun, VerificationPolicy) are none of colocation's business.
var kinds = map[string]func() any{
	"tekton.dev/v1 Pipeline":         func() any { return &v1.Pipeline{} },
	"tekton.dev/v1 Task":             func() any { return &v1.Task{} },
	"tekton.dev/v1 PipelineRun":      func() any { return &v1.PipelineRun{} },
	"tekton.dev/v1 TaskRun":          func() any { return &v1.TaskRun{} },
	"tekton.dev/v1beta1 Pipeline":    func() any { return &v1beta1.Pipeline{} },
	"tekton.dev/v1beta1 Task":        func() any { return &v1beta1.Task{} },
	"tekton.dev/v1beta1 PipelineRun": func() any { return &v1beta1.PipelineRun{} },
	"tekton.dev/v1beta1 TaskRun":     func() any { return &v1beta1.TaskRun{} },
	"tekton.dev/v1beta1 StepAction":  func() any { return &v1beta1.StepAction{} },
	"tekton.dev/v1alpha1 StepAction": func() any { return &v1alpha1.StepAction{} },
	// Isn't Tekton's: only read.
	"v1 LimitRange": func() any { return &corev1.LimitRange{} },
}

func isKnownKind(kind string) bool {
	for known := range kinds {
		if strings.HasSuffix(known, " "+kind) {
			return true
		}
	}
	return false
}

// An object as it was read; `given` is nil where that failed, but for a key given
// twice, of which the last counts.
type object struct {
	verdict
	namespace string
	given     resourcesemantics.GenericCRD
	// As v1 (a StepAction as v1beta1) with its defaults, once it is admitted.
	stored any
	// One of Kubernetes' own that making Pods needs.
	core any
}

func (o *object) refuse(stage, message string, paths ...string) {
	o.Verdict = "rejected"
	o.Errors = append(o.Errors, fault{Stage: stage, Message: message, Paths: paths})
}

// The objects of a stream of documents, those of a List each by itself.
func read(text []byte) (found []object) {
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	// An empty document counts and is passed over; comments before the first
	// "---" are none.
	for document := 0; ; {
		chunk, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		var raw []byte
		if err == nil {
			raw, err = strictJSON(chunk)
		}
		if err != nil && raw == nil {
			broken := object{verdict: verdict{Document: document, Item: -1}}
			broken.refuse("decode", err.Error())
			found = append(found, broken)
			document++
			continue
		}
		isEmpty := string(bytes.TrimSpace(raw)) == "null"
		if !isEmpty {
			found = append(found, objectsOf(raw, document, err)...)
		}
		if !isEmpty || document > 0 || bytes.HasPrefix(text, []byte("---")) {
			document++
		}
	}
}

// With a fault beside the text where only a key is given twice.
func strictJSON(chunk []byte) ([]byte, error) {
	raw, err := sigsyaml.YAMLToJSONStrict(chunk)
	if err == nil || !strings.Contains(err.Error(), "already set in map") {
		return raw, err
	}
	lenient, failed := sigsyaml.YAMLToJSON(chunk)
	if failed != nil {
		return nil, failed
	}
	// What overrides a merge key's value counts for sigs.k8s.io/yaml as given
	// twice; kubectl, which doesn't read strictly, takes it.
	var root yamlv3.Node
	if bytes.Contains(chunk, []byte("<<")) && yamlv3.Unmarshal(chunk, &root) == nil && !hasKeyTwice(&root) {
		return lenient, nil
	}
	return lenient, err
}

func hasKeyTwice(node *yamlv3.Node) bool {
	if node.Kind == yamlv3.MappingNode {
		seen := map[string]bool{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i].Value
			if seen[key] {
				return true
			}
			seen[key] = true
		}
	}
	for _, child := range node.Content {
		if hasKeyTwice(child) {
			return true
		}
	}
	return false
}

func objectsOf(raw []byte, document int, duplicate error) (found []object) {
	var list struct {
		metav1.TypeMeta
		Items []json.RawMessage `json:"items"`
	}
	if kjson.UnmarshalCaseSensitivePreserveInts(raw, &list) == nil && list.Kind == "List" {
		for item, text := range list.Items {
			found = append(found, objectOf(text, document, item, duplicate))
		}
		return found
	}
	return []object{objectOf(raw, document, -1, duplicate)}
}

func objectOf(raw []byte, document, item int, duplicate error) object {
	o := object{verdict: verdict{Document: document, Item: item, Verdict: "accepted"}}
	// Heedless of case, as the API server looks for them; apimachinery,
	// pkg/runtime/serializer/json/meta.go, Interpret.
	var head struct {
		APIVersion any `json:"apiVersion"`
		Kind       any `json:"kind"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		o.refuse("decode", err.Error())
		return o
	}
	o.APIVersion, _ = head.APIVersion.(string)
	o.Kind, _ = head.Kind.(string)
	var named metav1.PartialObjectMetadata
	if json.Unmarshal(raw, &named) == nil {
		o.Name, o.namespace = named.Name, namespaceOf(named.Namespace)
	}
	if o.APIVersion == "" || o.Kind == "" {
		o.refuse("decode", "apiVersion and kind must be set")
		return o
	}
	if duplicate != nil {
		o.refuse("decode", duplicate.Error())
	}
	create := kinds[o.APIVersion+" "+o.Kind]
	group, _, _ := strings.Cut(o.APIVersion, "/")
	if create == nil {
		if group == "tekton.dev" && isKnownKind(o.Kind) {
			o.refuse("decode", fmt.Sprintf("no matches for kind %q in version %q", o.Kind, o.APIVersion))
		} else {
			o.Verdict = "ignored"
		}
		o.core = coreOf(raw, o.APIVersion, o.Kind)
		return o
	}
	given := create()
	raw = withFieldNames(raw, given)
	faults, err := kjson.UnmarshalStrict(raw, given, kjson.DisallowUnknownFields)
	if err != nil {
		faults = append(faults, err)
	}
	for _, err := range faults {
		o.refuse("decode", err.Error())
	}
	if admissible, is := given.(resourcesemantics.GenericCRD); is && len(faults) == 0 {
		o.given = admissible
	} else if len(faults) == 0 {
		o.Verdict = "ignored"
		o.core = coreOf(raw, o.APIVersion, o.Kind)
	}
	return o
}

// With the namespace that it is created in; nil for any other kind.
func coreOf(raw []byte, apiVersion, kind string) any {
	var found metav1.ObjectMetaAccessor
	switch apiVersion + " " + kind {
	case "v1 LimitRange":
		found = &corev1.LimitRange{}
	case "v1 Secret":
		found = &corev1.Secret{}
	case "v1 ServiceAccount":
		found = &corev1.ServiceAccount{}
	default:
		return nil
	}
	if kjson.UnmarshalCaseSensitivePreserveInts(raw, found) != nil {
		return nil
	}
	meta := found.GetObjectMeta()
	meta.SetNamespace(namespaceOf(meta.GetNamespace()))
	return found
}

// Does what a webhook does as the object is created: SetDefaults, then Validate.
func (o *object) admit(ctx context.Context, full bool) {
	if full && strings.HasSuffix(o.APIVersion, "/v1beta1") {
		if converted, err := convert(ctx, o.given); err == nil {
			o.V1 = plainCopy(converted)
		}
	}
	meta := o.given.(metav1.ObjectMetaAccessor).GetObjectMeta()
	if meta.GetName() == "" && meta.GetGenerateName() != "" {
		// As the API server does before any webhook is asked.
		meta.SetName(meta.GetGenerateName()[:min(len(meta.GetGenerateName()), 58)] + "abcde")
	}
	o.Name, o.GenerateName = meta.GetName(), meta.GetGenerateName()
	ctx = apis.WithinCreate(ctx)
	converted, failed := convert(ctx, o.given)
	if pipeline, is := converted.(*v1.Pipeline); is && failed == nil {
		tasks := v1.PipelineTaskList(pipeline.Spec.Tasks)
		if graph, err := dag.Build(tasks, tasks.Deps()); err == nil {
			o.Edges = edgesOf(graph)
		}
	}
	o.given.SetDefaults(ctx)
	// A copy: what the validating webhook does to its object is not stored. It
	// writes defaults of an embedded spec into the run's own parameters
	// (taskrun_validation.go, combineParamSpec).
	for _, err := range copied(o.given).Validate(ctx).WrappedErrors() {
		o.refuse("webhook", err.Message, err.Paths...)
	}
	if len(o.Errors) > 0 {
		return
	}
	if o.stored, failed = convert(ctx, o.given); failed != nil {
		o.refuse("webhook", failed.Error())
	}
}

// As v1; a StepAction as v1beta1.
func convert(ctx context.Context, given any) (any, error) {
	var to apis.Convertible
	switch given := given.(type) {
	case *v1beta1.Pipeline:
		to = &v1.Pipeline{}
	case *v1beta1.Task:
		to = &v1.Task{}
	case *v1beta1.PipelineRun:
		to = &v1.PipelineRun{}
	case *v1beta1.TaskRun:
		to = &v1.TaskRun{}
	case *v1alpha1.StepAction:
		action := &v1beta1.StepAction{}
		return action, given.ConvertTo(ctx, action)
	default:
		return given, nil
	}
	return to, given.(apis.Convertible).ConvertTo(ctx, to)
}

// A copy in JSON's own types, nil for a StepAction, so that nothing done later shows in it.
func plainCopy(given any) any {
	if _, isOwn := given.(*v1beta1.StepAction); isOwn {
		return nil
	}
	text, err := json.Marshal(given)
	if err != nil {
		return nil
	}
	var plain any
	if json.Unmarshal(text, &plain) != nil {
		return nil
	}
	return plain
}

// Parent and child of each dependency.
func edgesOf(graph *dag.Graph) (edges [][2]string) {
	for parent, node := range graph.Nodes {
		for _, child := range node.Next {
			edges = append(edges, [2]string{parent, child.Key})
		}
	}
	return edges
}

func copied[T any](given T) T {
	return reflect.ValueOf(given).MethodByName("DeepCopy").Call(nil)[0].Interface().(T)
}
