// Controller runs Tekton's PipelineRuns in shared Pods: those whose
// spec.managedBy is "colocation.dev/controller". README.md says how to install
// it, and what it does not do.
//
//	reconcile.go  one look at one run, from beginning to end
//	plan.go       the run and what it refers to → the plan
//	resolve.go    what Tekton's resolvers are asked for
//	registry.go   what registries are asked for
//	record.go     what is kept of a run
//	observe.go    what is seen of it
//	act.go        what has to be done
//	external.go   what no Pod runs: custom tasks, pipelines in pipelines
//	status.go     PipelineRun.status
//	taskrun.go    the TaskRuns that show what units of work do
//	provenance.go status.provenance
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	clientevents "k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"
)

func main() {
	klog.InitFlags(nil)
	kubeconfig := flag.String("kubeconfig", "", "how to reach the cluster; empty: as a Pod in it")
	namespace := flag.String("namespace", "", "whose runs to take; empty: those of all namespaces")
	workers := flag.Int("workers", 4, "how many runs are looked at at once")
	election := flag.String("leader-election-namespace", "", "where the Lease is that only one controller has at a time; empty: none")
	policy := flag.String("policy", "workspaces", "how tasks are put together: workspaces, pipelinerun or isolated")
	launcher := flag.String("launcher-image", "", "the image with the launcher; empty: that of the library's version")
	account := flag.String("default-service-account", "", "as Tekton's default-service-account")
	timeout := flag.Int("default-timeout-minutes", 0, "as Tekton's default-timeout-minutes; 0: 60, negative: none")
	podResources := flag.Bool("pod-level-resources", false, "Pods may have spec.resources (Kubernetes 1.34 and later)")
	patchImages := flag.Bool("patch-images", false, "put images that a run builds into its running Pods (docs/planning.md has the risks)")
	images := flag.String("images", "", "NAMESPACE/NAME of the ConfigMap with entrypoints of images")
	registries := flag.Bool("ask-registries", true, "ask registries for entrypoints of other images, with the pull secrets of the run and its service account")
	private := flag.Bool("private-registries", false, "registries may have private addresses (of this cluster, of its nodes)")
	secret := flag.String("signing-secret", "", "NAMESPACE/NAME of the Secret with the key that records are signed with, made if it is not there; empty: a key of this process, so that runs are planned anew when it is started again")
	qps := flag.Float64("kube-api-qps", 200, "questions to the API server in a second")
	burst := flag.Int("kube-api-burst", 400, "and at once")
	credentials := flag.Bool("credentials", true, "give steps the credentials of their service accounts, as Tekton does")
	tekton := flag.String("tekton-namespace", "tekton-pipelines", "where Tekton's ConfigMaps feature-flags and config-defaults are; empty: none are read")
	flag.Parse()

	options, err := makeOptions(*policy, *images)
	if err == nil {
		options.Plan.LauncherImage = *launcher
		options.Plan.DefaultServiceAccount = *account
		options.Plan.DefaultTimeoutMinutes = int32(*timeout)
		options.Plan.PatchImages = *patchImages
		options.PodLevelResources = *podResources
		options.TektonNamespace = *tekton
		err = run(settings{*kubeconfig, *namespace, *election, *secret, *workers, *burst, float32(*qps), *registries, *private, *credentials}, options)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "controller:", err)
		os.Exit(1)
	}
}

func makeOptions(policy, images string) (Options, error) {
	options := Options{Plan: &colocationv1.PlanOptions{
		Controlled: true,
		// For status.pipelineSpec and the TaskRuns.
		KeepSpecs: true,
		// The API server has checked the fields; a Tekton newer than the library
		// may have more.
		AllowUnknownFields: true,
	}}
	value, known := colocationv1.Policy_value["POLICY_"+strings.ToUpper(policy)]
	if !known {
		return options, fmt.Errorf("there is no policy %q", policy)
	}
	options.Plan.Policy = colocationv1.Policy(value)
	if images != "" {
		var found bool
		if options.ImagesNamespace, options.ImagesName, found = strings.Cut(images, "/"); !found {
			return options, fmt.Errorf("--images=%s: it has to be NAMESPACE/NAME", images)
		}
	}
	return options, nil
}

// settings are those of the process.
type settings struct {
	kubeconfig, namespace, election, secret string
	workers, burst                          int
	qps                                     float32
	registries, private, credentials        bool
}

func run(set settings, options Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Without a kubeconfig, that of the Pod's service account.
	config, err := clientcmd.BuildConfigFromFlags("", set.kubeconfig)
	if err != nil {
		return err
	}
	config.UserAgent = "colocation-controller"
	config.QPS, config.Burst = set.qps, set.burst
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if set.registries {
		options.Registry = newRegistry(clientset, registryTransport(set.private))
	}
	if options.Key, err = signingKey(ctx, clientset, set.secret); err != nil {
		return err
	}
	if set.credentials {
		options.Accounts = newAccounts(clientset)
	}
	events := clientevents.NewBroadcaster(clientevents.WithContext(ctx))
	defer events.Shutdown()
	events.StartRecordingToSink(&corev1client.EventSinkImpl{Interface: clientset.CoreV1().Events("")})
	recorder := events.NewRecorder(runtime.NewScheme(), corev1.EventSource{Component: config.UserAgent})
	work := func(ctx context.Context) error {
		return NewController(client, recorder, set.namespace, options).Run(ctx, set.workers)
	}
	if set.election == "" {
		return work(ctx)
	}
	return lead(ctx, clientset, set.election, work)
}

// signingKey reads the key that records are signed with, or makes one.
func signingKey(ctx context.Context, client kubernetes.Interface, secret string) ([]byte, error) {
	key := make([]byte, 32)
	// It never fails.
	_, _ = rand.Read(key)
	if secret == "" {
		return key, nil
	}
	namespace, name, found := strings.Cut(secret, "/")
	if !found {
		return nil, fmt.Errorf("--signing-secret=%s: it has to be NAMESPACE/NAME", secret)
	}
	secrets := client.CoreV1().Secrets(namespace)
	_, err := secrets.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string][]byte{"key": key},
	}, metav1.CreateOptions{})
	if err == nil || !apierrors.IsAlreadyExists(err) {
		return key, err
	}
	there, err := secrets.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if len(there.Data["key"]) < 16 {
		return nil, fmt.Errorf("the Secret %s has no key of at least 16 bytes", secret)
	}
	return there.Data["key"], nil
}

// lead calls work while this process has the Lease. One that has lost it ends,
// to be started again: a worker of it may be in the middle of something.
func lead(ctx context.Context, clientset kubernetes.Interface, namespace string, work func(context.Context) error) error {
	identity, err := os.Hostname()
	if err != nil {
		return err
	}
	var result error
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: "colocation-controller"},
			Client:     clientset.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
		},
		ReleaseOnCancel: true,
		LeaseDuration:   15 * time.Second,
		RenewDeadline:   10 * time.Second,
		RetryPeriod:     2 * time.Second,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) { result = work(ctx) },
			OnStoppedLeading: func() {
				if ctx.Err() == nil {
					klog.ErrorS(nil, "the Lease is lost")
					os.Exit(1)
				}
			},
		},
	})
	return result
}
