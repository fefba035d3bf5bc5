package harness

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Programs says where what runs in the cluster is.
type Programs struct {
	// The folder with kubelet, kube-apiserver, kube-scheduler and
	// kube-controller-manager.
	Kubernetes string
	// The folder with Tekton's controller, webhook, entrypoint, nop, workingdirinit
	// and sidecarlogresults, and that of its manifests.
	Tekton, TektonConfig string
	// Our controller, and the manifest that installs it.
	Controller, Release string
	// The launcher, which runs in Pods.
	Launcher string
}

// What kubelet and API server say that they are; Tekton asks for it.
const kubernetesVersion = "-X k8s.io/component-base/version.gitVersion=v1.36.3" +
	" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"

// Build builds the programs of a source tree, which has a launcher already. From
// nothing that takes some twelve minutes of processor time; later the compiler's
// cache has all of it, and what is linked is kept in a folder of the user's cache.
//
// It needs the network where a module isn't there yet, so it is called outside
// the box. ErrNoModules: they can't be had.
func Build(tree, launcher string) (Programs, error) {
	tree, err := filepath.Abs(tree)
	if err != nil {
		return Programs{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Programs{}, err
	}
	cache = filepath.Join(cache, "colocation-cluster")
	programs := Programs{
		Kubernetes: filepath.Join(cache, "kubernetes"),
		Tekton:     filepath.Join(cache, "tekton"),
		Controller: filepath.Join(tree, "controller/controller"),
		Release:    filepath.Join(tree, "controller/deploy/release.yaml"),
		Launcher:   launcher,
	}
	for _, one := range []struct{ module, output, flags, packages string }{
		{"tests/cluster", programs.Kubernetes + "/", "-s -w " + kubernetesVersion, "tool"},
		// The module that tests/parity compares with. Static: four of them run in Pods.
		{"tests/parity/tekton_oracle", programs.Tekton + "/", "-s -w -linkmode=external -extldflags=-static", "tool"},
		{"controller", programs.Controller, "", "."},
	} {
		begin := time.Now()
		directory := filepath.Join(tree, one.module)
		if said, err := run(directory, "go", "mod", "download"); err != nil {
			return Programs{}, fmt.Errorf("%w: %s", ErrNoModules, said)
		}
		if said, err := run(directory, "go", "build", "-ldflags="+one.flags, "-o", one.output, one.packages); err != nil {
			return Programs{}, fmt.Errorf("%s can't be built: %w: %s", one.module, err, said)
		}
		fmt.Printf("the programs of %s were built in %.0f s\n", one.module, time.Since(begin).Seconds())
	}
	programs.TektonConfig, err = run(filepath.Join(tree, "tests/parity/tekton_oracle"),
		"go", "list", "-m", "-f={{.Dir}}/config", "github.com/tektoncd/pipeline")
	return programs, err
}

// ErrNoModules is returned where neither Go's cache nor the network has a module.
var ErrNoModules = fmt.Errorf("Go modules can't be had")

func run(directory string, words ...string) (string, error) {
	command := exec.Command(words[0], words[1:]...)
	command.Dir = directory
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	if err := command.Run(); err != nil {
		return strings.TrimSpace(errors.String()), err
	}
	return strings.TrimSpace(output.String()), nil
}
