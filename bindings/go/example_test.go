package colocation_test

import (
	"context"
	"errors"
	"fmt"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
)

func ExamplePlan() {
	documents, err := colocation.ReadFiles("testdata/release.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := colocation.Plan(context.Background(), documents)
	if err != nil {
		fmt.Println(err) // as a compiler would: file, line, column, what is wrong
		return
	}
	for _, pod := range plan.Pods {
		fmt.Println(pod.Name, pod.Tasks)
	}
	// Output:
	// release-clone-pod [clone build]
	// release-announce-pod [announce]
	// release-deploy-pod [deploy]
}

// A reference that isn't among the documents is asked for: fetch it and plan
// again.
func ExampleNeedsError() {
	documents := []colocation.Document{{Name: "pipeline.yaml", Content: []byte(`
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: hello}
spec:
  tasks:
    - name: greet
      taskRef: {name: echo}
`)}}
	plan, err := colocation.Plan(context.Background(), documents)
	var missing *colocation.NeedsError
	for errors.As(err, &missing) {
		for _, need := range missing.Needs {
			fmt.Println("fetching", need.Kind, need.Name)
			documents = append(documents, fetch(need))
		}
		plan, err = colocation.Plan(context.Background(), documents)
	}
	fmt.Println(plan.Pods[0].Tasks, err)
	// Output:
	// fetching TASK echo
	// [greet] <nil>
}

func fetch(need *colocation.Need) colocation.Document {
	return colocation.Document{Name: need.Name + ".yaml", Content: []byte(`
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: ` + need.Name + `}
spec:
  steps: [{name: say, image: busybox, command: [echo, hello]}]
`)}
}

func ExampleError() {
	_, err := colocation.Plan(context.Background(), []colocation.Document{{Name: "typo.yaml", Content: []byte(`
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: hello}
spec:
  tasks:
    - name: greet
      runAfter: [prepair]
      taskSpec: {steps: [{image: busybox, script: echo}]}
    - name: prepare
      taskSpec: {steps: [{image: busybox, script: echo}]}
`)}})
	var refused *colocation.Error
	if errors.As(err, &refused) {
		for _, diagnostic := range refused.Diagnostics {
			fmt.Println(diagnostic.Position.Line, diagnostic.Path, diagnostic.Code)
		}
	}
	// Output:
	// 8 spec.tasks[0].runAfter[0] unknown-task
}

func ExampleRunPlan_PodJSON() {
	documents, _ := colocation.ReadFiles("testdata/release.yaml")
	plan, err := colocation.Plan(context.Background(), documents,
		colocation.WithPolicy(colocationv1.Policy_POLICY_PIPELINERUN))
	if err != nil {
		fmt.Println(err)
		return
	}
	// Unmarshals into the Pod of k8s.io/api/core/v1.
	text, err := plan.PodJSON("release-pod")
	fmt.Printf("%.34s %v\n", text, err)
	// Output:
	// {"apiVersion":"v1","kind":"Pod","m <nil>
}
