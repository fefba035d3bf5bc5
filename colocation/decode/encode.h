// Models to YAML and JSON.
//
// The reverse of decode.h: for any message that can be read, reading what is
// written here gives the message back. Deterministic: fields in the order of
// their declaration, map keys sorted, nothing that is not set. Strings are
// quoted wherever some YAML reader could take them for something else; texts of
// several lines are literal blocks where that loses nothing.
//
// Thread-safe. Cost: linear in the output.
#ifndef COLOCATION_DECODE_ENCODE_H_
#define COLOCATION_DECODE_ENCODE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Block YAML, ending with a newline; "{}\n" for an empty message.
std::string ToYaml(const google::protobuf::Message& message);

// JSON: on one line without blanks, or indented by two with `pretty`, which
// ends with a newline.
std::string ToJson(const google::protobuf::Message& message,
                   bool pretty = false);

// `text` as a YAML scalar that fits on the rest of a line: plain where no
// reader can misread it, else in double quotes.
std::string YamlScalar(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_DECODE_ENCODE_H_
