// Package colocation plans the tasks of a Tekton pipeline into shared Pods.
//
// It calls the C library of the same name; pkg-config has to find it
// (colocation.pc, of `bazel run --config=opt //:install -- --prefix=DIR`), and
// the dynamic linker libcolocation.so.1.
//
// A plan is a pure function of what is given: no clock, network, file or
// environment is looked at. Everything here may be used by several goroutines at
// once. Nothing has to be closed: no memory of the library outlives a call.
package colocation

import (
	"context"
	"os"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
)

// Document is one YAML or JSON text; YAML may hold several documents.
type Document struct {
	// Name is what diagnostics call it, usually a file name.
	Name    string
	Content []byte
}

// ReadFiles reads documents from files.
func ReadFiles(paths ...string) ([]Document, error) {
	documents := make([]Document, 0, len(paths))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		documents = append(documents, Document{Name: path, Content: content})
	}
	return documents, nil
}

// Option sets a part of the request; the functions With... make the usual ones.
type Option func(*colocationv1.PlanRequest)

// WithPolicy says how tasks are put together; by default as
// POLICY_WORKSPACES.
func WithPolicy(policy colocationv1.Policy) Option {
	return func(r *colocationv1.PlanRequest) { r.Options.Policy = policy }
}

// WithRequests says what a Pod asks for: the peak, which is the default, or the
// sum.
func WithRequests(mode colocationv1.RequestMode) Option {
	return func(r *colocationv1.PlanRequest) { r.Options.Requests = mode }
}

// WithRun names the run to plan, where the documents have several.
func WithRun(name string) Option {
	return func(r *colocationv1.PlanRequest) { r.Options.Run = name }
}

// WithParam gives a parameter of the pipeline a string; it wins over the
// PipelineRun's. Arrays and objects are given with WithOptions.
func WithParam(name, value string) Option {
	return func(r *colocationv1.PlanRequest) {
		r.Options.Params = append(r.Options.Params, &colocationv1.Param{
			Name:  name,
			Value: &colocationv1.ParamValue{Value: &colocationv1.ParamValue_StringValue{StringValue: value}},
		})
	}
}

// WithOptions merges options into those that were set before: lists are
// appended, other fields that are set replace.
func WithOptions(options *colocationv1.PlanOptions) Option {
	return func(r *colocationv1.PlanRequest) { proto.Merge(r.Options, options) }
}

// WithCluster says what is known of the cluster.
func WithCluster(cluster *colocationv1.Cluster) Option {
	return func(r *colocationv1.PlanRequest) { r.Cluster = cluster }
}

// WithImage gives the entrypoint and the command of an image, by its name in a
// step.
func WithImage(image string, entrypoint, cmd []string) Option {
	return func(r *colocationv1.PlanRequest) {
		r.Images = append(r.Images, &colocationv1.ImageConfig{Image: image, Entrypoint: entrypoint, Cmd: cmd})
	}
}

// WithResolved gives what the remote reference of a Need stands for.
func WithResolved(resolver string, params []*colocationv1.Param, document Document) Option {
	return func(r *colocationv1.PlanRequest) {
		r.Resolved = append(r.Resolved, &colocationv1.ResolvedReference{
			Resolver: resolver,
			Params:   params,
			Document: &colocationv1.Document{Name: document.Name, Content: document.Content},
		})
	}
}

// Plan plans a run. Planning takes microseconds to milliseconds and can't be
// interrupted: ctx is looked at before. The error is a *NeedsError where
// something has to be given first, otherwise an *Error, or ctx.Err().
func Plan(ctx context.Context, documents []Document, options ...Option) (*RunPlan, error) {
	return PlanRequest(ctx, request(documents, options))
}

// PlanRequest plans the run of a request that was made in whole.
func PlanRequest(ctx context.Context, request *colocationv1.PlanRequest) (*RunPlan, error) {
	answer, err := ask(ctx, plan, request)
	if err != nil {
		return nil, err
	}
	return ParsePlan(answer)
}

// Validate checks objects without planning: each as Tekton's webhook does, and
// runs with what they refer to. It returns the warnings.
func Validate(ctx context.Context, documents []Document, options ...Option) ([]*Diagnostic, error) {
	answer, err := ask(ctx, validate, request(documents, options))
	if err != nil {
		return nil, err
	}
	report := &colocationv1.Report{}
	if err := proto.Unmarshal(answer, report); err != nil {
		return nil, internalError(err)
	}
	return report.Diagnostics, nil
}

// Simulate says what would happen if the runs of a request came to its cluster:
// with a Pod for each task, and as their plans have it.
func Simulate(ctx context.Context, request *colocationv1.SimulationRequest) (*colocationv1.SimulationResult, error) {
	answer, err := ask(ctx, simulate, request)
	if err != nil {
		return nil, err
	}
	result := &colocationv1.SimulationResult{}
	if err := proto.Unmarshal(answer, result); err != nil {
		return nil, internalError(err)
	}
	return result, nil
}

func request(documents []Document, options []Option) *colocationv1.PlanRequest {
	request := &colocationv1.PlanRequest{Options: &colocationv1.PlanOptions{}}
	for _, document := range documents {
		request.Documents = append(request.Documents,
			&colocationv1.Document{Name: document.Name, Content: document.Content})
	}
	for _, option := range options {
		option(request)
	}
	return request
}

func ask(ctx context.Context, function function, message proto.Message) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	bytes, err := proto.Marshal(message)
	if err != nil {
		return nil, badArgument(err)
	}
	return call(function, formatProtobuf, bytes, nil, 0)
}
