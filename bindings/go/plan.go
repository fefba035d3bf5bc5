package colocation

import (
	"fmt"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
)

// RunPlan is the plan of a run: which tasks share which Pod, and all that a
// controller needs. The embedded message is all of it.
type RunPlan struct {
	*colocationv1.ColocationPlan
}

// ParsePlan reads what Marshal gives, of any version of the library that makes
// plans of version 1 or 2.
func ParsePlan(bytes []byte) (*RunPlan, error) {
	message := &colocationv1.ColocationPlan{}
	if err := proto.Unmarshal(bytes, message); err != nil {
		return nil, badArgument(err)
	}
	if message.Version != 1 && message.Version != 2 {
		return nil, badArgument(fmt.Errorf("plans of version %d are not known here", message.Version))
	}
	return &RunPlan{message}, nil
}

// ParsePlanJSON reads what JSON gives.
func ParsePlanJSON(text []byte) (*RunPlan, error) {
	message := &colocationv1.ColocationPlan{}
	if err := UnmarshalJSON(text, message); err != nil {
		return nil, err
	}
	bytes, err := proto.Marshal(message)
	if err != nil {
		return nil, badArgument(err)
	}
	return ParsePlan(bytes)
}

// Marshal gives the plan in protobuf's binary form. The same plan gives the same
// bytes.
func (p *RunPlan) Marshal() ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(p.ColocationPlan)
}

// JSON gives the plan as JSON, with Tekton's and Kubernetes' field names.
func (p *RunPlan) JSON() ([]byte, error) { return write(p.ColocationPlan, formatJSON) }

// YAML gives the plan as YAML.
func (p *RunPlan) YAML() ([]byte, error) { return write(p.ColocationPlan, formatYAML) }

// Task returns the pipeline task of that name, nil where there is none.
func (p *RunPlan) Task(name string) *colocationv1.PlannedTask {
	for _, task := range p.Tasks {
		if task.Name == name {
			return task
		}
	}
	return nil
}

// Pod returns the Pod of that name, nil where there is none.
func (p *RunPlan) Pod(name string) *colocationv1.PlannedPod {
	for _, pod := range p.Pods {
		if pod.Name == name {
			return pod
		}
	}
	return nil
}

// PodOf returns the Pod that the task runs in: nil for one that is skipped, that
// something else runs, or that isn't there.
func (p *RunPlan) PodOf(task string) *colocationv1.PlannedPod {
	return p.Pod(p.Task(task).GetPod())
}

// SharePod says whether all these tasks run in one Pod.
func (p *RunPlan) SharePod(tasks ...string) bool {
	for _, task := range tasks {
		if pod := p.PodOf(task); pod == nil || pod != p.PodOf(tasks[0]) {
			return false
		}
	}
	return true
}

// WaitsFor says whether task starts only after other has ended, itself or
// because of what it waits for.
func (p *RunPlan) WaitsFor(task, other string) bool {
	seen := map[string]bool{}
	waiting := []string{task}
	for len(waiting) > 0 {
		last := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for _, parent := range p.Task(last).GetWaitFor() {
			if parent == other {
				return true
			}
			if !seen[parent] {
				seen[parent] = true
				waiting = append(waiting, parent)
			}
		}
	}
	return false
}

// Manifests gives the claims and Pods to create.
func (p *RunPlan) Manifests() (*colocationv1.Manifests, error) {
	bytes, err := p.call(render, nil, 0)
	if err != nil {
		return nil, err
	}
	manifests := &colocationv1.Manifests{}
	if err := proto.Unmarshal(bytes, manifests); err != nil {
		return nil, internalError(err)
	}
	return manifests, nil
}

// ManifestsYAML gives the same as what kubectl create takes.
func (p *RunPlan) ManifestsYAML() ([]byte, error) { return p.rendered("", formatYAML) }

// ManifestsJSON gives the same as what kubectl create takes: an object, or a
// List of several.
func (p *RunPlan) ManifestsJSON() ([]byte, error) { return p.rendered("", formatJSON) }

// PodJSON gives the Pod of that name as JSON, which unmarshals into the Pod of
// k8s.io/api/core/v1.
func (p *RunPlan) PodJSON(name string) ([]byte, error) {
	if p.Pod(name) == nil {
		return nil, badArgument(fmt.Errorf("the plan has no Pod named %q", name))
	}
	return p.rendered(name, formatJSON)
}

func (p *RunPlan) rendered(pod string, format format) ([]byte, error) {
	bytes, err := write(p.ColocationPlan, format)
	if err != nil {
		return nil, err
	}
	return call(render, format, bytes, []byte(pod), 0)
}

// Describe gives the plan as a text for people.
func (p *RunPlan) Describe() (string, error) { return text(p.call(describe, nil, 0)) }

// Explain says why it is as it is: all of it, or with a task's name what
// concerns that.
func (p *RunPlan) Explain(task string) (string, error) { return text(p.call(explain, []byte(task), 0)) }

// Draw draws Pods, tasks, and what waits for what.
func (p *RunPlan) Draw(drawing Drawing) ([]byte, error) { return p.call(graph, nil, drawing) }

// Advance says what a controller has to do next, and how the run stands. It keeps
// nothing: hand the status that comes back in with the next observation.
func (p *RunPlan) Advance(observation *colocationv1.Observation) (*colocationv1.Advance, error) {
	seen, err := proto.Marshal(observation)
	if err != nil {
		return nil, badArgument(err)
	}
	bytes, err := p.call(advance, seen, 0)
	if err != nil {
		return nil, err
	}
	next := &colocationv1.Advance{}
	if err := proto.Unmarshal(bytes, next); err != nil {
		return nil, internalError(err)
	}
	return next, nil
}

// Check verifies the plan independently of the planner. A plan of Plan was
// verified already.
func (p *RunPlan) Check() error {
	_, err := p.call(check, nil, 0)
	return err
}

func (p *RunPlan) call(function function, other []byte, drawing Drawing) ([]byte, error) {
	bytes, err := p.Marshal()
	if err != nil {
		return nil, badArgument(err)
	}
	return call(function, formatProtobuf, bytes, other, drawing)
}

func text(bytes []byte, err error) (string, error) { return string(bytes), err }
