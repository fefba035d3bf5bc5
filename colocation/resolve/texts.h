// The texts of a Task in which references may stand.
//
// Tekton looks for references in different fields for different reasons; each
// caller names the fields that Tekton looks at for its own.
#ifndef COLOCATION_RESOLVE_TEXTS_H_
#define COLOCATION_RESOLVE_TEXTS_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

enum TextField : uint32_t {
  kNameText = 1 << 0,
  kImageText = 1 << 1,
  kPullPolicyText = 1 << 2,
  kScriptText = 1 << 3,
  kWorkingDirText = 1 << 4,
  kCommandText = 1 << 5,  // command and args
  kEnvText = 1 << 6,
  kEnvSourceText = 1 << 7,  // the keys and names behind env[].valueFrom
  kEnvFromText = 1 << 8,
  kMountText = 1 << 9,
  kOnErrorText = 1 << 10,
  kParamText = 1 << 11,  // of a step, for its StepAction
};
using TextFields = uint32_t;

using TextFunction =
    absl::FunctionRef<void(const std::string& text, const FieldPath& path)>;

// Calls `found` with each text that may hold a reference, in the given fields,
// and with its path below `at`. Linear in the size of the objects; texts
// without a reference cost a search.
void ForEachStepText(const v1::TaskSpec& spec, TextFields fields,
                     const FieldPath& at, TextFunction found);
void ForEachSidecarText(const v1::TaskSpec& spec, TextFields fields,
                        const FieldPath& at, TextFunction found);
void ForEachStepTemplateText(const v1::TaskSpec& spec, TextFields fields,
                             const FieldPath& at, TextFunction found);
// Those of volumes and of the workspaces' mount paths.
void ForEachVolumeText(const v1::TaskSpec& spec, const FieldPath& at,
                       TextFunction found);

// A value, and each of its elements.
void ForEachValueText(const v1::ParamValue& value, const FieldPath& at,
                      TextFunction found);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_TEXTS_H_
