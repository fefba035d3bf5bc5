package reconciler

// What the API server refuses.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

// refuse lets the API server refuse what is created, as often as it is asked.
func (c *cluster) refuse(resource string, err error) {
	c.client.PrependReactor("create", resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, err })
}

func TestAPodThatIsRefusedFailsTheRun(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.refuse("pods", apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "run-one-pod", fmt.Errorf("violates PodSecurity")))
	c.mustLook()
	c.expectCondition("False PodCreationFailed")
	c.client.ClearActions()
	c.mustLook()
	for _, action := range c.client.Actions() {
		if action.GetVerb() == "create" {
			t.Error("it tries again")
		}
	}
}

func TestAPodThatExceedsTheQuotaIsTriedAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.refuse("pods", apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "run-one-pod", fmt.Errorf("exceeded quota: small")))
	if _, err := c.look(); err == nil {
		t.Error("there is nothing to try again")
	}
	c.expectCondition("Unknown Running")
	c.client.ReactionChain = c.client.ReactionChain[1:]
	c.mustLook()
	c.expectNames(tekton.Pods, "run-one-pod ")
}

func TestAPodOfSomebodyElseIsNotTaken(t *testing.T) {
	c := newCluster(t, twoTasks+"---\napiVersion: v1\nkind: Pod\nmetadata: {name: run-one-pod}\n")
	if _, err := c.look(); err == nil || !strings.Contains(err.Error(), "belongs to somebody else") {
		t.Errorf("the error is %v", err)
	}
}

func TestAStatusThatConflictsIsWrittenAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	conflicts := 2
	c.client.PrependReactor("update", "pipelineruns", func(clienttesting.Action) (bool, runtime.Object, error) {
		conflicts--
		return conflicts >= 0, nil, apierrors.NewConflict(schema.GroupResource{Resource: "pipelineruns"}, "run", nil)
	})
	c.mustLook()
	c.expectCondition("Unknown Running")
}

func TestARecordThatConflictsIsLookedAtAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.client.PrependReactor("update", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewConflict(schema.GroupResource{Resource: "configmaps"}, "run-colocation", nil)
	})
	if _, err := c.look(); !apierrors.IsConflict(err) {
		t.Errorf("the error is %v", err)
	}
	c.expectCondition("[]")
}
