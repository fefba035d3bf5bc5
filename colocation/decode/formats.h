// The syntax of strings that have one: the option `format` of options.proto.
//
// The decoder sees to it in what it reads. Messages that a caller gives as
// messages are looked at here.
#ifndef COLOCATION_DECODE_FORMATS_H_
#define COLOCATION_DECODE_FORMATS_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/v1/options.pb.h"

namespace colocation {

// What is wrong with a text.
struct FormatFault {
  absl::string_view code;
  std::string message;
  absl::string_view hint;
};

// Nothing where `text` is as `format` wants it.
std::optional<FormatFault> CheckFormat(v1::Format format,
                                       const std::string& text);

// Reports every text in `message`, which is at `path` of `subject`, that does
// not have the format of its field. An empty one counts as not given. Linear.
void CheckFormats(const google::protobuf::Message& message,
                  const Subject& subject, const FieldPath& path,
                  DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_DECODE_FORMATS_H_
