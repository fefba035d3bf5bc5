#include "colocation/plan/images.h"

#include "absl/strings/str_cat.h"

namespace colocation {

Images::Images(const v1::PlanRequest& request, DiagnosticList* diagnostics,
               std::vector<v1::Need>* needs)
    : diagnostics_(*diagnostics), needs_(*needs) {
  for (const v1::ImageConfig& config : request.images()) {
    known_.emplace(config.image(), &config);
  }
}

const v1::ImageConfig* Images::Find(const std::string& image, bool has_args,
                                    const Subject& subject,
                                    const std::string& path) {
  const auto found = known_.find(image);
  if (found != known_.end()) {
    const v1::ImageConfig& config = *found->second;
    if (!config.entrypoint().empty() || !config.cmd().empty() || has_args) {
      return &config;
    }
    diagnostics_
        .Error("no-command", subject, path,
               absl::StrCat("neither the image \"", image,
                            "\" nor its user says what to run"))
        .set_hint("give it a command or a script");
    return nullptr;
  }
  diagnostics_
      .Error("unknown-entrypoint", subject, path,
             absl::StrCat("the ENTRYPOINT of the image \"", image,
                          "\" is not known, and there is neither command nor "
                          "script"))
      .set_hint("give the image's configuration, or a command here");
  if (asked_.insert(image).second) {
    v1::Need& need = needs_.emplace_back();
    need.set_kind(v1::Need::IMAGE_CONFIG);
    need.set_name(image);
    need.set_path(path);
  }
  return nullptr;
}

}  // namespace colocation
