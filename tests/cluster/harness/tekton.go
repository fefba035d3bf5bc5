package harness

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TektonNamespace has Tekton's ConfigMaps.
const TektonNamespace = "tekton-pipelines"

// Manager is spec.managedBy of the runs of our controller.
const Manager = "colocation.dev/controller"

// startTekton installs Tekton as its manifests say, but for the Deployments:
// their processes are processes of the box.
func (c *Cluster) startTekton(t testing.TB) {
	t.Helper()
	deployments := map[string]*unstructured.Unstructured{}
	for _, folder := range []string{"100-namespace", "300-crds", "."} {
		files, err := filepath.Glob(filepath.Join(c.programs.TektonConfig, folder, "*.yaml"))
		must(t, err)
		slices.Sort(files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			objects, err := Parse(string(text))
			must(t, err)
			for _, object := range objects {
				switch object.GetKind() {
				case "Deployment":
					deployments[object.GetName()] = object
					continue
				case "HorizontalPodAutoscaler":
					continue
				case "Service":
					if object.GetName() != "tekton-pipelines-webhook" {
						continue
					}
					// kube-apiserver calls a webhook at its service's address.
					unstructured.RemoveNestedField(object.Object, "spec", "selector")
					must(t, unstructured.SetNestedField(object.Object, webhookAddress, "spec", "clusterIP"))
				case "ConfigMap":
					if object.GetName() == "config-observability" {
						// Both processes would want the same port.
						object.Object["data"] = map[string]any{"metrics-protocol": "none"}
					}
				}
				c.create(t, object)
			}
		}
	}
	run := func(name, deployment string, environment []string, arguments ...string) {
		container := firstContainer(t, deployments[deployment])
		environment = append(literals(container), append(environment, "SYSTEM_NAMESPACE="+TektonNamespace)...)
		c.launchWith(t, environment, "tekton-"+name, filepath.Join(c.programs.Tekton, name),
			append(arguments, "--kubeconfig="+path("admin.kubeconfig"))...)
	}
	c.ip(t, "address", "add", webhookAddress+"/32", "dev", "lo")
	run("webhook", "tekton-pipelines-webhook", []string{"PROBES_PORT=8081", "WEBHOOK_PORT=443"})
	arguments := []string{"-shell-image", StepImage, "-shell-image-win", StepImage}
	for _, program := range tektonImages {
		arguments = append(arguments, "-"+program+"-image", tektonImage(program))
	}
	run("controller", "tekton-pipelines-controller", []string{"PROBES_PORT=8082"}, arguments...)
	probe := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": map[string]any{"name": "probe"},
		"spec": map[string]any{"pipelineRef": map[string]any{"name": "p"}}}}
	c.Until(t, "Tekton's webhook sets defaults", func() bool {
		created, err := c.Client.Resource(PipelineRuns).Namespace("default").
			Create(context.Background(), probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err != nil {
			return false
		}
		_, found, _ := unstructured.NestedMap(created.Object, "spec", "taskRunTemplate")
		return found
	})
}

// create creates an object of an installation, as Apply does.
func (c *Cluster) create(t testing.TB, object *unstructured.Unstructured) {
	t.Helper()
	c.Until(t, object.GetKind()+" "+object.GetName()+" can be created", func() bool {
		err := c.Create(context.Background(), TektonNamespace, object)
		if err != nil && !isTemporary(err) {
			t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		return err == nil
	})
}

func firstContainer(t testing.TB, deployment *unstructured.Unstructured) map[string]any {
	t.Helper()
	containers, _, err := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	must(t, err)
	return containers[0].(map[string]any)
}

// literals are the variables of a container whose values the manifest has. Those
// that name files are about the container's own.
func literals(container map[string]any) []string {
	var variables []string
	list, _ := container["env"].([]any)
	for _, variable := range list {
		variable := variable.(map[string]any)
		name, _ := variable["name"].(string)
		value, ok := variable["value"].(string)
		if ok && !strings.HasPrefix(name, "SSL_CERT_") {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}

// installController installs our controller as its release says, but for the
// Deployment: it is started as a process, with the arguments of that and the
// rights of its service account.
func (c *Cluster) installController(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(c.programs.Release)
	must(t, err)
	objects, err := Parse(string(text))
	must(t, err)
	for _, object := range objects {
		if object.GetKind() != "Deployment" {
			c.create(t, object)
			continue
		}
		arguments, _, err := unstructured.NestedStringSlice(firstContainer(t, object), "args")
		must(t, err)
		// What is said twice counts as it is said last.
		c.launch(t, "controller", c.programs.Controller, append(arguments, "--log-format=text", "--serve=127.0.0.1:8085",
			"--kubeconfig="+kubeconfig(t, "controller", adminToken, `, as: "system:serviceaccount:colocation:colocation-controller"`),
			"-v=1", "--patch-images", "--ask-registries=false", "--launcher-image="+launcherImage)...)
	}
}

// MakeNamespace makes a namespace, and waits until Pods can be made in it.
func (c *Cluster) MakeNamespace(t testing.TB, name string) {
	t.Helper()
	c.Apply(t, "", "apiVersion: v1\nkind: Namespace\nmetadata: {name: "+name+"}\n")
	c.Until(t, name+" has a service account", func() bool {
		_, err := c.Typed.CoreV1().ServiceAccounts(name).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
}

// TektonConfig is the folder of Tekton's manifests; beside it are its examples.
func (c *Cluster) TektonConfig() string { return c.programs.TektonConfig }
