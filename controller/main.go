// Controller runs Tekton's PipelineRuns in shared Pods: those whose
// spec.managedBy is "colocation.dev/controller". docs/install.md says how to
// install it, README.md what it does and does not do.
//
//	reconciler  runs the runs
//	records     what is kept of them
//	tekton      Tekton's objects, and what ours have in common with them
//	accounts    asks for ServiceAccounts
//	registry    asks registries for the entrypoints of images
//	election    one works at a time
//	metrics     what is counted
//	serve       answers probes and Prometheus
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/controller/accounts"
	"github.com/colocation/colocation/controller/reconciler"
	"github.com/colocation/colocation/controller/records"
	"github.com/colocation/colocation/controller/registry"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientevents "k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"
)

// settings are those of the process.
type settings struct {
	kubeconfig, namespace, election, secret, address string
	workers, burst                                   int
	qps                                              float64
	registries, private, credentials                 bool
}

func main() {
	if err := mainWith(flag.CommandLine, os.Args[1:]); err != nil {
		klog.ErrorS(err, "controller")
		klog.FlushAndExit(klog.ExitFlushTimeout, 1)
	}
}

func mainWith(flags *flag.FlagSet, arguments []string) error {
	var set settings
	klog.InitFlags(flags)
	flags.StringVar(&set.kubeconfig, "kubeconfig", "", "how to reach the cluster; empty: as a Pod in it")
	flags.StringVar(&set.namespace, "namespace", "", "whose runs to take; empty: those of all namespaces")
	flags.IntVar(&set.workers, "workers", 4, "how many runs are looked at at once")
	flags.StringVar(&set.election, "leader-election-namespace", "", "where the Lease is that only one controller has at a time; empty: none")
	flags.StringVar(&set.secret, "signing-secret", "", "NAMESPACE/NAME of the Secret with the key that records are signed with, made if it is not there; empty: a key of this process, so that runs are planned anew when it is started again")
	flags.StringVar(&set.address, "serve", "", "HOST:PORT for /healthz, /readyz and /metrics, such as :8080; empty: none")
	flags.Float64Var(&set.qps, "kube-api-qps", 200, "questions to the API server in a second")
	flags.IntVar(&set.burst, "kube-api-burst", 400, "and at once")
	flags.BoolVar(&set.registries, "ask-registries", true, "ask registries for entrypoints of other images, with the pull secrets of the run and its service account")
	flags.BoolVar(&set.private, "private-registries", false, "registries may have private addresses (of this cluster, of its nodes)")
	flags.BoolVar(&set.credentials, "credentials", true, "give steps the credentials of their service accounts, as Tekton does")
	format := flags.String("log-format", "text", "text, or json: one object a line")
	version := flags.Bool("version", false, "print the version and end")
	chosen := optionsFlags(flags)
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *version {
		_, err := fmt.Println("colocation controller", colocation.Version())
		return err
	}
	switch *format {
	case "text":
	case "json":
		klog.SetSlogLogger(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	default:
		return fmt.Errorf("--log-format=%s: it has to be text or json", *format)
	}
	options, err := chosen()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, set, options)
}

// optionsFlags declares the flags that become options of all runs, which what it
// returns makes of them.
func optionsFlags(flags *flag.FlagSet) func() (reconciler.Options, error) {
	policy := flags.String("policy", "workspaces", "how tasks are put together: workspaces, pipelinerun or isolated")
	launcher := flags.String("launcher-image", "", "the image with the launcher; empty: that of the library's version")
	account := flags.String("default-service-account", "", "as Tekton's default-service-account")
	timeout := flags.Int("default-timeout-minutes", 0, "as Tekton's default-timeout-minutes; 0: 60, negative: none")
	podResources := flags.Bool("pod-level-resources", false, "Pods may have spec.resources (Kubernetes 1.34 and later)")
	patchImages := flags.Bool("patch-images", false, "put images that a run builds into its running Pods (docs/planning.md has the risks)")
	images := flags.String("images", "", "NAMESPACE/NAME of the ConfigMap with entrypoints of images")
	tekton := flags.String("tekton-namespace", "tekton-pipelines", "where Tekton's ConfigMaps feature-flags and config-defaults are; empty: none are read")
	return func() (reconciler.Options, error) {
		options, err := reconciler.NewOptions(*policy)
		if err != nil {
			return options, err
		}
		if *images != "" {
			if options.ImagesNamespace, options.ImagesName, err = namespaced("images", *images); err != nil {
				return options, err
			}
		}
		options.Plan.LauncherImage = *launcher
		options.Plan.DefaultServiceAccount = *account
		options.Plan.DefaultTimeoutMinutes = int32(*timeout)
		options.Plan.PatchImages = *patchImages
		options.PodLevelResources = *podResources
		options.TektonNamespace = *tekton
		return options, nil
	}
}

// namespaced reads the value of a flag.
func namespaced(flag, value string) (namespace, name string, err error) {
	namespace, name, found := strings.Cut(value, "/")
	if !found || namespace == "" || name == "" {
		return "", "", fmt.Errorf("--%s=%s: it has to be NAMESPACE/NAME", flag, value)
	}
	return namespace, name, nil
}

func run(ctx context.Context, set settings, options reconciler.Options) error {
	// Without a kubeconfig, that of the Pod's service account.
	config, err := clientcmd.BuildConfigFromFlags("", set.kubeconfig)
	if err != nil {
		return err
	}
	config.UserAgent = "colocation-controller"
	config.QPS, config.Burst = float32(set.qps), set.burst
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if options.Key, err = key(ctx, clientset, set.secret); err != nil {
		return err
	}
	if set.registries {
		options.Registry = registry.New(clientset, registry.Transport(set.private))
	}
	if set.credentials {
		options.Accounts = accounts.New(clientset)
	}
	events := clientevents.NewBroadcaster(clientevents.WithContext(ctx))
	defer events.Shutdown()
	events.StartRecordingToSink(&corev1client.EventSinkImpl{Interface: clientset.CoreV1().Events("")})
	recorder := events.NewRecorder(runtime.NewScheme(), corev1.EventSource{Component: config.UserAgent})
	return start(ctx, set, clientset, config, recorder, options)
}

func start(ctx context.Context, set settings, clientset kubernetes.Interface, config *rest.Config, recorder clientevents.EventRecorder, options reconciler.Options) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	process, err := newProcess(set, clientset, func(options reconciler.Options) *reconciler.Controller {
		return reconciler.NewController(client, recorder, set.namespace, options)
	}, options)
	if err != nil {
		return err
	}
	var listener net.Listener
	if set.address != "" {
		if listener, err = net.Listen("tcp", set.address); err != nil {
			return err
		}
	}
	klog.InfoS("started", "version", colocation.Version(), "namespace", set.namespace)
	return process.run(ctx, listener)
}

func key(ctx context.Context, client kubernetes.Interface, secret string) ([]byte, error) {
	if secret == "" {
		return records.RandomKey(), nil
	}
	namespace, name, err := namespaced("signing-secret", secret)
	if err != nil {
		return nil, err
	}
	return records.Key(ctx, client, namespace, name)
}
