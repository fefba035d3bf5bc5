package reconciler

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// The label by which a resolver finds what it is asked
// (pkg/resolution/common/interface.go).
const resolverLabel = "resolution.tekton.dev/type"

// A pending resolution: the run can't be planned before somebody has answered,
// and is looked at again when that has happened.
type pending struct {
	// Of the condition "Succeeded", which is "Unknown" meanwhile.
	reason, message string
}

func (p *pending) Error() string { return p.reason + ": " + p.message }

// ask asks one of Tekton's resolvers (git, hub, bundles, cluster, ...) with a
// ResolutionRequest, as CRDRequester.Submit does
// (pkg/remoteresolution/resource/crd_resource.go). The first time, and until
// there is an answer, the error is a *pending; it is a *refusal where the
// resolver says that there is nothing.
func (c *Controller) ask(ctx context.Context, run *unstructured.Unstructured, need *colocationv1.Need) (*colocationv1.ResolvedReference, error) {
	question, err := resolutionRequest(run, need)
	if err != nil {
		return nil, err
	}
	answer, err := c.client.Resource(tekton.ResolutionRequests).Namespace(run.GetNamespace()).Get(ctx, question.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		if err := c.createObject(ctx, run, tekton.ResolutionRequests, question); err != nil {
			return nil, err
		}
		answer, err = question, nil
	}
	if err != nil {
		return nil, err
	}
	switch condition := tekton.Succeeded(answer); condition["status"] {
	case "True":
	case "False":
		return nil, &refusal{reason: needed[need.Kind].missing,
			message: fmt.Sprintf("%s: the resolver %q: %v", need.Path, need.Resolver, condition["message"])}
	default:
		return nil, &pending{needed[need.Kind].resolving,
			fmt.Sprintf("%s: waiting for the resolver %q (ResolutionRequest %s)", need.Path, need.Resolver, answer.GetName())}
	}
	text, _, _ := unstructured.NestedString(answer.Object, "status", "data")
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, &refusal{reason: needed[need.Kind].missing,
			message: fmt.Sprintf("%s: the resolver %q: its answer is not base64: %v", need.Path, need.Resolver, err)}
	}
	return &colocationv1.ResolvedReference{
		Resolver: need.Resolver,
		Params:   need.Params,
		Document: &colocationv1.Document{Name: need.Resolver + "/" + answer.GetName(), Content: content},
	}, nil
}

// resolutionRequest has the same name whenever the same run needs the same.
func resolutionRequest(run *unstructured.Unstructured, need *colocationv1.Need) (*unstructured.Unstructured, error) {
	params := []any{}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\x00%s", run.GetUID(), need.Resolver)
	for _, param := range need.Params {
		text, err := colocation.MarshalJSON(param)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(hash, "\x00%s", text)
		var fields any
		if err := utiljson.Unmarshal(text, &fields); err != nil {
			return nil, err
		}
		params = append(params, fields)
	}
	question := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"params": params}}}
	question.SetAPIVersion(tekton.ResolutionRequests.GroupVersion().String())
	question.SetKind("ResolutionRequest")
	question.SetName(fmt.Sprintf("%.20s-%.20x", need.Resolver, hash.Sum(nil)))
	question.SetLabels(map[string]string{resolverLabel: need.Resolver})
	return question, nil
}
