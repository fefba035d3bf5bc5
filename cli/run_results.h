// The results of a run, as `colocate run` prints them.
#ifndef COLOCATION_CLI_RUN_RESULTS_H_
#define COLOCATION_CLI_RUN_RESULTS_H_

#include <string>

#include "colocation/v1/run.pb.h"

namespace colocation::cli {

// "NAME: VALUE" lines of YAML, or one JSON object.
std::string ResultsText(const v1::RunStatus& status, bool json);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_RESULTS_H_
