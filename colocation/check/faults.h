// What the parts of the checker have found so far.
#ifndef COLOCATION_CHECK_FAULTS_H_
#define COLOCATION_CHECK_FAULTS_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "colocation/v1/diagnostics.pb.h"

namespace colocation {

class Faults {
 public:
  // More than anybody reads; a plan that is wrong everywhere stays cheap.
  static constexpr int kMost = 100;

  void Add(absl::string_view code, std::string path, std::string message) {
    if (found_.diagnostics_size() == kMost) return;
    v1::Diagnostic* fault = found_.add_diagnostics();
    fault->set_severity(v1::SEVERITY_ERROR);
    fault->set_code(std::string(code));
    fault->set_path(std::move(path));
    fault->set_message(std::move(message));
  }

  bool empty() const { return found_.diagnostics_size() == 0; }
  v1::Diagnostics Take() { return std::move(found_); }

 private:
  v1::Diagnostics found_;
};

}  // namespace colocation

#endif  // COLOCATION_CHECK_FAULTS_H_
