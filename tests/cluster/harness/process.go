package harness

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A Process of the cluster. Not for concurrent use.
type Process struct {
	program     string
	arguments   []string
	environment []string
	log         string
	command     *exec.Cmd
	// Closed when it has ended.
	ended chan struct{}
}

// launch starts a program. What it says goes to a file, which goes on when it is
// started again.
func (c *Cluster) launch(t testing.TB, name, program string, arguments ...string) *Process {
	t.Helper()
	return c.launchWith(t, nil, name, program, arguments...)
}

// launchWith starts a program with more variables in its environment.
func (c *Cluster) launchWith(t testing.TB, environment []string, name, program string, arguments ...string) *Process {
	t.Helper()
	must(t, os.MkdirAll(path("log"), 0o755))
	process := &Process{program: program, arguments: arguments, environment: environment,
		log: path("log", filepath.Base(name)+".log")}
	must(t, process.Start())
	c.Processes[name] = process
	return process
}

// Start starts it, anew where it has ended.
func (p *Process) Start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	p.command = exec.Command(p.program, p.arguments...)
	p.command.Stdout, p.command.Stderr = log, log
	p.command.Env = append(os.Environ(), p.environment...)
	// What it has started itself lives on when it is killed, as on a node.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.command.Start(); err != nil {
		return err
	}
	command, ended := p.command, make(chan struct{})
	p.ended = ended
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	return nil
}

// Kill kills it as a failing machine would, and waits for its end.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// Revive starts the processes again that have ended, and waits for the API server.
func (c *Cluster) Revive(t testing.TB) {
	t.Helper()
	for _, process := range c.Processes {
		if process.Ended() {
			must(t, process.Start())
		}
	}
	c.Until(t, "the API server is ready", c.ready)
}

// Ended says whether it has.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Tail is the end of what it has said.
func (p *Process) Tail(size int) []byte {
	text, _ := os.ReadFile(p.log)
	return bytes.ToValidUTF8(text[max(0, len(text)-size):], nil)
}
