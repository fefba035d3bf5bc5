package cluster

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"colocation.dev/tests/cluster/harness"
)

// A view is what a client sees of a run that has ended, field by field: what has
// to be the same whoever ran it.
type view map[string]string

// What differs from run to run: times, and the names of Pods, containers and
// ConfigMaps, which a message may quote.
var (
	moments = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	digests = regexp.MustCompile(`sha256:[0-9a-f]{64}`)
)

func (s space) normalise(text string) string {
	text = strings.ReplaceAll(text, s.name, "NAMESPACE")
	return digests.ReplaceAllString(moments.ReplaceAllString(text, "TIME"), "DIGEST")
}

func (s space) set(v view, field string, value any) {
	text, ok := value.(string)
	if !ok {
		encoded, _ := json.Marshal(value)
		text = string(encoded)
	}
	v[field] = s.normalise(text)
}

// without is an object less some of its fields.
func without(object map[string]any, fields ...string) map[string]any {
	object = maps.Clone(object)
	for _, field := range fields {
		delete(object, field)
	}
	return object
}

// see gathers what there is to be seen of a run that has ended.
func (s space) see(ctx context.Context, run *unstructured.Unstructured) (view, error) {
	v := view{}
	for name, value := range run.GetLabels() {
		s.set(v, "labels."+name, value)
	}
	for name, value := range run.GetAnnotations() {
		s.set(v, "annotations."+name, value)
	}
	status, _, _ := unstructured.NestedMap(run.Object, "status")
	for name, value := range status {
		elements, _ := value.([]any)
		switch name {
		case "conditions":
			s.seeCondition(v, "condition", value)
		case "results", "skippedTasks", "childReferences":
			for _, element := range elements {
				element := element.(map[string]any)
				for key, value := range without(element, "name") {
					s.set(v, fmt.Sprint(name, ".", element["name"], ".", key), value)
				}
			}
		case "startTime", "completionTime", "finallyStartTime":
			v[name] = "set"
		default:
			s.set(v, name, value)
		}
	}
	if err := s.seeEvents(ctx, v, run.GetName()); err != nil {
		return nil, err
	}
	runs, err := s.taskRuns(ctx, run.GetName())
	if err != nil {
		return nil, err
	}
	for name, status := range runs {
		field := "taskRuns." + name
		s.seeCondition(v, field, status["conditions"])
		for _, result := range list(status["results"]) {
			result := result.(map[string]any)
			s.set(v, fmt.Sprint(field, ".results.", result["name"]), without(result, "name"))
		}
		for _, step := range list(status["steps"]) {
			step := step.(map[string]any)
			ended, _, _ := unstructured.NestedMap(step, "terminated")
			s.set(v, fmt.Sprint(field, ".steps.", step["name"]),
				fmt.Sprint(ended["exitCode"], " ", ended["reason"], " ", step["terminationReason"]))
		}
	}
	return v, nil
}

func (s space) seeCondition(v view, field string, conditions any) {
	for _, condition := range list(conditions) {
		condition := condition.(map[string]any)
		if condition["type"] == "Succeeded" {
			s.set(v, field+".is", fmt.Sprint(condition["status"], " ", condition["reason"]))
			s.set(v, field+".message", condition["message"])
		}
	}
}

// taskRuns are the statuses of a run's TaskRuns: from Tekton's objects, or from
// what our controller keeps in their place (controller/records).
func (s space) taskRuns(ctx context.Context, run string) (map[string]map[string]any, error) {
	all := map[string]map[string]any{}
	// A run that is cancelled ends before its TaskRuns do.
	err := poll(ctx, "the TaskRuns of "+run+" end", func() (bool, error) {
		found, err := s.Client.Resource(harness.TaskRuns).Namespace(s.name).List(ctx, metav1.ListOptions{LabelSelector: "tekton.dev/pipelineRun=" + run})
		if err != nil {
			return false, err
		}
		ended := true
		for _, object := range found.Items {
			all[object.GetName()], _, _ = unstructured.NestedMap(object.Object, "status")
			ended = ended && harness.IsCompleted(&object)
		}
		return ended, nil
	})
	if err != nil {
		return nil, err
	}
	record, err := s.Typed.CoreV1().ConfigMaps(s.name).Get(ctx, run+"-colocation", metav1.GetOptions{})
	if err != nil {
		return all, nil
	}
	var status struct {
		TaskRuns []struct {
			Name   string
			Status map[string]any
		}
	}
	packed, err := gzip.NewReader(bytes.NewReader(record.BinaryData["status"]))
	if err != nil {
		return nil, fmt.Errorf("the record of %s: %w", run, err)
	}
	if err := json.NewDecoder(packed).Decode(&status); err != nil {
		return nil, fmt.Errorf("the record of %s: %w", run, err)
	}
	for _, one := range status.TaskRuns {
		// A TaskRun that is there says more.
		if _, exists := all[one.Name]; !exists {
			all[one.Name] = one.Status
		}
	}
	return all, nil
}

// seeEvents waits for the last event, and adds which there were, in their order
// and each repetition once.
func (s space) seeEvents(ctx context.Context, v view, run string) error {
	var reasons []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		found, err := s.Typed.CoreV1().Events(s.name).List(ctx, metav1.ListOptions{
			FieldSelector: "involvedObject.kind=PipelineRun,involvedObject.name=" + run})
		if err != nil {
			return err
		}
		reasons = nil
		for _, event := range found.Items {
			reasons = append(reasons, event.Type+" "+event.Reason)
		}
		if slices.Contains(reasons, "Normal Succeeded") || slices.Contains(reasons, "Warning Failed") || slices.Contains(reasons, "Normal Completed") {
			break
		}
	}
	slices.Sort(reasons)
	v["events"] = strings.Join(slices.Compact(reasons), ", ")
	return nil
}

// A difference between two views of one run.
type difference struct{ name, field, tekton, ours string }

func (d difference) String() string {
	return fmt.Sprintf("%s: %s\n  Tekton: %s\n  ours:   %s", d.name, d.field, d.tekton, d.ours)
}

// diff compares field by field; it says how many fields it compared.
func diff(name string, tekton, ours view) ([]difference, int) {
	fields := maps.Clone(tekton)
	maps.Copy(fields, ours)
	var found []difference
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		show := func(v view) string {
			if value, ok := v[field]; ok {
				return value
			}
			return "(none)"
		}
		if show(tekton) != show(ours) {
			found = append(found, difference{name, field, show(tekton), show(ours)})
		}
	}
	return found, len(fields)
}
