// Plan plans the Tekton objects in files, and prints which tasks share a Pod.
//
//	plan FILE...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	colocation "github.com/colocation/colocation/bindings/go"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]...); err != nil {
		var missing *colocation.NeedsError
		if errors.As(err, &missing) {
			for _, need := range missing.Needs {
				fmt.Fprintln(os.Stderr, "needed:", need.Kind, need.Name)
			}
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer, paths ...string) error {
	documents, err := colocation.ReadFiles(paths...)
	if err != nil {
		return err
	}
	plan, err := colocation.Plan(context.Background(), documents)
	if err != nil {
		return err
	}
	for _, pod := range plan.Pods {
		fmt.Fprintf(out, "%s: %s\n", pod.Name, strings.Join(pod.Tasks, " "))
	}
	return nil
}
