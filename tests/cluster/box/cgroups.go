package box

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const mountPoint = "/sys/fs/cgroup"

// The controllers without which a kubelet doesn't start, where there is only
// cgroup v2.
var needed = []string{"cpuset", "cpu", "io", "memory", "pids"}

// A hierarchy of cgroups, as this process sees it in /proc/self/cgroup.
type hierarchy struct {
	// Of v1: "cpu,cpuacct", or "name=systemd". Empty: v2.
	controllers string
	path        string
}

// directory is where it is mounted.
func (h hierarchy) directory() string {
	return filepath.Join(mountPoint, strings.TrimPrefix(h.controllers, "name="))
}

// hierarchies returns those that a kubelet is to use: all of v1 where the memory
// controller is there, also beside a v2 without controllers ("hybrid"), else v2.
func hierarchies() ([]hierarchy, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	var v1, v2 []hierarchy
	memory := false
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) != 3 {
			return nil, fmt.Errorf("/proc/self/cgroup has the line %q", line)
		}
		one := hierarchy{controllers: fields[1], path: fields[2]}
		if one.controllers == "" {
			v2 = append(v2, one)
			continue
		}
		v1 = append(v1, one)
		memory = memory || slices.Contains(strings.Split(one.controllers, ","), "memory")
	}
	if memory {
		return v1, nil
	}
	if len(v2) == 0 {
		return nil, fmt.Errorf("there are no cgroups with a memory controller")
	}
	return v2, nil
}

// groups are the cgroups that this process has entered, to be left again.
type groups []struct{ parent, own string }

// enterGroups makes a cgroup in every hierarchy and moves this process there:
// the processes that it starts begin there, and a cgroup namespace has its root
// there.
func enterGroups() (groups, error) {
	all, err := hierarchies()
	if err != nil {
		return nil, err
	}
	var entered groups
	for _, one := range all {
		parent := filepath.Join(one.directory(), one.path)
		below := parent
		if one.controllers == "" {
			// A group of v2 that has processes can't give its controllers to groups
			// in it; the root can (Documentation/admin-guide/cgroup-v2.rst, "No
			// Internal Process Constraint").
			below = mountPoint
			if err = enable(below); err != nil {
				break
			}
		}
		own := filepath.Join(below, fmt.Sprintf("colocation-box-%d", os.Getpid()))
		if err = os.Mkdir(own, 0o755); err != nil {
			break
		}
		if one.controllers == "cpuset" {
			err = copySets(parent, own)
		}
		entered = append(entered, struct{ parent, own string }{parent, own})
		if err == nil {
			err = enter(own)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		entered.leave()
		entered.remove()
		return nil, fmt.Errorf("no cgroups of its own: %w", err)
	}
	return entered, nil
}

// copySets gives a cgroup of v1's cpuset what it needs to have processes.
func copySets(from, to string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), value, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func enter(group string) error {
	return os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

// enable lets groups in a group of v2 have the controllers that are needed.
func enable(group string) error {
	for _, controller := range needed {
		err := os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
		if err != nil {
			return fmt.Errorf("the controller %s can't be had: %w", controller, err)
		}
	}
	return nil
}

// leave goes back to where this process came from.
func (g groups) leave() {
	for _, one := range g {
		_ = enter(one.parent)
	}
}

// remove removes the groups and what is in them.
func (g groups) remove() {
	for _, one := range g {
		// The kernel takes a moment to let go of processes that were killed.
		for range 50 {
			if removeGroup(one.own) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

func removeGroup(group string) bool {
	entries, err := os.ReadDir(group)
	if err != nil {
		return os.IsNotExist(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !removeGroup(filepath.Join(group, entry.Name())) {
			return false
		}
	}
	return syscall.Rmdir(group) == nil
}

// mountGroups mounts the hierarchies in the box, whose root is the box's cgroup.
func mountGroups() error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	if all[0].controllers == "" {
		if err := unix.Mount("cgroup2", mountPoint, "cgroup2", 0, ""); err != nil {
			return err
		}
		processes := filepath.Join(mountPoint, "processes")
		if err := os.Mkdir(processes, 0o755); err != nil {
			return err
		}
		if err := enter(processes); err != nil {
			return err
		}
		return enable(mountPoint)
	}
	if err := unix.Mount("tmpfs", mountPoint, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, one := range all {
		directory := one.directory()
		options := one.controllers
		if strings.HasPrefix(options, "name=") {
			options = "none," + options
		}
		if err := os.Mkdir(directory, 0o755); err != nil {
			return err
		}
		if err := unix.Mount("cgroup", directory, "cgroup", 0, options); err != nil {
			return fmt.Errorf("%s: %w", one.controllers, err)
		}
		if names := strings.Split(one.controllers, ","); len(names) > 1 {
			for _, name := range names {
				if err := os.Symlink(one.controllers, filepath.Join(mountPoint, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
