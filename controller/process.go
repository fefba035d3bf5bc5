package main

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/colocation/colocation/controller/election"
	"github.com/colocation/colocation/controller/metrics"
	"github.com/colocation/colocation/controller/reconciler"
	"github.com/colocation/colocation/controller/serve"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/kubernetes"
	"k8s.io/component-base/metrics/legacyregistry"
	// They register what client-go tells of its questions and its queues.
	_ "k8s.io/component-base/metrics/prometheus/restclient"
	_ "k8s.io/component-base/metrics/prometheus/workqueue"
)

// A process is the controller with what watches it.
type process struct {
	controller *reconciler.Controller
	workers    int
	// Nil: it is the only one.
	election *election.Election
	metrics  prometheus.Gatherer
}

func newProcess(set settings, clientset kubernetes.Interface, begin func(reconciler.Options) *reconciler.Controller, options reconciler.Options) (*process, error) {
	own := prometheus.NewRegistry()
	options.Metrics = metrics.New()
	if err := options.Metrics.Register(own); err != nil {
		return nil, err
	}
	p := &process{
		controller: begin(options),
		workers:    set.workers,
		metrics:    prometheus.Gatherers{own, legacyregistry.DefaultGatherer},
	}
	own.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "colocation", Name: "active_runs",
			Help: "Runs that have not ended; 0 where this process does not lead."},
			func() float64 { return float64(p.controller.Active()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "colocation", Name: "leads",
			Help: "1 where this process runs the runs, 0 where it waits for the Lease."},
			func() float64 {
				if p.leads() {
					return 1
				}
				return 0
			}))
	if set.election == "" {
		return p, nil
	}
	var err error
	p.election, err = election.New(clientset, set.election, p.work)
	return p, err
}

func (p *process) work(ctx context.Context) error { return p.controller.Run(ctx, p.workers) }

func (p *process) leads() bool { return p.election == nil || p.election.Leads() }

func (p *process) healthy() error {
	if p.election == nil {
		return nil
	}
	return p.election.Healthy()
}

// ready says whether it does its part: it runs the runs, or could take over.
func (p *process) ready() error {
	if !p.leads() {
		return p.election.StandsBy()
	}
	if !p.controller.HasSynced() {
		return errors.New("the caches are being filled")
	}
	return nil
}

// run works until ctx is done, and answers meanwhile at the listener, which may be
// nil.
func (p *process) run(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	var served error
	var group sync.WaitGroup
	if listener != nil {
		group.Go(func() {
			served = serve.Serve(ctx, listener, serve.Handler(p.healthy, p.ready, p.metrics))
			stop()
		})
	}
	var worked error
	if p.election == nil {
		worked = p.work(ctx)
	} else {
		worked = p.election.Run(ctx)
	}
	stop()
	group.Wait()
	return errors.Join(worked, served)
}
