package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A Node of the cluster: a containerd and a kubelet of its own.
type Node struct {
	Name string
	// Of the machine's CPU and memory, what Pods can't have: "1500m", "1Gi".
	ReservedCPU, ReservedMemory string
	Labels                      map[string]string
}

// files says where what belongs to a node is.
func (n Node) files(name string) string { return path("nodes", n.Name, name) }

// socket is containerd's.
func (n Node) socket() string { return "/run/" + n.Name + ".sock" }

// index tells nodes apart where a number does.
func (c *Cluster) index(node Node) int {
	for i, one := range c.Nodes {
		if one.Name == node.Name {
			return i
		}
	}
	return len(c.Nodes)
}

// startNode starts containerd, gives it the images, and starts the kubelet.
func (c *Cluster) startNode(t testing.TB, node Node) {
	t.Helper()
	index := c.index(node)
	address := fmt.Sprintf("10.77.1.%d", index+1)
	if index > 0 {
		c.ip(t, "address", "add", address+"/24", "dev", "nodes")
	}
	runtime := "runc"
	if _, err := exec.LookPath("crun"); err == nil {
		runtime = "crun" // A third faster to start a container.
	}
	runtimePath, err := exec.LookPath(runtime)
	must(t, err)
	must(t, os.MkdirAll(node.files("cni"), 0o755))
	write := func(name, text string) string {
		must(t, os.WriteFile(node.files(name), []byte(text), 0o644))
		return node.files(name)
	}
	write("cni/bridge.conflist", fmt.Sprintf(`{"cniVersion": "1.0.0", "name": %q, "plugins": [
  {"type": "bridge", "bridge": "pods%d", "isGateway": true, "ipam":
    {"type": "host-local", "dataDir": %q, "ranges": [[{"subnet": "10.78.%d.0/24"}]]}}]}
`, node.Name, index, node.files("addresses"), index))
	containerd := c.launch(t, "containerd-"+node.Name, "containerd", "--config="+write("containerd.toml", fmt.Sprintf(`
version = 2
root = %q
state = "/run/%s"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = %q
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  restrict_oom_score_adj = true # Without CAP_SYS_RESOURCE none can be lowered.
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = %q
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "default"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.default]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.default.options]
        BinaryName = %q
`, node.files("containerd"), node.Name, node.socket(), sandboxImage, node.files("cni"), runtimePath)))
	c.Until(t, "containerd serves", func() bool {
		if containerd.Ended() {
			t.Fatalf("containerd ended:\n%s", containerd.Tail(3000))
		}
		return exec.Command("ctr", "--address="+node.socket(), "version").Run() == nil
	})
	c.importImages(t, node)

	cgroup := "/" + node.Name
	must(t, makeGroups(cgroup))
	reserved := []string{}
	if node.ReservedCPU != "" {
		reserved = append(reserved, "cpu: "+node.ReservedCPU)
	}
	if node.ReservedMemory != "" {
		reserved = append(reserved, "memory: "+node.ReservedMemory)
	}
	config := write("kubelet.yaml", fmt.Sprintf(`
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: %s
enforceNodeAllocatable: [pods]
containerRuntimeEndpoint: unix://%s
address: %s
port: 10250
healthzPort: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
podLogsDir: %s
volumePluginDir: %s
resolvConf: ""
maxOpenFiles: 10000
maxPods: 200
systemReserved: {%s}
evictionHard: {memory.available: 100Mi, nodefs.available: 1%%, imagefs.available: 1%%}
imageGCHighThresholdPercent: 100
serializeImagePulls: false
`, cgroup, node.socket(), address, node.files("logs"), node.files("plugins"), strings.Join(reserved, ", ")))
	labels := []string{}
	for name, value := range node.Labels {
		labels = append(labels, name+"="+value)
	}
	c.launch(t, "kubelet-"+node.Name, c.kubernetes("kubelet"), "--config="+config,
		"--kubeconfig="+kubeconfig(t, "node-"+node.Name, "node-"+node.Name, ""),
		"--root-dir="+node.files("kubelet"), "--cert-dir="+node.files("certificates"),
		"--hostname-override="+node.Name, "--node-ip="+address, "--node-labels="+strings.Join(labels, ","))
}

// makeGroups makes a node's cgroup in each hierarchy; the kubelet makes those in it.
func makeGroups(name string) error {
	const mountPoint = "/sys/fs/cgroup"
	if _, err := os.Stat(mountPoint + "/cgroup.controllers"); err == nil {
		if err := os.MkdirAll(mountPoint+name, 0o755); err != nil {
			return err
		}
		controllers, err := os.ReadFile(mountPoint + "/cgroup.subtree_control")
		if err != nil {
			return err
		}
		for _, controller := range strings.Fields(string(controllers)) {
			if err := os.WriteFile(mountPoint+name+"/cgroup.subtree_control", []byte("+"+controller), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
	hierarchies, err := os.ReadDir(mountPoint)
	if err != nil {
		return err
	}
	for _, hierarchy := range hierarchies {
		group := filepath.Join(mountPoint, hierarchy.Name(), name)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return err
		}
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			if value, err := os.ReadFile(filepath.Join(filepath.Dir(group), file)); err == nil {
				if err := os.WriteFile(filepath.Join(group, file), value, 0o644); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// awaitNode waits until Pods can be put on a node.
func (c *Cluster) awaitNode(t testing.TB, node Node) {
	t.Helper()
	c.Until(t, "the node "+node.Name+" is ready", func() bool {
		if kubelet := c.Processes["kubelet-"+node.Name]; kubelet.Ended() {
			t.Fatalf("the kubelet of %s ended:\n%s", node.Name, kubelet.Tail(3000))
		}
		found, err := c.Typed.CoreV1().Nodes().Get(context.Background(), node.Name, metav1.GetOptions{})
		if err != nil || len(found.Spec.Taints) > 0 {
			return false
		}
		for _, condition := range found.Status.Conditions {
			if condition.Type == corev1.NodeReady {
				return condition.Status == corev1.ConditionTrue
			}
		}
		return false
	})
}

// ip sets up the box's network.
func (c *Cluster) ip(t testing.TB, arguments ...string) {
	t.Helper()
	if output, err := exec.Command("ip", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", arguments, err, output)
	}
}
