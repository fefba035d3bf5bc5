// The files that a command line names.
#ifndef COLOCATION_CLI_INPUTS_H_
#define COLOCATION_CLI_INPUTS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

struct Inputs {
  std::vector<v1::Document> documents;
  // Files of the directories that hold no object (object_files.h).
  int passed_over = 0;
};

// Reads the files, all "*.yaml", "*.yml" and "*.json" of the directories and
// below, hidden ones such as .tekton too (but not .git), and `standard_input`
// for "-". Documents have the names that lead to them from here ("<stdin>"),
// come in the order given, those of a directory sorted, and none comes twice.
// Files of a directory that hold no object are passed over; those that were
// named are not. InvalidArgument for what can't be read.
absl::StatusOr<Inputs> ReadInputs(absl::Span<const std::string> operands,
                                  std::istream& standard_input);

// One file's content.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_INPUTS_H_
