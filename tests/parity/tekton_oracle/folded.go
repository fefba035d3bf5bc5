package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
)

// What Tekton's CRDs keep as it is written (config/300-crds, fields with
// x-kubernetes-preserve-unknown-fields). Elsewhere the API server lets only the
// names through that the CRD has.
var keptWhole = regexp.MustCompile(`\.(?:pipelineSpec|taskSpec|volumeClaimTemplate)\.|^spec\.volumes\[|` +
	`\.(?:podTemplate|taskPodTemplate)\.(?:affinity\.|securityContext\.|volumes\[)`)

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// The object with the names that the webhook's decoder, which heeds no case
// (knative.dev/pkg, webhook/json/decode.go), takes for fields: those that are in
// what the CRD keeps whole.
func withFieldNames(raw []byte, into any) []byte {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return raw
	}
	n := namer{}
	value = n.named(value, reflect.TypeOf(into), "")
	if named, err := json.Marshal(value); n.changed && err == nil {
		return named
	}
	return raw
}

type namer struct{ changed bool }

func (n *namer) named(value any, kind reflect.Type, path string) any {
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if reflect.PointerTo(kind).Implements(unmarshaler) {
		return value
	}
	switch given := value.(type) {
	case []any:
		if kind.Kind() == reflect.Slice {
			for i := range given {
				given[i] = n.named(given[i], kind.Elem(), path+"[0]")
			}
		}
	case map[string]any:
		switch kind.Kind() {
		case reflect.Map:
			for key := range given {
				given[key] = n.named(given[key], kind.Elem(), path+"."+key)
			}
		case reflect.Struct:
			return n.fields(given, kind, path)
		}
	}
	return value
}

func (n *namer) fields(given map[string]any, kind reflect.Type, path string) map[string]any {
	fields := map[string]reflect.Type{}
	jsonFields(kind, fields)
	named := map[string]any{}
	for key, value := range given {
		name := key
		if _, exact := fields[key]; !exact && keptWhole.MatchString(path+".") {
			for field := range fields {
				if strings.EqualFold(field, key) {
					name = field
					n.changed = true
				}
			}
			// An exact name goes before any other.
			if _, exact := given[name]; exact && name != key {
				continue
			}
		}
		if field, known := fields[name]; known {
			value = n.named(value, field, strings.TrimPrefix(path+"."+name, "."))
		}
		named[name] = value
	}
	return named
}

func jsonFields(kind reflect.Type, fields map[string]reflect.Type) {
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-" || (name == "" && !field.Anonymous):
		case name == "" || strings.Contains(options, "inline"):
			if inner.Kind() == reflect.Struct {
				jsonFields(inner, fields)
			}
		default:
			fields[name] = field.Type
		}
	}
}
