#include "colocation/simulate/read_fields.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/duration.h"

namespace colocation::simulate {
namespace {

constexpr Moment kYear = Moment{365} * 24 * 3600 * kSecond;

}  // namespace

v1::Diagnostic& WrongValue(const Subject& subject, std::string path,
                           std::string message, DiagnosticList* diagnostics) {
  return diagnostics->Error("simulation-value", subject, std::move(path),
                            std::move(message));
}

Moment ReadDuration(absl::string_view text, Moment otherwise,
                    const Subject& subject, const std::string& path,
                    DiagnosticList* diagnostics) {
  if (text.empty()) return otherwise;
  const std::optional<int64_t> duration = ParseDurationNs(text);
  if (!duration) {
    WrongValue(subject, path,
               absl::StrCat("\"", text, "\" is no duration such as 1m30s"),
               diagnostics);
    return otherwise;
  }
  if (*duration < 0 || *duration > kYear) {
    WrongValue(subject, path,
               absl::StrCat(text, " is ",
                            *duration < 0 ? "negative" : "more than a year"),
               diagnostics);
    return otherwise;
  }
  return *duration;
}

}  // namespace colocation::simulate
