package colocation

/*
#cgo pkg-config: colocation
#include <colocation.h>
#include <stdlib.h>

// One function for every call of a planner: it takes Go's memory as arguments,
// which cgo pins; as a member of a struct it wouldn't. The planner lives as long
// as the call: it is some bytes, and so nothing is left to release.
enum function { PLAN, VALIDATE, RENDER, DESCRIBE, EXPLAIN, GRAPH, CHECK, ADVANCE, SIMULATE };

static colo_status call(enum function function, colo_format format,
                        const char* data, size_t size, const char* other,
                        size_t other_size, int drawing, colo_bytes* answer) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  colo_planner* planner = NULL;
  const colo_view message = {data, size};
  const colo_view part = {other, other_size};
  colo_status status;
  answer->data = NULL;
  answer->size = 0;
  options.format = format;
  status = colo_planner_new(&options, &planner);
  if (status != COLO_OK) return status;
  switch (function) {
    case PLAN:
      status = colo_plan(planner, message, answer);
      break;
    case VALIDATE:
      status = colo_validate(planner, message, answer);
      break;
    case RENDER:
      status = colo_render(planner, message, part, answer);
      break;
    case DESCRIBE:
      status = colo_describe(planner, message, answer);
      break;
    case EXPLAIN:
      status = colo_explain(planner, message, part, answer);
      break;
    case GRAPH:
      status = colo_graph(planner, message, drawing, answer);
      break;
    case ADVANCE:
      status = colo_advance(planner, message, part, answer);
      break;
    case SIMULATE:
      status = colo_simulate(planner, message, answer);
      break;
    case CHECK:
      status = colo_check(planner, message, answer);
      break;
  }
  colo_planner_free(planner);
  return status;
}

static colo_status convert(const char* type, size_t type_size, colo_format from,
                           const char* data, size_t size, colo_format to,
                           colo_bytes* answer) {
  const colo_view name = {type, type_size};
  const colo_view message = {data, size};
  return colo_convert(name, from, message, to, answer);
}
*/
import "C"

import (
	"unsafe"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
)

type function C.enum_function

const (
	plan     function = C.PLAN
	validate function = C.VALIDATE
	render   function = C.RENDER
	describe function = C.DESCRIBE
	explain  function = C.EXPLAIN
	graph    function = C.GRAPH
	check    function = C.CHECK
	advance  function = C.ADVANCE
	simulate function = C.SIMULATE
)

type format C.colo_format

const (
	formatProtobuf format = C.COLO_FORMAT_PROTOBUF
	formatJSON     format = C.COLO_FORMAT_JSON
	formatYAML     format = C.COLO_FORMAT_YAML
)

// Drawing is a kind of picture of a plan.
type Drawing C.colo_drawing

const (
	// DOT is Graphviz' language.
	DOT Drawing = C.COLO_DRAWING_DOT
	SVG Drawing = C.COLO_DRAWING_SVG
	// HTML is a page with the picture and tables.
	HTML Drawing = C.COLO_DRAWING_HTML
)

// Version is the version of the C library, such as "1.2.3".
func Version() string { return C.GoString(C.colo_version()) }

// call calls function with a message in format; what else it takes, the name of a
// part or another message; and a drawing, where it takes one.
func call(function function, format format, message, other []byte, drawing Drawing) ([]byte, error) {
	var answer C.colo_bytes
	status := C.call(C.enum_function(function), C.colo_format(format),
		pointer(message), C.size_t(len(message)), pointer(other), C.size_t(len(other)), C.int(drawing), &answer)
	return take(Status(status), &answer, format)
}

// convert writes a message of a type in another format.
func convert(typeName string, from format, message []byte, to format) ([]byte, error) {
	name := []byte(typeName)
	var answer C.colo_bytes
	status := C.convert(pointer(name), C.size_t(len(name)), C.colo_format(from),
		pointer(message), C.size_t(len(message)), C.colo_format(to), &answer)
	return take(Status(status), &answer, to)
}

func pointer(bytes []byte) *C.char {
	if len(bytes) == 0 {
		return nil
	}
	return (*C.char)(unsafe.Pointer(&bytes[0]))
}

// take copies an answer into Go's memory and releases it.
func take(status Status, answer *C.colo_bytes, format format) ([]byte, error) {
	defer C.colo_bytes_free(answer)
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(answer.data)), int(answer.size))
	if status == ok {
		return append([]byte(nil), bytes...), nil
	}
	report := &colocationv1.Report{}
	if format == formatProtobuf {
		// What can't be read leaves the report empty; the status says enough.
		_ = proto.Unmarshal(bytes, report)
	} else if status != NoMemory {
		converted, err := convert("Report", format, append([]byte(nil), bytes...), formatProtobuf)
		if err == nil {
			_ = proto.Unmarshal(converted, report)
		}
	}
	return nil, newError(status, report)
}
