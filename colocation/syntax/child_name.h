// Names of what belongs to a run, as Tekton makes them.
#ifndef COLOCATION_SYNTAX_CHILD_NAME_H_
#define COLOCATION_SYNTAX_CHILD_NAME_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// `parent` and `suffix`, joined; where that has more than 63 characters, cut
// and with an MD5 sum in it (ChildName in knative.dev/pkg/kmeta/names.go).
std::string ChildName(absl::string_view parent, absl::string_view suffix);

// The name of TaskRun `unit` of `units` of a pipeline task: one alone has no
// index (getNewRunNames in pkg/reconciler/pipelinerun/resources/
// pipelinerunresolution.go). CustomRuns and child PipelineRuns are named
// likewise.
std::string TaskRunName(absl::string_view run, absl::string_view task,
                        size_t unit, size_t units);

// The MD5 sum of `text` in hexadecimal digits (RFC 1321). For names: it keeps
// no secret.
std::string Md5Hex(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_CHILD_NAME_H_
