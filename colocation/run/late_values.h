// What references to results and statuses stand for, once tasks have ended.
//
// For texts that nobody but the controller can complete: fields of a Pod that
// Kubernetes fixes when it is created, parameters of external tasks, the
// results of the pipeline. (The launchers complete the others.)
#ifndef COLOCATION_RUN_LATE_VALUES_H_
#define COLOCATION_RUN_LATE_VALUES_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/run/run_index.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "launcher/spec.h"
#include "launcher/substitute.h"

namespace colocation {

// By task; absent while it has not ended.
using TaskEnds = std::vector<std::optional<launcher::TaskEnd>>;

// A result as a value. A list or mapping that is none stays a text.
v1::ParamValue ToParamValue(const launcher::ResultValue& result);

// "string", "array" or "object".
absl::string_view TypeNameOf(const v1::ParamValue& value);

// The reverse of ToParamValue.
launcher::ResultValue ToResultValue(const std::string& name,
                                    const v1::ParamValue& value);

class LateValues {
 public:
  // All outlive this. References to statuses of tasks stay as they are unless
  // `statuses` has them.
  LateValues(const RunIndex& index, const TaskEnds& ends,
             const launcher::Replacements* statuses = nullptr)
      : index_(index), ends_(ends), statuses_(statuses) {}

  // `text` with every reference replaced; nothing where one leads nowhere.
  // Then `missing`, unless null, is the task that it refers to.
  std::optional<std::string> Replace(absl::string_view text,
                                     std::string* missing = nullptr) const;

  // Likewise; a value that is a whole list or mapping becomes that.
  std::optional<v1::ParamValue> Replace(const v1::ParamValue& value,
                                        std::string* missing = nullptr) const;

  // In all texts and values of `message`. False where a reference leads
  // nowhere; it stays then.
  bool ReplaceIn(google::protobuf::Message* message) const;

 private:
  std::optional<v1::ParamValue> Result(absl::string_view task,
                                       absl::string_view result) const;
  std::optional<std::string> Text(absl::string_view inside) const;
  std::optional<std::string> StatusText(absl::string_view inside) const;

  const RunIndex& index_;
  const TaskEnds& ends_;
  const launcher::Replacements* statuses_;
};

}  // namespace colocation

#endif  // COLOCATION_RUN_LATE_VALUES_H_
