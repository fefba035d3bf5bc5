// Says where kube-scheduler would put Pods, by its own code.
//
// stdin: one JSON object a line, a decision (scheduler_subject.cc makes them):
// the nodes, volumes and Pods of a cluster, and a Pod without a node. stdout: one
// JSON object a line: the nodes that pass the filters, with their scores, and what
// the event says where there are none.
//
// The framework and the default plugins are kube-scheduler's, called in the order
// of findNodesThatFitPod and prioritizeNodes (pkg/scheduler/schedule_one.go).
// Left out are plugins that need a controller beside them, and preemption.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/klog/v2"
	kubescheduler "k8s.io/kube-scheduler/framework"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"

	config "k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"

	configv1 "k8s.io/kube-scheduler/config/v1"
)

type decision struct {
	ID             string                          `json:"id"`
	Cluster        string                          `json:"cluster"`
	StorageClasses []*storagev1.StorageClass       `json:"storageClasses"`
	CSINodes       []*storagev1.CSINode            `json:"csiNodes"`
	Volumes        []*corev1.PersistentVolume      `json:"persistentVolumes"`
	Claims         []*corev1.PersistentVolumeClaim `json:"claims"`
	Nodes          []*corev1.Node                  `json:"nodes"`
	Pods           []*corev1.Pod                   `json:"pods"`
	Pod            *corev1.Pod                     `json:"pod"`
}

type answer struct {
	ID       string           `json:"id"`
	Feasible map[string]int64 `json:"feasible"`
	Message  string           `json:"message,omitempty"`
}

// What the plugins see of a cluster: it changes from decision to decision, and
// they keep what they were given first.
type current struct{ snapshot *internalcache.Snapshot }

func (c *current) NodeInfos() kubescheduler.NodeInfoLister       { return c.snapshot.NodeInfos() }
func (c *current) StorageInfos() kubescheduler.StorageInfoLister { return c.snapshot.StorageInfos() }
func (c *current) PodGroupStates() kubescheduler.PodGroupStateLister {
	return c.snapshot.PodGroupStates()
}

type scheduler struct {
	lister current
	fwk    framework.Framework
	stop   context.CancelFunc
}

func defaultProfile() (*config.KubeSchedulerProfile, error) {
	var versioned configv1.KubeSchedulerConfiguration
	scheme.Scheme.Default(&versioned)
	var internal config.KubeSchedulerConfiguration
	if err := scheme.Scheme.Convert(&versioned, &internal, nil); err != nil {
		return nil, err
	}
	profile := &internal.Profiles[0]
	left := profile.Plugins.MultiPoint.Enabled[:0]
	for _, plugin := range profile.Plugins.MultiPoint.Enabled {
		switch plugin.Name {
		case names.DynamicResources, names.DefaultPreemption, names.GangScheduling, names.NodeDeclaredFeatures:
		default:
			left = append(left, plugin)
		}
	}
	profile.Plugins.MultiPoint.Enabled = left
	return profile, nil
}

func newScheduler(d *decision) (*scheduler, error) {
	var objects []runtime.Object
	for _, o := range d.StorageClasses {
		objects = append(objects, o)
	}
	for _, o := range d.CSINodes {
		objects = append(objects, o)
	}
	for _, o := range d.Volumes {
		objects = append(objects, o)
	}
	for _, o := range d.Claims {
		objects = append(objects, o)
	}
	for _, o := range d.Nodes {
		objects = append(objects, o)
	}
	ctx, stop := context.WithCancel(context.Background())
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	profile, err := defaultProfile()
	if err != nil {
		stop()
		return nil, err
	}
	s := &scheduler{stop: stop}
	s.lister.snapshot = internalcache.NewEmptySnapshot()
	s.fwk, err = frameworkruntime.NewFramework(ctx, plugins.NewInTreeRegistry(), profile,
		frameworkruntime.WithClientSet(client),
		frameworkruntime.WithInformerFactory(factory),
		frameworkruntime.WithSnapshotSharedLister(&s.lister),
		frameworkruntime.WithSharedCSIManager(
			nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())))
	if err != nil {
		stop()
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return s, nil
}

func (s *scheduler) decide(d *decision) (*answer, error) {
	s.lister.snapshot = internalcache.NewSnapshot(d.Pods, d.Nodes)
	ctx := context.Background()
	state := framework.NewCycleState()
	diagnosis := framework.Diagnosis{NodeToStatus: framework.NewDefaultNodeToStatus()}
	found := &answer{ID: d.ID, Feasible: map[string]int64{}}
	failed := func() (*answer, error) {
		found.Message = (&framework.FitError{Pod: d.Pod, NumAllNodes: len(d.Nodes), Diagnosis: diagnosis}).Error()
		return found, nil
	}
	only, status, _ := s.fwk.RunPreFilterPlugins(ctx, state, d.Pod)
	if !status.IsSuccess() {
		if !status.IsRejected() {
			return nil, status.AsError()
		}
		diagnosis.NodeToStatus.SetAbsentNodesStatus(status)
		diagnosis.PreFilterMsg = status.Message()
		return failed()
	}
	if !only.AllNodes() {
		diagnosis.NodeToStatus.SetAbsentNodesStatus(kubescheduler.NewStatus(
			kubescheduler.UnschedulableAndUnresolvable, "node(s) didn't satisfy plugin(s)"))
	}
	var feasible []kubescheduler.NodeInfo
	for _, node := range d.Nodes {
		if !only.AllNodes() && !only.NodeNames.Has(node.Name) {
			continue
		}
		info, err := s.lister.snapshot.Get(node.Name)
		if err != nil {
			return nil, err
		}
		status := s.fwk.RunFilterPlugins(ctx, state, d.Pod, info)
		switch {
		case status.IsSuccess():
			feasible = append(feasible, info)
		case status.IsRejected():
			diagnosis.NodeToStatus.Set(node.Name, status)
		default:
			return nil, status.AsError()
		}
	}
	if len(feasible) == 0 {
		return failed()
	}
	if status := s.fwk.RunPreScorePlugins(ctx, state, d.Pod, feasible); !status.IsSuccess() {
		return nil, status.AsError()
	}
	scores, status := s.fwk.RunScorePlugins(ctx, state, d.Pod, feasible)
	if !status.IsSuccess() {
		return nil, status.AsError()
	}
	for _, score := range scores {
		found.Feasible[score.Name] = score.TotalScore
	}
	return found, nil
}

func run(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	var s *scheduler
	cluster := ""
	for {
		var d decision
		if err := decoder.Decode(&d); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if s == nil || cluster != d.Cluster {
			if s != nil {
				s.stop()
			}
			var err error
			if s, err = newScheduler(&d); err != nil {
				return err
			}
			cluster = d.Cluster
		}
		found, err := s.decide(&d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.ID, err)
		}
		if err := encoder.Encode(found); err != nil {
			return err
		}
	}
}

func main() {
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)
	metrics.Register()
	out := bufio.NewWriter(os.Stdout)
	err := run(bufio.NewReader(os.Stdin), out)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
