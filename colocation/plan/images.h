// The command line of a container that names no command.
//
// The launcher runs in place of the image's ENTRYPOINT, so that this has to be
// known. It is given in the request or asked for; never guessed
// (pkg/pod/entrypoint_lookup.go in Tekton asks the registry).
#ifndef COLOCATION_PLAN_IMAGES_H_
#define COLOCATION_PLAN_IMAGES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

class Images {
 public:
  Images(const v1::PlanRequest& request, DiagnosticList* diagnostics,
         std::vector<v1::Need>* needs);

  // What is known of `image`, whose use is at `path`; nothing, with a need and
  // an error, where that isn't enough for a command line.
  const v1::ImageConfig* Find(const std::string& image, bool has_args,
                              const Subject& subject, const std::string& path);

 private:
  absl::flat_hash_map<absl::string_view, const v1::ImageConfig*> known_;
  absl::flat_hash_set<std::string> asked_;
  DiagnosticList& diagnostics_;
  std::vector<v1::Need>& needs_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_IMAGES_H_
