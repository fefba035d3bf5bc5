// Package deploy checks the manifests of controller/deploy with the code of
// kustomize and Helm.
package deploy

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const deploy = "../../controller/deploy"

var update = flag.Bool("update", false, "write release.yaml")

// build is `kustomize build`.
func build(t *testing.T, folder string) string {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(deploy, folder))
	if err != nil {
		t.Fatal(err)
	}
	text, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// template is `helm template`, with these values.
func template(t *testing.T, values string) (string, error) {
	t.Helper()
	chart, err := loader.Load(filepath.Join(deploy, "chart"))
	if err != nil {
		t.Fatal(err)
	}
	given, err := chartutil.ReadValues([]byte(values))
	if err != nil {
		t.Fatal(err)
	}
	merged, err := chartutil.ToRenderValues(chart, given, chartutil.ReleaseOptions{Name: "colocation", Namespace: "colocation", IsInstall: true}, chartutil.DefaultCapabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine.Render(chart, merged)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, file := range slices.Sorted(func(yield func(string) bool) {
		for file := range rendered {
			if !yield(file) {
				return
			}
		}
	}) {
		if strings.HasSuffix(file, ".yaml") {
			text.WriteString("---\n" + rendered[file] + "\n")
		}
	}
	return text.String(), nil
}

func mustTemplate(t *testing.T, values string) map[string]map[string]any {
	t.Helper()
	text, err := template(t, values)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

// parse gives objects by "KIND NAMESPACE/NAME". An object may be there once.
func parse(t *testing.T, text string) map[string]map[string]any {
	t.Helper()
	objects := map[string]map[string]any{}
	for _, document := range strings.Split("\n"+text, "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict([]byte(document), &object.Object); err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		if len(object.Object) == 0 {
			continue
		}
		name := fmt.Sprintf("%s %s/%s", object.GetKind(), object.GetNamespace(), object.GetName())
		if objects[name] != nil {
			t.Errorf("%s is there twice", name)
		}
		objects[name] = object.Object
	}
	return objects
}

func names(objects map[string]map[string]any) []string {
	var all []string
	for name := range objects {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func field(object map[string]any, path ...string) any {
	value, _, _ := unstructured.NestedFieldNoCopy(object, path...)
	return value
}

func container(t *testing.T, objects map[string]map[string]any) map[string]any {
	t.Helper()
	containers, _ := field(objects["Deployment colocation/colocation-controller"], "spec", "template", "spec", "containers").([]any)
	if len(containers) != 1 {
		t.Fatalf("containers: %v", containers)
	}
	return containers[0].(map[string]any)
}

func TestReleaseIsWhatKustomizeBuilds(t *testing.T) {
	want := "# Made from base/ by `bazel run //tests/deploy:deploy_test -- -update`.\n" + build(t, "base")
	file := filepath.Join(deploy, "release.yaml")
	if *update {
		if err := os.WriteFile(filepath.Join(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "controller/deploy/release.yaml"), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, []byte(want)) {
		t.Error("it is not: bazel run //tests/deploy:deploy_test -- -update")
	}
}

func TestTheVersionIsThatOfTheLibrary(t *testing.T) {
	header, err := os.ReadFile("../../colocation/version.h")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`kVersion\[\] = "(.*)"`).FindStringSubmatch(string(header))[1]
	for _, c := range []struct{ file, has string }{
		{"base/deployment.yaml", "image: ghcr.io/colocation/controller:" + version + "\n"},
		{"base/deployment.yaml", "value: ghcr.io/colocation/launcher:" + version + "\n"},
		{"overlays/own-registry/kustomization.yaml", "value: registry.example.org/launcher:" + version + "\n"},
		{"chart/Chart.yaml", "\nversion: " + version + "\n"},
		{"chart/Chart.yaml", "\nappVersion: " + version + "\n"},
	} {
		text, err := os.ReadFile(filepath.Join(deploy, c.file))
		if err != nil || !strings.Contains(string(text), c.has) {
			t.Errorf("%s has no %q; %v", c.file, c.has, err)
		}
	}
}

func TestOverlays(t *testing.T) {
	base := parse(t, build(t, "base"))
	monitoring := parse(t, build(t, "overlays/monitoring"))
	if len(monitoring) != len(base)+1 || monitoring["ServiceMonitor colocation/colocation-controller"] == nil {
		t.Errorf("monitoring has %q", names(monitoring))
	}
	own := container(t, parse(t, build(t, "overlays/own-registry")))
	if own["image"] != "registry.example.org/controller:0.1.0" {
		t.Errorf("the image is %v", own["image"])
	}
	if text := fmt.Sprint(own["env"]); text != "[map[name:LAUNCHER_IMAGE value:registry.example.org/launcher:0.1.0]]" {
		t.Errorf("the environment is %s", text)
	}
}

func TestTheChartPassesLint(t *testing.T) {
	linted := lint.All(filepath.Join(deploy, "chart"), map[string]any{}, "colocation", true)
	for _, message := range linted.Messages {
		if message.Severity > support.InfoSev {
			t.Errorf("%v", message)
		}
	}
}

// With its own values the chart makes what kustomize builds, but for the namespace,
// which Helm makes (--create-namespace).
func TestTheChartMakesWhatTheReleaseHas(t *testing.T) {
	release, chart := parse(t, build(t, "base")), mustTemplate(t, "")
	delete(release, "Namespace /colocation")
	if !slices.Equal(names(release), names(chart)) {
		t.Errorf("the release has %q, the chart %q", names(release), names(chart))
	}
	for name, object := range release {
		if name == "ConfigMap colocation/images" {
			continue // A text that Helm writes anew.
		}
		if !reflect.DeepEqual(object, chart[name]) {
			t.Errorf("%s: the release has %v, the chart %v", name, object, chart[name])
		}
	}
}

func TestValuesOfTheChart(t *testing.T) {
	args := func(values string) string { return fmt.Sprint(container(t, mustTemplate(t, values))["args"]) }
	if got := args("policy: isolated"); !strings.Contains(got, "--policy=isolated") {
		t.Error(got)
	}
	if got := args("extraArgs: [--patch-images]"); !strings.Contains(got, "--patch-images") {
		t.Error(got)
	}
	if got := args("tektonNamespace: tekton"); !strings.Contains(got, "--tekton-namespace=tekton") {
		t.Error(got)
	}
	images := container(t, mustTemplate(t, "images: {controller: {repository: r/c}, launcher: {repository: r/l, tag: x}, pullPolicy: Always}"))
	if images["image"] != "r/c:0.1.0" || images["imagePullPolicy"] != "Always" || fmt.Sprint(images["env"]) != "[map[name:LAUNCHER_IMAGE value:r/l:x]]" {
		t.Errorf("%v", images)
	}
	for _, c := range []struct{ name, values, object string }{
		{"networkPolicy", "networkPolicy: {enabled: false}", "NetworkPolicy colocation/colocation-controller"},
		{"podDisruptionBudget", "podDisruptionBudget: {enabled: false}", "PodDisruptionBudget colocation/colocation-controller"},
	} {
		if mustTemplate(t, c.values)[c.object] != nil {
			t.Errorf("%s is there", c.name)
		}
	}
	monitored := mustTemplate(t, "serviceMonitor: {enabled: true, labels: {release: prometheus}}")
	if field(monitored["ServiceMonitor colocation/colocation-controller"], "metadata", "labels", "release") != "prometheus" {
		t.Error("there is no ServiceMonitor with that label")
	}
}

func TestTheChartGivesNoMoreRightsThanAreNeeded(t *testing.T) {
	reads := func(values, resource string) bool {
		rules, _ := field(mustTemplate(t, values)["ClusterRole /colocation-controller"], "rules").([]any)
		return slices.ContainsFunc(rules, func(rule any) bool {
			resources, _ := rule.(map[string]any)["resources"].([]any)
			return slices.Contains(resources, any(resource))
		})
	}
	if !reads("credentials: false", "secrets") || !reads("askRegistries: false", "secrets") || reads("{credentials: false, askRegistries: false}", "secrets") {
		t.Error("Secrets are read where they need not be, or the other way round")
	}
	one := mustTemplate(t, "namespace: ci")
	if one["ClusterRoleBinding /colocation-controller"] != nil || one["RoleBinding ci/colocation-controller-runs"] == nil ||
		one["RoleBinding tekton-pipelines/colocation-controller-settings"] == nil {
		t.Errorf("for one namespace there are %q", names(one))
	}
	if got := fmt.Sprint(container(t, one)["args"]); !strings.Contains(got, "--namespace=ci") {
		t.Error(got)
	}
}

func TestWrongValuesAreRefused(t *testing.T) {
	for _, wrong := range []string{"policy: some", "replicas: many", "image: {}", "images: {controller: {repository: ''}}", "entrypoints: [{cmd: [x]}]"} {
		if _, err := template(t, wrong); err == nil {
			t.Errorf("%s is accepted", wrong)
		}
	}
}
