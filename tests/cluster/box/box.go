// Package box runs a test program where kubelets can run: as the root of
// namespaces of its own (mounts, processes, network, cgroups, host name, IPC)
// and in cgroups of its own. Whatever was started in a box ends with it, also
// when the box is killed, and nothing is left on the machine.
//
// Enter starts the program three times: outside, which makes the cgroups and
// waits; as process 1 of the box, which mounts what a kubelet needs and reaps
// orphans (containerd's shims are such); and inside, where the tests run.
package box

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Directory is the box's folder as it is seen inside: a short path, because that
// of a socket may have 107 bytes.
const Directory = "/run/node"

// The environment tells a process its part; unset: outside.
const (
	part     = "COLOCATION_BOX_PART"
	folder   = "COLOCATION_BOX_FOLDER"
	prepared = "COLOCATION_BOX_PREPARED"
	first    = "first"
	inside   = "inside"

	// File descriptors of process 1: where it says what failed, and what ends when
	// it may begin.
	reports = 3
	begins  = 4
)

// Enter returns inside the box. It returns an error, outside, where this machine
// can't have one; there it never returns otherwise. Before that it calls prepare,
// outside; what that gives is the value of Prepared, inside.
func Enter(prepare func() (string, error)) error {
	switch os.Getenv(part) {
	case first:
		beFirst()
	case inside:
		return nil
	}
	if err := check(); err != nil {
		return err
	}
	value, err := prepare()
	if err != nil {
		return err
	}
	os.Setenv(prepared, value)
	code, err := enclose()
	if err != nil {
		return err
	}
	os.Exit(code)
	return nil
}

// Prepared is what Enter's prepare returned.
func Prepared() string { return os.Getenv(prepared) }

// check says what this machine lacks.
func check() error {
	var missing []string
	for _, program := range []string{"containerd", "ctr", "etcd", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	for _, file := range []string{"/usr/lib/cni/bridge", "/bin/busybox"} {
		if _, err := os.Stat(file); err != nil {
			missing = append(missing, file)
		}
	}
	if missing != nil {
		return fmt.Errorf("not installed: %s (tools/install-dependencies.sh test installs them)", strings.Join(missing, ", "))
	}
	if os.Getuid() != 0 {
		return fmt.Errorf("a kubelet has to be root")
	}
	// include/uapi/linux/capability.h: the sets are two words each.
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return fmt.Errorf("capget: %w", err)
	}
	if sets[0].Effective&(1<<unix.CAP_SYS_ADMIN) == 0 {
		return fmt.Errorf("root without CAP_SYS_ADMIN can't make namespaces")
	}
	return nil
}

// enclose runs this program in a box and returns its exit code.
func enclose() (int, error) {
	// Pdeathsig is about the thread that starts the process.
	runtime.LockOSThread()
	directory, err := os.MkdirTemp("", "colocation-box-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(directory)
	groups, err := enterGroups()
	if err != nil {
		return 0, err
	}
	defer groups.remove()
	reported, report, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	begin, hold, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	command := exec.Command("/proc/self/exe", os.Args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), part+"="+first, folder+"="+directory)
	command.ExtraFiles = []*os.File{report, begin}
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWCGROUP |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig: syscall.SIGKILL,
	}
	if err := command.Start(); err != nil {
		return 0, fmt.Errorf("no namespaces: %w", err)
	}
	// With process 1 all others of the box end.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		_ = command.Process.Kill()
	}()
	// In the way of process 1 there: see enable.
	groups.leave()
	hold.Close()
	report.Close()
	reason, _ := io.ReadAll(reported)
	_ = command.Wait()
	if len(reason) > 0 {
		return 0, fmt.Errorf("%s", reason)
	}
	return command.ProcessState.ExitCode(), nil
}

// beFirst is process 1 of the box.
func beFirst() {
	report := os.NewFile(reports, "report")
	syscall.CloseOnExec(reports)
	_, _ = io.ReadAll(os.NewFile(begins, "begin"))
	command := exec.Command("/proc/self/exe", os.Args[1:]...)
	err := setUp(os.Getenv(folder))
	if err == nil {
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
		command.Env = append(os.Environ(), part+"="+inside)
		err = command.Start()
	}
	if err != nil {
		fmt.Fprint(report, err)
		os.Exit(1)
	}
	report.Close()
	for {
		var status syscall.WaitStatus
		process, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			os.Exit(1)
		case process == command.Process.Pid && status.Exited():
			os.Exit(status.ExitStatus())
		case process == command.Process.Pid:
			os.Exit(128 + int(status.Signal()))
		}
	}
}

// setUp makes the box's own file systems and network, in its namespaces.
func setUp(directory string) error {
	var failed error
	do := func(what string, err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", what, err)
		}
	}
	mount := func(source, target, kind string, flags uintptr, data string) {
		if failed == nil {
			do("mount "+target, unix.Mount(source, target, kind, flags, data))
		}
	}
	mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	// Sockets and states that have fixed places stay in the box.
	mount("tmpfs", "/run", "tmpfs", 0, "mode=755")
	do("mkdir", os.MkdirAll(Directory, 0o755))
	mount(directory, Directory, "", unix.MS_BIND, "")
	if onOverlay(Directory) {
		// No overlay can lie on another one, and containerd's images are such.
		mount("tmpfs", Directory, "tmpfs", 0, "")
	}
	if failed == nil {
		do("cgroups", mountGroups())
	}
	// So do logs, and the volumes that kube-controller-manager makes in /tmp.
	for _, shadowed := range []string{"/var", "/tmp"} {
		layers := filepath.Join("/run/box", shadowed)
		do("mkdir", os.MkdirAll(layers+"/upper", 0o1777))
		do("mkdir", os.MkdirAll(layers+"/work", 0o755))
		mount("overlay", shadowed, "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%[2]s/work", shadowed, layers))
	}
	if failed == nil {
		do("kernel settings", shadowSettings())
	}
	mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
	do("host name", unix.Sethostname([]byte("box")))
	// A node's address may not be a loopback one, and it wants a default route;
	// there is nobody at the other end.
	for _, command := range []string{
		"ip link set lo up",
		"ip link add name nodes type bridge",
		"ip address add 10.77.1.1/24 dev nodes",
		"ip link set nodes up",
		"ip route add default dev nodes",
	} {
		if failed == nil {
			words := strings.Fields(command)
			output, err := exec.Command(words[0], words[1:]...).CombinedOutput()
			if err != nil {
				failed = fmt.Errorf("%s: %w: %s", command, err, output)
			}
		}
	}
	return failed
}

func onOverlay(path string) bool {
	var about unix.Statfs_t
	return unix.Statfs(path, &about) == nil && about.Type == unix.OVERLAYFS_SUPER_MAGIC
}

// shadowSettings has kubelets find the kernel's settings as they want them: they
// would set them for the whole machine (protectKernelDefaults only makes them
// refuse others; pkg/kubelet/cm/container_manager_linux.go, setupKernelTunables).
func shadowSettings() error {
	for name, value := range map[string]string{
		"vm/overcommit_memory":      "1",
		"vm/panic_on_oom":           "0",
		"kernel/panic":              "10",
		"kernel/panic_on_oops":      "1",
		"kernel/keys/root_maxkeys":  "1000000",
		"kernel/keys/root_maxbytes": "25000000",
	} {
		setting := filepath.Join("/proc/sys", name)
		file := filepath.Join("/run/box", strings.ReplaceAll(name, "/", "."))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, setting, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
