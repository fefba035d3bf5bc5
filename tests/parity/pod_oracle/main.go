// Says what Kubernetes' API server thinks of Pods, by its own code.
//
// stdin: frames as parity.py makes them, "CASE <id> <bytes> <settings>\n<YAML>\n";
// stdout: one JSON line a frame, with a verdict for each Pod of the stream.
// Decoding is strict, defaults are set, then the Pod is validated as at its
// creation. Admission (ServiceAccount, LimitRanger, quotas) is not part of it, but
// for Pod Security: `restricted` has what keeps the Pod out of a namespace of that
// level.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"
)

type fieldError struct {
	Path    string `json:"path"`
	Type    string `json:"type"`
	Message string `json:"message"`
}

type verdict struct {
	Document int          `json:"doc"`
	Name     string       `json:"name"`
	Verdict  string       `json:"verdict"`
	Errors   []fieldError `json:"errors,omitempty"`
	// Why Pod Security refuses it at its level "restricted".
	Restricted []string `json:"restricted,omitempty"`
}

var podSecurity = func() policy.Evaluator {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		panic(err)
	}
	return evaluator
}()

func notRestricted(pod *corev1.Pod) (reasons []string) {
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, result := range podSecurity.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			reasons = append(reasons, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return reasons
}

func check(text []byte) (found []verdict) {
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for document := 0; ; document++ {
		chunk, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		v := verdict{Document: document, Verdict: "rejected"}
		refuse := func(err error) { v.Errors = append(v.Errors, fieldError{Type: "Decode", Message: err.Error()}) }
		var raw []byte
		if err == nil {
			raw, err = sigsyaml.YAMLToJSONStrict(chunk)
		}
		if err != nil {
			refuse(err)
			found = append(found, v)
			continue
		}
		if string(bytes.TrimSpace(raw)) == "null" {
			continue
		}
		var pod corev1.Pod
		strict, err := kjson.UnmarshalStrict(raw, &pod)
		if err != nil {
			strict = append(strict, err)
		}
		for _, err := range strict {
			refuse(err)
		}
		if pod.APIVersion != "v1" || pod.Kind != "Pod" {
			continue
		}
		v.Name = pod.Name
		if len(strict) == 0 {
			v.Restricted = notRestricted(&pod)
			validate(&pod, &v)
		}
		if len(v.Errors) == 0 {
			v.Verdict = "accepted"
		}
		found = append(found, v)
	}
}

func validate(pod *corev1.Pod, v *verdict) {
	if pod.Name == "" && pod.GenerateName != "" {
		pod.Name = pod.GenerateName[:min(len(pod.GenerateName), 58)] + "abcde"
	}
	if pod.Namespace == "" {
		pod.Namespace = "default"
	}
	legacyscheme.Scheme.Default(pod)
	var internal core.Pod
	if err := legacyscheme.Scheme.Convert(pod, &internal, nil); err != nil {
		v.Errors = append(v.Errors, fieldError{Type: "Decode", Message: err.Error()})
		return
	}
	podutil.DropDisabledPodFields(&internal, nil)
	options := podutil.GetValidationOptionsFromPodSpecAndMeta(&internal.Spec, nil, &internal.ObjectMeta, nil)
	for _, err := range validation.ValidatePodCreate(&internal, options) {
		v.Errors = append(v.Errors, fieldError{Path: err.Field, Type: string(err.Type), Message: err.ErrorBody()})
	}
}

func run(in *bufio.Reader, out io.Writer) error {
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
		pods := check(text[:size])
		if pods == nil {
			pods = []verdict{}
		}
		if err := encoder.Encode(map[string]any{"id": fields[1], "pods": pods}); err != nil {
			return err
		}
	}
}

func main() {
	// As an API server with --allow-privileged, which nearly every cluster has:
	// whether to ask for it is the author's business.
	capabilities.Setup(true, 0)
	out := bufio.NewWriter(os.Stdout)
	err := run(bufio.NewReader(os.Stdin), out)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
