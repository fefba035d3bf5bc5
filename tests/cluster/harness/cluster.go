// Package harness runs a whole Kubernetes cluster inside a box (package box):
// etcd, kube-apiserver, kube-scheduler, kube-controller-manager, and for each
// node containerd and a kubelet; in it Tekton's own controller and webhook, and
// our controller. All are processes of the box. No image
// is pulled: those that Pods need are made from files.
package harness

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"colocation.dev/tests/cluster/box"
)

// A Cluster of this box. There can be one at a time: it uses fixed ports.
type Cluster struct {
	Client dynamic.Interface
	Typed  kubernetes.Interface
	// By name: "etcd", "kubelet-NODE", "tekton-controller", "controller" ...
	Processes map[string]*Process
	Nodes     []Node

	programs Programs
	// Guards mapper between a miss and its repetition.
	mapperMutex sync.Mutex
	mapper      *restmapper.DeferredDiscoveryRESTMapper
	config      *rest.Config
}

const (
	apiServer = "127.0.0.1:6443"
	store     = "http://127.0.0.1:2379"
	// The token of system:masters: the box ends at its own network.
	adminToken = "admin-of-the-box"
	// The addresses of services. Nobody forwards what is sent to them: the one
	// that the API server calls is an address of the box.
	serviceRange   = "10.0.0.0/24"
	webhookAddress = "10.0.0.100"
)

// Start brings a cluster up, which ends with the box. The test fails if it can't.
func Start(t testing.TB, programs Programs, nodes ...Node) *Cluster {
	t.Helper()
	c := &Cluster{Processes: map[string]*Process{}, Nodes: nodes, programs: programs}
	must(t, c.writeKeys())
	c.config = &rest.Config{Host: "https://" + apiServer, BearerToken: adminToken, QPS: -1,
		TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	var err error
	c.Client, err = dynamic.NewForConfig(c.config)
	must(t, err)
	c.Typed, err = kubernetes.NewForConfig(c.config)
	must(t, err)
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Typed.Discovery()))
	c.startControlPlane(t)
	for _, node := range nodes {
		c.startNode(t, node)
	}
	c.startTekton(t)
	c.installController(t)
	for _, node := range nodes {
		c.awaitNode(t, node)
	}
	return c
}

// ShowLogs has a test that failed show what the processes said last.
func (c *Cluster) ShowLogs(t testing.TB) {
	for name, process := range c.Processes {
		t.Logf("%s said last:\n%s", name, process.Tail(3000))
	}
}

func path(elements ...string) string {
	return filepath.Join(append([]string{box.Directory}, elements...)...)
}

// writeKeys makes the key of service accounts' tokens, and the users.
func (c *Cluster) writeKeys() error {
	if err := os.MkdirAll(path("certificates"), 0o755); err != nil {
		return err
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	if err := os.WriteFile(path("certificates/accounts.key"), key, 0o600); err != nil {
		return err
	}
	users := adminToken + ",admin,admin,system:masters\nscheduler,system:kube-scheduler,scheduler\n"
	for _, node := range c.Nodes {
		users += fmt.Sprintf("node-%s,system:node:%[1]s,%[1]s,system:nodes\n", node.Name)
	}
	return os.WriteFile(path("certificates/users.csv"), []byte(users), 0o600)
}

// kubeconfig writes that of a user and returns its path; more are more fields of
// the user, as `, as: NAME`.
func kubeconfig(t testing.TB, name, token, more string) string {
	t.Helper()
	file := path(name + ".kubeconfig")
	must(t, os.WriteFile(file, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://%s", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: %s%s}}]
`, apiServer, token, more), 0o600))
	return file
}

func (c *Cluster) startControlPlane(t testing.TB) {
	const peer = "http://127.0.0.1:2380"
	c.launch(t, "etcd", "etcd", "--data-dir="+path("etcd"), "--unsafe-no-fsync",
		"--listen-client-urls="+store, "--advertise-client-urls="+store,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer)
	certificates, key := path("certificates"), path("certificates/accounts.key")
	c.launch(t, "kube-apiserver", c.kubernetes("kube-apiserver"), "--etcd-servers="+store,
		"--bind-address=127.0.0.1", "--advertise-address=10.77.1.1", "--secure-port=6443", "--cert-dir="+certificates,
		"--token-auth-file="+path("certificates/users.csv"), "--authorization-mode=Node,RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+key, "--service-account-signing-key-file="+key,
		"--service-cluster-ip-range="+serviceRange,
		"--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement",
		"--kubelet-preferred-address-types=InternalIP")
	c.Until(t, "the API server is ready", func() bool { return c.ready() })
	admin := kubeconfig(t, "admin", adminToken, "")
	common := []string{"--leader-elect=false", "--authentication-tolerate-lookup-failure", "--bind-address=127.0.0.1", "--cert-dir=" + certificates}
	c.launch(t, "kube-scheduler", c.kubernetes("kube-scheduler"),
		append(common, "--kubeconfig="+kubeconfig(t, "scheduler", "scheduler", ""))...)
	c.launch(t, "kube-controller-manager", c.kubernetes("kube-controller-manager"),
		append(common, "--kubeconfig="+admin, "--service-account-private-key-file="+key,
			"--root-ca-file="+path("certificates/apiserver.crt"), "--enable-hostpath-provisioner")...)
	// What kube-controller-manager's provisioner is asked for by.
	c.Apply(t, "kube-system", `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: host-path, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/host-path
`)
}

func (c *Cluster) kubernetes(program string) string {
	return filepath.Join(c.programs.Kubernetes, program)
}

func (c *Cluster) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.Typed.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
