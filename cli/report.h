// What the program says about an input that it did not take.
#ifndef COLOCATION_CLI_REPORT_H_
#define COLOCATION_CLI_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

// "1 object", "2 objects".
std::string Count(int number, absl::string_view what);

// "2 errors, 1 warning"; empty for none.
std::string CountsText(const v1::Diagnostics& diagnostics);

// For people: each diagnostic with its place; empty for none.
std::string DiagnosticsText(const v1::Diagnostics& diagnostics, bool color);

// What has to be given, and how, for people; empty for none.
std::string NeedsText(const v1::Needs& needs);

// Both as a Report on one line of JSON, for programs.
std::string ReportJson(const v1::Diagnostics& diagnostics,
                       const v1::Needs& needs);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_REPORT_H_
