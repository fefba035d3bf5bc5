// Command fields prints every field that an author can write in Tekton's objects,
// and the annotations, labels and objects that Tekton's code reads. One a line:
//
//	field v1 PipelineTask retries
//	key tekton.dev/git-0
//	object  configmaps
//
// The argument is the folder of Tekton's module.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1alpha1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// What tests/parity compares; the rest of Tekton's kinds has rows of its own.
var kinds = []any{
	v1.Task{}, v1.Pipeline{}, v1.TaskRun{}, v1.PipelineRun{},
	v1beta1.Task{}, v1beta1.Pipeline{}, v1beta1.TaskRun{}, v1beta1.PipelineRun{},
	v1beta1.StepAction{}, v1alpha1.StepAction{},
}

type found map[string]bool

func (f found) fieldsOf(kind reflect.Type) {
	switch kind.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		f.fieldsOf(kind.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	f.fieldsIn(kind, kind)
}

// The fields of `kind`, which stand in the mapping of `of`.
func (f found) fieldsIn(kind, of reflect.Type) {
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-" || !field.IsExported() || (name == "" && !field.Anonymous):
		case name == "" || strings.Contains(options, "inline"):
			if inner.Kind() == reflect.Struct {
				f.fieldsIn(inner, of)
			}
		default:
			line := fmt.Sprintf("field %s %s %s", filepath.Base(of.PkgPath()), of.Name(), name)
			if f[line] {
				continue
			}
			f[line] = true
			// Tekton writes it, not an author.
			if name != "status" {
				f.fieldsOf(field.Type)
			}
		}
	}
}

var key = regexp.MustCompile(`^([a-z0-9.-]*\.)?tekton\.dev/[a-zA-Z][\w.-]*$`)

// The texts in the code that look like keys of labels or annotations, also those
// that are put together from the name of the group.
func (f found) keysIn(folder string) error {
	groups := map[string]string{"GroupName": "tekton.dev", "pipeline": "tekton.dev", "resolution": "resolution.tekton.dev"}
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.Contains(path, "/testing/") || strings.Contains(path, "/client/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BinaryExpr:
				suffix, ok := node.Y.(*ast.BasicLit)
				if !ok || node.Op != token.ADD || !strings.HasPrefix(suffix.Value, `"/`) {
					return true
				}
				group := ""
				switch from := node.X.(type) {
				case *ast.Ident:
					group = groups[from.Name]
				case *ast.SelectorExpr:
					if from.Sel.Name == "GroupName" {
						group = groups[from.X.(*ast.Ident).Name]
					}
				}
				f.key(group + strings.Trim(suffix.Value, `"`))
			case *ast.BasicLit:
				if text, err := strconv.Unquote(node.Value); node.Kind == token.STRING && err == nil {
					f.key(text)
				}
			}
			return true
		})
		return nil
	})
}

var version = regexp.MustCompile(`/v\d+(alpha\d+|beta\d+)?$`)

func (f found) key(text string) {
	if key.MatchString(text) && !version.MatchString(text) {
		f["key "+text] = true
	}
}

// What the controllers and resolvers may read, by their roles.
func (f found) objectsIn(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "config", "200-*role.yaml"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		decoder := yaml.NewYAMLOrJSONDecoder(bufio.NewReader(file), 4096)
		for {
			var role rbacv1.ClusterRole
			if decoder.Decode(&role) != nil {
				break
			}
			if !strings.Contains(role.Name, "controller") {
				continue
			}
			for _, rule := range role.Rules {
				if !slices.Contains(rule.Verbs, "get") && !slices.Contains(rule.Verbs, "list") {
					continue
				}
				for _, group := range rule.APIGroups {
					for _, resource := range rule.Resources {
						if !strings.Contains(resource, "/") {
							f[fmt.Sprintf("object %s %s", group, resource)] = true
						}
					}
				}
			}
		}
	}
	return nil
}

func main() {
	f := found{}
	for _, kind := range kinds {
		f.fieldsOf(reflect.TypeOf(kind))
	}
	for _, part := range []string{"pkg/apis", "pkg/pod", "pkg/reconciler", "pkg/credentials", "pkg/workspace", "pkg/trustedresources", "pkg/resolution"} {
		if err := f.keysIn(filepath.Join(os.Args[1], part)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := f.objectsIn(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := make([]string, 0, len(f))
	for line := range f {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
