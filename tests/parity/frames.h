// How programs that judge cases are asked (README.md, "Programs that judge").
#ifndef COLOCATION_TESTS_PARITY_FRAMES_H_
#define COLOCATION_TESTS_PARITY_FRAMES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// Options with the settings of a case, "key=value;key=value" or "-".
v1::PlanOptions OptionsOf(absl::string_view settings);

// Reads frames from standard input until it ends and writes what `answer` makes
// of the id, the settings and the text of each, a line each. Returns the exit
// code of the program.
int AnswerFrames(absl::FunctionRef<std::string(
                     absl::string_view, absl::string_view, absl::string_view)>
                     answer);

}  // namespace colocation

#endif  // COLOCATION_TESTS_PARITY_FRAMES_H_
