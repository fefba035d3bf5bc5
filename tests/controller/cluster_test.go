//go:build cluster

package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// These tests have etcd, a kube-apiserver with the garbage collector, and the
// controller as a process of its own with the rights of manifests/rbac.yaml; Pods
// run for real. The environment says where the programs are
// (tests/controller/cluster_test.sh).

var (
	namespaces  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	events      = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
)

// A real is a cluster on this machine.
type real struct {
	// Of the step that goes on.
	*testing.T
	// Of all; what is started lives as long as that.
	cluster    *testing.T
	client     dynamic.Interface
	directory  string
	kubeconfig string
	controller *exec.Cmd
}

func (r *real) fatalIf(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// launch starts a program that is ended with the test.
func (r *real) launch(name string, arguments ...string) *exec.Cmd {
	r.Helper()
	owner := r.cluster
	log, err := os.Create(filepath.Join(r.directory, filepath.Base(name)+".log"))
	r.fatalIf(err)
	command := exec.Command(name, arguments...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	r.fatalIf(command.Start())
	owner.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if owner.Failed() {
			text, _ := os.ReadFile(log.Name())
			owner.Logf("%s:\n%s", name, text[max(0, len(text)-4000):])
		}
	})
	return command
}

// address is one of this machine that nobody listens at.
func (r *real) address() string {
	r.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	r.fatalIf(err)
	defer listener.Close()
	return listener.Addr().String()
}

func startReal(t *testing.T) *real {
	directory, err := os.MkdirTemp("/tmp", "colocation-cluster-")
	r := &real{T: t, cluster: t, directory: directory}
	r.fatalIf(err)
	t.Cleanup(func() {
		// podman leaves its storage mounted on itself.
		_ = syscall.Unmount(directory+"/podman/storage/overlay", syscall.MNT_DETACH)
		_ = os.RemoveAll(directory)
	})
	config := r.startServer()
	r.client, err = dynamic.NewForConfig(config)
	r.fatalIf(err)
	r.apply(os.Getenv("COLOCATION_CRDS"))
	r.apply("manifests/rbac.yaml")
	r.apply("manifests/controller.yaml")
	r.startKubelet(config)
	r.startController()
	return r
}

// startServer starts etcd and kube-apiserver, and waits until that is ready.
func (r *real) startServer() *rest.Config {
	store, peer := "http://"+r.address(), "http://"+r.address()
	r.launch("etcd", "--data-dir="+r.directory+"/etcd", "--unsafe-no-fsync",
		"--listen-client-urls="+store, "--advertise-client-urls="+store,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer)
	const token = "of-this-test-only"
	key, tokens := r.directory+"/key.pem", r.directory+"/tokens.csv"
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	r.fatalIf(err)
	r.fatalIf(os.WriteFile(key, pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}), 0o600))
	r.fatalIf(os.WriteFile(tokens, []byte(token+",admin,admin,system:masters\n"), 0o600))
	address := r.address()
	_, port, _ := net.SplitHostPort(address)
	r.launch(os.Getenv("COLOCATION_KUBE_APISERVER"), "--etcd-servers="+store,
		"--bind-address=127.0.0.1", "--secure-port="+port, "--cert-dir="+r.directory+"/certificates",
		"--token-auth-file="+tokens, "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+key, "--service-account-signing-key-file="+key,
		"--service-cluster-ip-range=10.0.0.0/24",
		// Nobody here makes service accounts and their tokens.
		"--disable-admission-plugins=ServiceAccount",
		"--enable-admission-plugins=OwnerReferencesPermissionEnforcement")
	config := &rest.Config{Host: "https://" + address, BearerToken: token, QPS: -1,
		TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	clientset, err := kubernetes.NewForConfig(config)
	r.fatalIf(err)
	r.until("the API server is ready", func() bool {
		return clientset.Discovery().RESTClient().Get().AbsPath("/readyz").Do(r.Context()).Error() == nil
	})
	r.kubeconfig = r.writeKubeconfig("controller", address, token, `, as: "system:serviceaccount:colocation:colocation-controller"`)
	r.launch(os.Getenv("COLOCATION_GARBAGE_COLLECTOR"), r.writeKubeconfig("admin", address, token, ""))
	return config
}

