// YAML and JSON to models, strictly.
//
// One pass from libyaml's events straight into the messages, by their
// descriptors; there is no tree in between. What Kubernetes accepts is accepted
// and means the same (scalar.h; multi-document streams, List kinds, anchors,
// merge keys, JSON); what it refuses under strict field validation is refused,
// with position, field path and hint, all errors of a text in one go:
// unknown and duplicate fields, values of the wrong type, bad quantities and
// durations, numbers out of range.
//
// tekton.dev/v1beta1 objects are converted to v1 (convert.h). Objects of kinds
// that we don't read become OtherObject. A null means that the field is absent.
//
// Cost: near that of libyaml's own scan; memory is that of the messages.
// Thread-safe: calls share nothing but immutable tables.
#ifndef COLOCATION_DECODE_DECODE_H_
#define COLOCATION_DECODE_DECODE_H_

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"
#include "colocation/decode/event_reader.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

struct DecodeOptions {
  ReaderLimits limits;
  // A field that the kind doesn't have is a warning instead of an error.
  bool allow_unknown_fields = false;
};

// Adds the objects of `text` to `objects`, and what is wrong with them to
// `diagnostics`; `name` stands for the text in both. An object with errors is
// added too, with what could be read of it.
void DecodeObjects(absl::string_view name, absl::string_view text,
                   const DecodeOptions& options, v1::ObjectSet* objects,
                   DiagnosticList* diagnostics);

// Reads one document that is a `message` of ours (a plan, a Cluster, ...), not
// an object with a kind. A second document is an error.
void DecodeMessage(absl::string_view name, absl::string_view text,
                   const DecodeOptions& options,
                   google::protobuf::Message* message,
                   DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_DECODE_DECODE_H_
