// Package election lets one of several controllers work at a time: the one that
// has the Lease.
package election

import (
	"context"
	"errors"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// LeaseName is that of the Lease.
const LeaseName = "colocation-controller"

// ErrLost: another one may have the Lease by now. The process has to end: a
// worker of it may be in the middle of something.
var ErrLost = errors.New("the Lease is lost")

// Timing is that of the Lease; what Kubernetes' own controllers have by default.
type Timing struct{ Lease, Renew, Retry time.Duration }

var usual = Timing{Lease: 15 * time.Second, Renew: 10 * time.Second, Retry: 2 * time.Second}

// Election is one controller's part in it.
type Election struct {
	elector  *leaderelection.LeaderElector
	watchdog *leaderelection.HealthzAdaptor
	work     func(context.Context) error
	// Has what work returned.
	ended chan error
	// Ends the election, once work has ended.
	leave context.CancelFunc
	// Done when the process is to stop.
	stopping context.Context
}

// New makes one for a namespace's Lease. work is called once this process has
// it, with a context that is done when it no longer has or Run's is.
func New(client kubernetes.Interface, namespace string, work func(context.Context) error) (*Election, error) {
	return newWith(client, namespace, work, usual)
}

func newWith(client kubernetes.Interface, namespace string, work func(context.Context) error, timing Timing) (*Election, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	e := &Election{
		work:  work,
		ended: make(chan error, 1),
		// How long a Lease that is not renewed may go unnoticed.
		watchdog: leaderelection.NewLeaderHealthzAdaptor(timing.Lease),
	}
	e.elector, err = leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: LeaseName},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())},
		},
		Name:            LeaseName,
		WatchDog:        e.watchdog,
		ReleaseOnCancel: true,
		LeaseDuration:   timing.Lease,
		RenewDeadline:   timing.Renew,
		RetryPeriod:     timing.Retry,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: e.lead,
			OnStoppedLeading: func() {},
		},
	})
	return e, err
}

func (e *Election) lead(leading context.Context) {
	ctx, cancel := context.WithCancel(leading)
	defer cancel()
	defer context.AfterFunc(e.stopping, cancel)()
	err := e.work(ctx)
	if leading.Err() != nil && e.stopping.Err() == nil {
		err = errors.Join(ErrLost, err)
	}
	e.ended <- err
	e.leave()
}

// Run takes part until ctx is done, work has ended, or the Lease is lost
// (ErrLost). The Lease is given back only when work has ended. May be called once.
func (e *Election) Run(ctx context.Context) error {
	electing, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	e.leave, e.stopping = leave, ctx
	// A leader leaves when its work has ended.
	defer context.AfterFunc(ctx, func() {
		if !e.elector.IsLeader() {
			leave()
		}
	})()
	e.elector.Run(electing)
	if electing.Err() == nil {
		return <-e.ended // Lost, and work is about to end.
	}
	select {
	case err := <-e.ended:
		return err
	default:
		return nil
	}
}

// Leads says whether this process has the Lease.
func (e *Election) Leads() bool { return e.elector.IsLeader() }

// Healthy says whether the Lease, if this process has it, is being renewed.
func (e *Election) Healthy() error { return e.watchdog.Check(nil) }

// StandsBy says whether this process could take over: it knows who leads.
func (e *Election) StandsBy() error {
	if e.elector.GetLeader() == "" {
		return errors.New("nobody is known to have the Lease")
	}
	return nil
}
