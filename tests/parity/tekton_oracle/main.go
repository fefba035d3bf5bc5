// Says what Tekton thinks of objects and runs, by Tekton's own code.
//
// stdin: frames as parity.py makes them, "CASE <id> <bytes> <settings>\n<YAML>\n";
// stdout: one JSON line a frame, in the form that ../README.md describes. With
// --full as argument also what v1beta1 objects are in v1, and the tasks of runs
// with everything substituted. With --pods instead the Pods that its Pod builder
// makes of those tasks (pods.go).
//
// objects.go does what the webhook does with each object alone, runs.go what the
// reconcilers check before they create something, with the other objects of the
// stream as the cluster. With --bench=FILE it measures instead; see bench.go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	"go.uber.org/zap"
	"knative.dev/pkg/logging"
)

// What is wrong, at none, one or several places.
type fault struct {
	Stage   string   `json:"stage"`
	Message string   `json:"message"`
	Paths   []string `json:"paths,omitempty"`
}

// Of one object, or of one run with all that it refers to.
type verdict struct {
	Document     int         `json:"doc"`
	Item         int         `json:"item"`
	APIVersion   string      `json:"apiVersion,omitempty"`
	Kind         string      `json:"kind"`
	Name         string      `json:"name,omitempty"`
	GenerateName string      `json:"generateName,omitempty"`
	Verdict      string      `json:"verdict"`
	Errors       []fault     `json:"errors,omitempty"`
	Edges        [][2]string `json:"edges,omitempty"`
	V1           any         `json:"v1,omitempty"`
	Tasks        []runTask   `json:"tasks,omitempty"`
}

type answer struct {
	ID      string    `json:"id"`
	Panic   string    `json:"panic,omitempty"`
	Objects []verdict `json:"objects"`
	Runs    []verdict `json:"runs"`
}

// "key=value;key=value" with the keys of the ConfigMaps feature-flags and
// config-defaults, or "-".
func contextOf(settings string) (context.Context, error) {
	values := map[string]string{}
	if settings != "-" {
		for _, setting := range strings.Split(settings, ";") {
			key, value, found := strings.Cut(setting, "=")
			if !found {
				return nil, fmt.Errorf("setting %q has no value", setting)
			}
			values[key] = value
		}
	}
	flags, err := config.NewFeatureFlagsFromMap(values)
	if err != nil {
		return nil, err
	}
	defaults, err := config.NewDefaultsFromMap(values)
	if err != nil {
		return nil, err
	}
	ctx := config.ToContext(context.Background(), &config.Config{FeatureFlags: flags, Defaults: defaults})
	// Its default logger is made anew for each message.
	return logging.WithLogger(ctx, zap.NewNop().Sugar()), nil
}

func judge(id string, text []byte, settings string, full, makesPods bool) (said answer, err error) {
	ctx, err := contextOf(settings)
	if err != nil {
		return said, err
	}
	said = answer{ID: id, Objects: []verdict{}, Runs: []verdict{}}
	defer func() {
		if reason := recover(); reason != nil {
			said = answer{ID: id, Panic: fmt.Sprint(reason)}
		}
	}()
	world := newCluster(makesPods)
	for _, object := range read(text) {
		if object.given != nil {
			object.admit(ctx, full)
		}
		world.add(&object)
		said.Objects = append(said.Objects, object.verdict)
	}
	said.Runs = append(said.Runs, world.runs(ctx, full)...)
	return said, nil
}

func run(in *bufio.Reader, out io.Writer, full, makesPods bool) error {
	encoder := json.NewEncoder(out)
	for {
		header, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) && header == "" {
			return nil
		}
		fields := strings.Fields(header)
		if len(fields) != 4 || fields[0] != "CASE" {
			return fmt.Errorf("bad frame header %q", header)
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil {
			return err
		}
		text := make([]byte, size+1)
		if _, err := io.ReadFull(in, text); err != nil {
			return err
		}
		said, err := judge(fields[1], text[:size], fields[3], full, makesPods)
		if err != nil {
			return fmt.Errorf("%s: %w", fields[1], err)
		}
		if err := encoder.Encode(said); err != nil {
			return err
		}
	}
}

func main() {
	full, makesPods := false, false
	for _, argument := range os.Args[1:] {
		switch {
		case argument == "--full":
			full = true
		case argument == "--pods":
			full, makesPods = true, true
		case strings.HasPrefix(argument, "--bench="):
			if err := bench(strings.TrimPrefix(argument, "--bench=")); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		default:
			fmt.Fprintf(os.Stderr, "unknown argument %q\n", argument)
			os.Exit(2)
		}
	}
	out := bufio.NewWriter(os.Stdout)
	err := run(bufio.NewReader(os.Stdin), out, full, makesPods)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
