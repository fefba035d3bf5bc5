// What `colocate validate` reports, in the forms that others read.
#ifndef COLOCATION_CLI_VALIDATION_REPORT_H_
#define COLOCATION_CLI_VALIDATION_REPORT_H_

#include <string>

#include "cli/inputs.h"
#include "colocation/v1/diagnostics.pb.h"

namespace colocation::cli {

// How much was looked at.
struct ValidatedInput {
  int objects = 0;
  int files = 0;
  // Objects of kinds that no rule is about.
  int others = 0;
  // Files of directories that hold no object.
  int passed_over = 0;
};

ValidatedInput CountInput(const Inputs& inputs);

// "12 objects in 5 files: no faults", and what was not looked at.
std::string ValidationSummary(const ValidatedInput& input,
                              const v1::Diagnostics& diagnostics);

// SARIF 2.1.0 (docs.oasis-open.org/sarif), for the code scanning of forges and
// for editors.
std::string ToSarif(const v1::Diagnostics& diagnostics);

// Commands of GitHub's workflows (docs.github.com, "Workflow commands"): each
// diagnostic becomes an annotation at its line.
std::string ToGitHub(const v1::Diagnostics& diagnostics);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_VALIDATION_REPORT_H_
