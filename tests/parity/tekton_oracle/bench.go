package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipeline/dag"
	"knative.dev/pkg/apis"
)

// Prints how long Tekton's own code takes to decode, set defaults, validate and
// make a graph of each Pipeline of the file, in nanoseconds, the best of three.
func bench(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ctx, err := contextOf("-")
	if err != nil {
		return err
	}
	best := [4]time.Duration{}
	for round := range 3 {
		took, err := once(ctx, text)
		if err != nil {
			return err
		}
		for i := range took {
			if round == 0 || took[i] < best[i] {
				best[i] = took[i]
			}
		}
	}
	fmt.Printf("decode %d\ndefaults %d\nvalidate %d\ngraph %d\n", best[0].Nanoseconds(), best[1].Nanoseconds(), best[2].Nanoseconds(), best[3].Nanoseconds())
	return nil
}

func once(ctx context.Context, text []byte) (took [4]time.Duration, err error) {
	ctx = apis.WithinCreate(ctx)
	start := time.Now()
	lap := func(i int) {
		took[i] += time.Since(start)
		start = time.Now()
	}
	objects := read(text)
	lap(0)
	pipelines := 0
	for _, object := range objects {
		pipeline, is := object.given.(*v1.Pipeline)
		if !is {
			continue
		}
		pipelines++
		start = time.Now()
		pipeline.SetDefaults(ctx)
		lap(1)
		if err := pipeline.Validate(ctx); err != nil {
			return took, err
		}
		lap(2)
		tasks := v1.PipelineTaskList(pipeline.Spec.Tasks)
		if _, err := dag.Build(tasks, tasks.Deps()); err != nil {
			return took, err
		}
		lap(3)
	}
	if pipelines == 0 {
		return took, errors.New("no Pipeline of v1 to be read")
	}
	return took, nil
}