// writeKubeconfig writes NAME.kubeconfig.
func (r *real) writeKubeconfig(name, address, token, more string) string {
	path := filepath.Join(r.directory, name+".kubeconfig")
	r.fatalIf(os.WriteFile(path, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://%s", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: %s%s}}]
`, address, token, more), 0o600))
	return path
}

// until asks again and again: for what can't be watched.
func (r *real) until(what string, holds func() bool) {
	r.Helper()
	for end := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			r.Fatalf("it never came true that %s", what)
		}
	}
}

// apply creates the objects of a file.
func (r *real) apply(path string) {
	r.Helper()
	text, err := os.ReadFile(path)
	r.fatalIf(err)
	for _, object := range parse(r.T, string(text)) {
		object := object.(*unstructured.Unstructured)
		kind := object.GroupVersionKind()
		resource := kind.GroupVersion().WithResource(strings.ToLower(kind.Kind) + "s")
		into := dynamic.ResourceInterface(r.client.Resource(resource).Namespace(object.GetNamespace()))
		switch kind.Kind {
		case "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition":
			object.SetNamespace("")
			into = r.client.Resource(resource)
		}
		// A CRD's resource is there only some time after it.
		r.until(object.GetName()+" can be created", func() bool {
			_, err = into.Create(r.Context(), object, metav1.CreateOptions{})
			return err == nil || !strings.Contains(err.Error(), "could not find the requested resource") && !strings.Contains(err.Error(), "namespaces \"default\" not found")
		})
		r.fatalIf(err)
	}
}

func (r *real) startKubelet(config *rest.Config) {
	for _, name := range []string{"storage", "run", "tmp", "pods"} {
		r.fatalIf(os.MkdirAll(r.directory+"/podman/"+name, 0o755))
	}
	clientset, err := kubernetes.NewForConfig(config)
	r.fatalIf(err)
	kubelet := &kubelet{TB: r.T, client: clientset,
		program: []string{os.Getenv("COLOCATION_KUBELET"), r.directory + "/podman", os.Getenv("COLOCATION_LAUNCHER")}}
	ctx, stop := context.WithCancel(context.Background())
	r.Cleanup(func() { stop(); kubelet.running.Wait() })
	kubelet.start(ctx)
}

// startController starts it as the Deployment does; flags that come later win.
func (r *real) startController() {
	deployment, err := r.client.Resource(deployments).Namespace("colocation").Get(r.Context(), "colocation-controller", metav1.GetOptions{})
	r.fatalIf(err)
	containers, _, err := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	r.fatalIf(err)
	arguments, _, err := unstructured.NestedStringSlice(containers[0].(map[string]any), "args")
	r.fatalIf(err)
	r.controller = r.launch(os.Getenv("COLOCATION_CONTROLLER"), append(arguments, "--kubeconfig="+r.kubeconfig, "-v=1", "--patch-images",
		"--launcher-image=localhost/colocation-test/launcher:test")...)
}

// create creates a run of a pipeline whose spec is given as YAML.
func (r *real) create(name, manager, spec string) {
	r.Helper()
	text := fmt.Sprintf("apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: %s}\nspec:\n  managedBy: %s\n  pipelineSpec:\n%s", name, manager,
		strings.ReplaceAll(spec, "IMAGE", "localhost/colocation-test/busybox:test"))
	_, err := r.client.Resource(pipelineRuns).Namespace("default").
		Create(r.Context(), parse(r.T, text)[0].(*unstructured.Unstructured), metav1.CreateOptions{})
	r.fatalIf(err)
}

// when waits for an object to be as wanted.
func (r *real) when(resource schema.GroupVersionResource, name string, holds func(*unstructured.Unstructured) bool) *unstructured.Unstructured {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Minute)
	defer cancel()
	events, err := r.client.Resource(resource).Namespace("default").
		Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	r.fatalIf(err)
	defer events.Stop()
	var last *unstructured.Unstructured
	for event := range events.ResultChan() {
		object, ok := event.Object.(*unstructured.Unstructured)
		if !ok || event.Type == watch.Deleted {
			continue
		}
		if last = object; holds(object) {
			return object
		}
	}
	r.Fatalf("%s %s was at last %v", resource.Resource, name, last)
	return nil
}

// result waits for the end of a run: "STATUS REASON", and its status.
func (r *real) result(name string) (string, map[string]any) {
	r.Helper()
	status, _, _ := unstructured.NestedMap(r.when(pipelineRuns, name, isCompleted).Object, "status")
	condition := status["conditions"].([]any)[0].(map[string]any)
	r.Logf("%s: %v", name, condition["message"])
	return fmt.Sprint(condition["status"], " ", condition["reason"]), status
}

// runs waits until a container of the Pod runs.
func (r *real) runs(pod string) {
	r.Helper()
	r.when(pods, pod, func(object *unstructured.Unstructured) bool {
		statuses, _, _ := unstructured.NestedSlice(object.Object, "status", "containerStatuses")
		for _, status := range statuses {
			if _, running, _ := unstructured.NestedMap(status.(map[string]any), "state", "running"); running {
				return true
			}
		}
		return false
	})
}

const resultAcrossPods = `
    results: [{name: all, value: $(tasks.two.results.r)}]
    tasks:
    - name: one
      taskSpec:
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nsleep SECONDS; printf one >$(results.r.path)"}]
    - name: two
      params: [{name: p, value: $(tasks.one.results.r)}]
      taskSpec:
        params: [{name: p}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.p) and two' >$(results.r.path)"}]
`

// One cluster for all: it takes its time to come up.
func TestCluster(t *testing.T) {
	r := startReal(t)
	r.create("other", "somebody.else", strings.Replace(resultAcrossPods, "SECONDS", "0", 1))

	r.step("ResultsGoFromPodToPod", func(r *real) {
		r.create("results", managedBy, strings.Replace(resultAcrossPods, "SECONDS", "0", 1))
		how, status := r.result("results")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:one and two]]" {
			r.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	r.step("FinallyRunsAfterAFailure", func(r *real) {
		r.create("fails", managedBy, `
    results: [{name: said, value: $(finally.last.results.r)}]
    tasks:
    - {name: bad, taskSpec: {steps: [{name: s, image: IMAGE, command: ["false"]}]}}
    - {name: after, runAfter: [bad], taskSpec: {steps: [{name: s, image: IMAGE, command: ["true"]}]}}
    finally:
    - name: last
      params: [{name: how, value: $(tasks.bad.status)}]
      taskSpec:
        params: [{name: how}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.how)' >$(results.r.path)"}]
`)
		how, status := r.result("fails")
		if how != "False Failed" || fmt.Sprint(status["results"]) != "[map[name:said value:Failed]]" {
			r.Errorf("it is %s, with %v", how, status["results"])
		}
		if skipped := status["skippedTasks"].([]any); len(skipped) != 1 || skipped[0].(map[string]any)["name"] != "after" {
			r.Errorf("skipped are %v", skipped)
		}
	})
	r.step("ACancelledRunStops", func(r *real) {
		r.create("cancelled", managedBy, strings.Replace(resultAcrossPods, "SECONDS", "600", 1))
		r.runs("cancelled-one-pod")
		_, err := r.client.Resource(pipelineRuns).Namespace("default").Patch(r.Context(), "cancelled",
			"application/merge-patch+json", []byte(`{"spec":{"status":"Cancelled"}}`), metav1.PatchOptions{})
		r.fatalIf(err)
		if how, _ := r.result("cancelled"); how != "False Cancelled" {
			r.Errorf("it is %s", how)
		}
	})
	r.step("ARunGoesOnAfterTheControllerWasKilled", func(r *real) {
		r.create("restarted", managedBy, strings.Replace(resultAcrossPods, "SECONDS", "3", 1))
		r.runs("restarted-one-pod")
		r.fatalIf(r.controller.Process.Kill())
		_, _ = r.controller.Process.Wait()
		r.when(pods, "restarted-one-pod", func(pod *unstructured.Unstructured) bool {
			phase, _, _ := unstructured.NestedString(pod.Object, "status", "phase")
			return phase == "Succeeded"
		})
		r.startController()
		how, status := r.result("restarted")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:one and two]]" {
			r.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	r.step("ACustomTaskIsLeftToOthers", func(r *real) {
		r.create("custom", managedBy, `
    results: [{name: all, value: $(tasks.use.results.r)}]
    tasks:
    - {name: ask, taskRef: {apiVersion: example.dev/v1, kind: Approval, name: boss}}
    - name: use
      params: [{name: p, value: $(tasks.ask.results.answer)}]
      taskSpec:
        params: [{name: p}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.p)' >$(results.r.path)"}]
`)
		r.when(customRuns, "custom-ask", func(*unstructured.Unstructured) bool { return true })
		// Whoever implements Approvals.
		_, err := r.client.Resource(customRuns).Namespace("default").Patch(r.Context(), "custom-ask", "application/merge-patch+json",
			[]byte(`{"status":{"conditions":[{"type":"Succeeded","status":"True"}],"results":[{"name":"answer","value":"yes"}]}}`),
			metav1.PatchOptions{}, "status")
		r.fatalIf(err)
		how, status := r.result("custom")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:yes]]" {
			r.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	r.step("AResolverIsAsked", func(r *real) {
		r.create("resolved", managedBy, "\n    tasks: [{name: far, taskRef: {resolver: git, params: [{name: url, value: https://example.dev/tasks.git}]}}]\n")
		question := ""
		r.when(pipelineRuns, "resolved", func(run *unstructured.Unstructured) bool {
			message, _ := succeeded(run)["message"].(string)
			_, question, _ = strings.Cut(message, "ResolutionRequest ")
			question = strings.TrimSuffix(question, ")")
			return question != ""
		})
		// Whoever resolves it.
		task := "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: far}\nspec: {steps: [{name: s, image: localhost/colocation-test/busybox:test, command: ['true']}]}"
		_, err := r.client.Resource(resolutionRequests).Namespace("default").Patch(r.Context(), question, "application/merge-patch+json",
			fmt.Appendf(nil, `{"status":{"conditions":[{"type":"Succeeded","status":"True"}],"data":%q}}`, base64.StdEncoding.EncodeToString([]byte(task))),
			metav1.PatchOptions{}, "status")
		r.fatalIf(err)
		if how, _ := r.result("resolved"); how != "True Succeeded" {
			r.Errorf("it is %s", how)
		}
		var told []string
		r.until("there are the events of the run", func() bool {
			list, err := r.client.Resource(events).Namespace("default").List(r.Context(), metav1.ListOptions{FieldSelector: "involvedObject.name=resolved"})
			r.fatalIf(err)
			told = nil
			for _, event := range list.Items {
				told = append(told, fmt.Sprint(event.Object["reason"]))
			}
			return slices.Contains(told, "Succeeded")
		})
		if slices.Sort(told); !slices.Equal(told, []string{"Running", "Started", "Succeeded"}) {
			r.Errorf("the events are %q", told)
		}
	})
	// podman can't start a container anew with another image: that the API server
	// takes it, from this controller, is what is shown.
	r.step("AnImageIsPutIntoARunningPod", func(r *real) {
		r.create("images", managedBy, `
    workspaces: [{name: w}]
    tasks:
    - name: build
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf example.com/app:1 >$(results.r.path)"}]
    - name: use
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: $(tasks.build.results.r), command: ["true"]}]
  workspaces: [{name: w, emptyDir: {}}]
`)
		r.when(pods, "images-pod", func(pod *unstructured.Unstructured) bool {
			containers, _, _ := unstructured.NestedSlice(pod.Object, "spec", "containers")
			image := containers[1].(map[string]any)["image"]
			return image == "example.com/app:1"
		})
		r.fatalIf(r.client.Resource(pipelineRuns).Namespace("default").Delete(r.Context(), "images", metav1.DeleteOptions{}))
	})
	r.step("WhatADeletedRunOwnsGoesWithIt", func(r *real) {
		r.create("deleted", managedBy, strings.Replace(resultAcrossPods, "SECONDS", "600", 1))
		r.runs("deleted-one-pod")
		r.fatalIf(r.client.Resource(pipelineRuns).Namespace("default").Delete(r.Context(), "deleted", metav1.DeleteOptions{}))
		for _, owned := range []struct {
			resource schema.GroupVersionResource
			name     string
		}{{pods, "deleted-one-pod"}, {configMaps, "deleted-colocation"}} {
			r.until(owned.name+" is gone", func() bool {
				_, err := r.client.Resource(owned.resource).Namespace("default").Get(r.Context(), owned.name, metav1.GetOptions{})
				return apierrors.IsNotFound(err)
			})
		}
	})
	r.step("TheRunOfAnotherIsLeftAlone", func(r *real) {
		run, err := r.client.Resource(pipelineRuns).Namespace("default").Get(r.Context(), "other", metav1.GetOptions{})
		r.fatalIf(err)
		if run.Object["status"] != nil {
			r.Errorf("its status is %v", run.Object["status"])
		}
	})
	// The last step: nothing else can be created after it.
	r.step("APodThatAdmissionRefusesFailsTheRun", func(r *real) {
		_, err := r.client.Resource(namespaces).Patch(r.Context(), "default", "application/merge-patch+json",
			[]byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`), metav1.PatchOptions{})
		r.fatalIf(err)
		probe := parse(r.T, "apiVersion: v1\nkind: Pod\nmetadata: {name: probe}\nspec: {containers: [{name: c, image: i}]}")
		r.until("the namespace is restricted", func() bool {
			_, err := r.client.Resource(pods).Namespace("default").Create(r.Context(), probe[0].(*unstructured.Unstructured),
				metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			return apierrors.IsForbidden(err)
		})
		r.create("refused", managedBy, strings.Replace(resultAcrossPods, "SECONDS", "0", 1))
		if how, _ := r.result("refused"); how != "False PodCreationFailed" {
			r.Errorf("it is %s", how)
		}
	})
}

// step is a subtest in the same cluster.
func (r *real) step(name string, test func(*real)) {
	r.Run(name, func(t *testing.T) {
		outer := r.T
		r.T = t
		defer func() { r.T = outer }()
		test(r)
	})
}
