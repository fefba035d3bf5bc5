// The value of a result: a string, a list of strings or a mapping of strings.
#ifndef COLOCATION_LAUNCHER_VALUE_H_
#define COLOCATION_LAUNCHER_VALUE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

struct Value {
  ValueType type = ValueType::kString;
  std::string text;
  std::vector<std::string> list;
  // In the order of the text; of equal keys the last one counts.
  std::vector<std::pair<std::string, std::string>> entries;

  // nullptr when there is none.
  const std::string* Entry(std::string_view key) const;
};

// What a result's file says, as Tekton takes it (ParamValue.UnmarshalJSON in
// pkg/apis/pipeline/v1/param_types.go): a list of strings, a mapping of
// strings, the content of a JSON string, or else the text itself.
Value ParseValue(std::string_view text);

// A result that was declared with a type: the content of a string's file is
// never looked into (filterResults in pkg/pod/status.go). The type of what
// comes back differs from `declared` when the text doesn't fit it.
Value ParseValue(std::string_view text, ValueType declared);

// A list as JSON, escaped as Go's json.Marshal does it.
std::string ListJson(const std::vector<std::string>& list);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_VALUE_H_
