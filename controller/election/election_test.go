package election

import (
	"context"
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

var fast = Timing{Lease: 3 * time.Second, Renew: 2 * time.Second, Retry: 20 * time.Millisecond}

// begin starts one that says when it works, and works until it is told to end.
func begin(t *testing.T, client *fake.Clientset) (e *Election, works chan struct{}, stop func(), ended chan error) {
	t.Helper()
	works, ended = make(chan struct{}), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	e, err := newWith(client, "ns", func(ctx context.Context) error {
		close(works)
		<-ctx.Done()
		return nil
	}, fast)
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- e.Run(ctx) }()
	return e, works, stop, ended
}

func TestOneWorksAndTheOtherTakesOver(t *testing.T) {
	client := fake.NewClientset()
	first, works, stop, ended := begin(t, client)
	<-works
	if !first.Leads() || first.Healthy() != nil {
		t.Errorf("leads: %v, healthy: %v", first.Leads(), first.Healthy())
	}
	second, follows, stopSecond, endedSecond := begin(t, client)
	for second.StandsBy() != nil {
		select {
		case <-follows:
			t.Fatal("both work")
		case <-time.After(time.Millisecond):
		}
	}
	if second.Leads() {
		t.Error("both lead")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-follows
	stopSecond()
	if err := <-endedSecond; err != nil {
		t.Error(err)
	}
	// Given back: whoever comes next need not wait.
	lease, err := client.CoordinationV1().Leases("ns").Get(t.Context(), LeaseName, metav1.GetOptions{})
	if err != nil || lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity != "" {
		t.Errorf("%v, %v", lease, err)
	}
}

func TestOneThatWaitsStopsWhenItIsTold(t *testing.T) {
	client := fake.NewClientset()
	_, works, stop, ended := begin(t, client)
	<-works
	_, _, stopSecond, endedSecond := begin(t, client)
	stopSecond()
	if err := <-endedSecond; err != nil {
		t.Error(err)
	}
	stop()
	<-ended
}

func TestTheErrorOfTheWorkIsThatOfRun(t *testing.T) {
	broken := errors.New("broken")
	e, err := newWith(fake.NewClientset(), "ns", func(context.Context) error { return broken }, fast)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context()); !errors.Is(err, broken) || errors.Is(err, ErrLost) {
		t.Error(err)
	}
}

func TestOneThatLosesTheLeaseEnds(t *testing.T) {
	client := fake.NewClientset()
	_, works, _, ended := begin(t, client)
	<-works
	// Somebody else has written it each time that it is to be renewed.
	client.PrependReactor("update", "leases", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewConflict(schema.GroupResource{Resource: "leases"}, LeaseName, nil)
	})
	if err := <-ended; !errors.Is(err, ErrLost) {
		t.Errorf("%v", err)
	}
}
