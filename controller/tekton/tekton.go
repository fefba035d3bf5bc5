// Package tekton has what Tekton's objects have in common: their kinds, the
// labels by which they are found, who owns them, and how they are read.
package tekton

import (
	"encoding/json"
	"strings"

	colocation "github.com/colocation/colocation/bindings/go"
	"google.golang.org/protobuf/proto"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// ManagedBy is what spec.managedBy of a PipelineRun has to be for it to be ours.
const ManagedBy = "colocation.dev/controller"

// Tekton's labels on what belongs to a run
// (pkg/apis/pipeline/register.go).
const (
	RunLabel      = "tekton.dev/pipelineRun"
	TaskLabel     = "tekton.dev/pipelineTask"
	PipelineLabel = "tekton.dev/pipeline"
)

// The kinds that the controller reads or writes.
var (
	PipelineRuns = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "pipelineruns"}
	Pipelines    = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "pipelines"}
	Tasks        = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "tasks"}
	TaskRuns     = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "taskruns"}
	CustomRuns   = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1beta1", Resource: "customruns"}
	StepActions  = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1beta1", Resource: "stepactions"}
	Pods         = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	Claims       = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	ConfigMaps   = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	LimitRanges  = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}

	ResolutionRequests = schema.GroupVersionResource{Group: "resolution.tekton.dev", Version: "v1beta1", Resource: "resolutionrequests"}
)

// IsOurs says whether object is a PipelineRun that names this controller. The
// field can't be changed (validateUpdate in Tekton's pipelinerun_validation.go).
func IsOurs(object *unstructured.Unstructured) bool {
	name, _, _ := unstructured.NestedString(object.Object, "spec", "managedBy")
	return object.GetKind() == "PipelineRun" && name == ManagedBy
}

// OwnerOf is the PipelineRun that owns object, nil if there is none.
func OwnerOf(object *unstructured.Unstructured) *metav1.OwnerReference {
	for _, owner := range object.GetOwnerReferences() {
		if owner.Kind == "PipelineRun" {
			return &owner
		}
	}
	return nil
}

// IsOwnedBy says whether object was made for run (see Own).
func IsOwnedBy(object, run *unstructured.Unstructured) bool {
	owner := OwnerOf(object)
	return owner != nil && owner.UID == run.GetUID()
}

// IsOurTaskRun says whether object is a TaskRun that stands for a unit of work
// of this controller's.
func IsOurTaskRun(object *unstructured.Unstructured) bool {
	name, _, _ := unstructured.NestedString(object.Object, "spec", "managedBy")
	return object.GetKind() == "TaskRun" && name == ManagedBy
}

// Own makes run the owner of object, and gives it the run's label.
//
// It is the object's controller, too, but not where Tekton's controller would see
// that: it looks at a run whenever an object of Tekton's kinds changes that the
// run controls, without asking who manages the run
// (pkg/reconciler/pipelinerun/controller.go, NewController), and would begin to
// run it itself.
func Own(run, object *unstructured.Unstructured) {
	object.SetNamespace(run.GetNamespace())
	owner := *metav1.NewControllerRef(run, run.GroupVersionKind())
	if group := object.GroupVersionKind().Group; group == "tekton.dev" || strings.HasSuffix(group, ".tekton.dev") {
		owner.Controller = nil
	}
	object.SetOwnerReferences([]metav1.OwnerReference{owner})
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[RunLabel] = run.GetName()
	object.SetLabels(labels)
}

// Succeeded is the condition of that type, of any of Tekton's kinds; nil where
// there is none.
func Succeeded(object *unstructured.Unstructured) map[string]any {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, condition := range conditions {
		if fields, ok := condition.(map[string]any); ok && fields["type"] == "Succeeded" {
			return fields
		}
	}
	return nil
}

// FromObject reads what the dynamic client gives into a message.
func FromObject(object map[string]any, message proto.Message) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return colocation.UnmarshalJSON(text, message)
}

// ToObject is a message as the dynamic client wants it: whole numbers stay
// whole.
func ToObject(message proto.Message) (map[string]any, error) {
	text, err := colocation.MarshalJSON(message)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	return fields, utiljson.Unmarshal(text, &fields)
}
