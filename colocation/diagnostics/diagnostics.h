// Collecting what is wrong with an author's objects, and telling it.
//
//   DiagnosticList list;
//   list.Error("unknown-task", subject, path, "no pipeline task named \"x\"")
//       .set_hint("did you mean \"y\"?");
//   if (list.has_errors()) return list.ToStatus();
//
// A diagnostic is a value (v1::Diagnostic); only ToDisplayString makes text of
// it. Positions are filled in at the end by the layer that has the source texts
// (decode/locate.h). Of more than a thousand only the first are kept. Not
// thread-safe.
#ifndef COLOCATION_DIAGNOSTICS_DIAGNOSTICS_H_
#define COLOCATION_DIAGNOSTICS_DIAGNOSTICS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/diagnostics.pb.h"

namespace colocation {

// The object that a diagnostic is about. It doesn't change, and copies share
// it: each task of a pipeline has one.
class Subject {
 public:
  // No object.
  Subject() = default;
  Subject(v1::Origin origin, std::string kind, std::string name)
      : parts_(std::make_shared<const Parts>(
            Parts{std::move(origin), std::move(kind), std::move(name)})) {}

  const v1::Origin& origin() const { return parts().origin; }
  const std::string& kind() const { return parts().kind; }
  const std::string& name() const { return parts().name; }

 private:
  struct Parts {
    v1::Origin origin;
    std::string kind;
    std::string name;
  };

  const Parts& parts() const {
    static const Parts* const kNone = new Parts;
    return parts_ != nullptr ? *parts_ : *kNone;
  }

  std::shared_ptr<const Parts> parts_;
};

class DiagnosticList {
 public:
  // Adds an error at `path`. The result is for adding a hint or related places;
  // it is valid until the next call.
  v1::Diagnostic& Error(absl::string_view code, const Subject& subject,
                        std::string path, std::string message);
  v1::Diagnostic& Warning(absl::string_view code, const Subject& subject,
                          std::string path, std::string message);

  void Append(const v1::Diagnostics& other);

  bool empty() const { return diagnostics_.empty(); }
  bool has_errors() const { return errors_ > 0; }
  size_t errors() const { return errors_; }

  // All that are kept, each once, sorted by position, origin, path and code;
  // one at the end says so where there are more.
  v1::Diagnostics Sorted() const;

  // The diagnostics themselves, for filling in positions.
  std::vector<v1::Diagnostic>& mutable_diagnostics() { return diagnostics_; }

 private:
  v1::Diagnostic& Place(v1::Severity severity);
  v1::Diagnostic& Add(v1::Severity severity, absl::string_view code,
                      const Subject& subject, std::string path,
                      std::string message);

  std::vector<v1::Diagnostic> diagnostics_;
  size_t errors_ = 0;
};

// "build.yaml:41:18: error: spec.tasks[3].runAfter[0]: no ... [unknown-task]",
// then the source line with the range underlined, then the hint and the related
// places; ends with a newline. With `color`, in ANSI colours.
std::string ToDisplayString(const v1::Diagnostic& diagnostic,
                            bool color = false);

// The first line of the above, without position underline, hint or newline.
std::string ToLogLine(const v1::Diagnostic& diagnostic);

// A status of `code` whose message is the first diagnostic in one line and
// which carries all of them as payload
// type.googleapis.com/colocation.v1.Diagnostics.
absl::Status ToStatus(absl::StatusCode code,
                      const v1::Diagnostics& diagnostics);

// The payload of ToStatus; nothing where the status has none.
std::optional<v1::Diagnostics> DiagnosticsOf(const absl::Status& status);

}  // namespace colocation

#endif  // COLOCATION_DIAGNOSTICS_DIAGNOSTICS_H_
