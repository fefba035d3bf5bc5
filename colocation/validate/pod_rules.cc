#include "colocation/validate/pod_rules.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/syntax/quantity.h"
#include "colocation/validate/mount_path.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

// k8s.io/apimachinery/pkg/util/validation/validation.go, IsRelaxedEnvVarName
bool IsEnvName(absl::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '=';
  });
}

// ValidateEnv
template <typename Container>
void ValidateEnv(const ValidationContext& context, const Container& container,
                 const FieldPath& path) {
  const FieldPath env = path.Field("env");
  for (int i = 0; i < container.env_size(); ++i) {
    const std::string& name = container.env(i).name();
    const FieldPath at = env.Index(i);
    if (name.empty()) {
      context.Error("missing-field", at, "this variable has no name")
          .set_hint("give it one: \"name: HOME\"");
    } else if (!HasReference(name) && !IsEnvName(name)) {
      context
          .Error("invalid-name", at.Field("name"),
                 absl::StrCat("\"", name, "\" can't be the name of a variable"))
          .set_hint("use letters, digits and \"_\"");
    }
  }
}

bool IsWithin(absl::string_view path, absl::string_view directory) {
  return path == directory ||
         (absl::StartsWith(path, directory) && path[directory.size()] == '/');
}

// `what` is "the volume \"cache\"".
void ValidateMountPath(const ValidationContext& context,
                       const std::string& written, const std::string& what,
                       const FieldPath& path) {
  if (HasReference(written)) return;
  const std::string in_container = PathInContainer(written);
  const auto refuse = [&](absl::string_view why) {
    context
        .Error(
            "mount-path-conflict", path,
            absl::StrCat(what, " can't be mounted at \"", written, "\": ", why))
        .set_hint("mount it elsewhere");
  };
  if (in_container == "/") {
    refuse("that is the root of the container");
  } else if (IsWithin(in_container, "/colocation")) {
    refuse("the launcher keeps its files there");
  } else if (IsWithin(in_container, "/tekton") &&
             !absl::StartsWith(in_container, "/tekton/home")) {
    refuse("that is Tekton's own");
  } else if (CleanPath(written) != in_container) {
    context.diagnostics
        .Warning("relative-mount-path", context.subject, path.ToString(),
                 absl::StrCat("\"", written, "\" is relative: ", what,
                              " is mounted at ", in_container))
        .set_hint(absl::StrCat("write ", in_container));
  }
}

// ValidateVolumeMounts
template <typename Container>
void ValidateMounts(const ValidationContext& context,
                    const Container& container, const FieldPath& path) {
  const FieldPath mounts = path.Field("volumeMounts");
  for (int i = 0; i < container.volume_mounts_size(); ++i) {
    const v1::VolumeMount& mount = container.volume_mounts(i);
    const FieldPath at = mounts.Index(i);
    const std::string what = absl::StrCat("the volume \"", mount.name(), "\"");
    if (mount.mount_path().empty()) {
      context
          .Error("missing-field", at,
                 absl::StrCat("nothing says where ", what, " is mounted"))
          .set_hint("give it a mountPath");
      continue;
    }
    ValidateMountPath(context, mount.mount_path(), what, at.Field("mountPath"));
  }
}

// `list` has WorkspaceDeclarations or WorkspaceUsages; without a mountPath they
// are below /workspace.
template <typename Workspaces>
void ValidateWorkspacePaths(const ValidationContext& context,
                            const Workspaces& list, const FieldPath& path) {
  for (int i = 0; i < list.size(); ++i) {
    if (list[i].mount_path().empty()) continue;
    const FieldPath at = path.Index(i);
    ValidateMountPath(context, list[i].mount_path(),
                      absl::StrCat("the workspace \"", list[i].name(), "\""),
                      at.Field("mountPath"));
  }
}

// validateVolumeSource: one source at most, and a name.
void ValidateVolumes(const ValidationContext& context,
                     const google::protobuf::RepeatedPtrField<v1::Volume>& list,
                     const FieldPath& path) {
  for (int i = 0; i < list.size(); ++i) {
    const FieldPath at = path.Index(i);
    if (list[i].name().empty()) {
      context.Error("missing-field", at, "this volume has no name")
          .set_hint("give it the name that volumeMounts use");
    }
    std::vector<const google::protobuf::FieldDescriptor*> set;
    list[i].GetReflection()->ListFields(list[i], &set);
    std::vector<std::string> sources;
    for (const auto* field : set) {
      if (field->name() != "name") sources.push_back(field->json_name());
    }
    if (sources.size() < 2) continue;
    context
        .Error("one-of-many", at.Field(sources[1]),
               absl::StrCat(
                   "the volume \"", list[i].name(),
                   "\" has several sources: ", absl::StrJoin(sources, ", ")))
        .set_hint("take all but one of them away");
  }
}

// Of a map of quantities.
template <typename Quantities>
void RefuseNegative(const ValidationContext& context,
                    const Quantities& quantities, const FieldPath& path) {
  // In order, which that of a map is not.
  std::map<absl::string_view, absl::string_view> negative;
  for (const auto& [name, text] : quantities) {
    const auto quantity = Quantity::Parse(text);
    if (quantity && quantity->nanos() < 0) negative[name] = text;
  }
  for (const auto& [name, text] : negative) {
    context
        .Error(
            "invalid-value", path.Field(name),
            absl::StrCat("the quantity ", text, " of ", name, " is negative"))
        .set_hint("write zero or more");
  }
}

}  // namespace

void ValidateResources(const ValidationContext& context,
                       const v1::ResourceRequirements& resources,
                       const FieldPath& path) {
  RefuseNegative(context, resources.requests(), path.Field("requests"));
  RefuseNegative(context, resources.limits(), path.Field("limits"));
  std::map<absl::string_view, absl::string_view> over;
  for (const auto& [name, text] : resources.requests()) {
    const auto limit = resources.limits().find(name);
    if (limit == resources.limits().end()) continue;
    const auto asked = Quantity::Parse(text);
    const auto allowed = Quantity::Parse(limit->second);
    if (asked && allowed && *allowed < *asked) over[name] = text;
  }
  const FieldPath requests = path.Field("requests");
  for (const auto& [name, request] : over) {
    context
        .Error("request-over-limit", requests.Field(name),
               absl::StrCat("the request of ", request, " ", name,
                            " is more than the limit of ",
                            resources.limits().at(std::string(name))))
        .set_hint("lower the request, or raise the limit");
  }
}

void ValidatePodRules(const ValidationContext& context,
                      const v1::TaskSpec& spec, const FieldPath& path) {
  const auto containers = [&](const auto& list, absl::string_view field) {
    const FieldPath at = path.Field(field);
    for (int i = 0; i < list.size(); ++i) {
      const FieldPath element = at.Index(i);
      ValidateEnv(context, list[i], element);
      ValidateMounts(context, list[i], element);
      ValidateWorkspacePaths(context, list[i].workspaces(),
                             element.Field("workspaces"));
      ValidateResources(context, list[i].compute_resources(),
                        element.Field("computeResources"));
    }
  };
  containers(spec.steps(), "steps");
  containers(spec.sidecars(), "sidecars");
  const FieldPath of_template = path.Field("stepTemplate");
  ValidateEnv(context, spec.step_template(), of_template);
  ValidateMounts(context, spec.step_template(), of_template);
  ValidateWorkspacePaths(context, spec.workspaces(), path.Field("workspaces"));
  ValidateVolumes(context, spec.volumes(), path.Field("volumes"));
}

void ValidatePodRules(const ValidationContext& context,
                      const v1::StepActionSpec& spec, const FieldPath& path) {
  ValidateEnv(context, spec, path);
  ValidateMounts(context, spec, path);
}

void ValidatePodRules(const ValidationContext& context,
                      const v1::PodTemplate& pod_template,
                      const FieldPath& path) {
  ValidateEnv(context, pod_template, path);
  ValidateVolumes(context, pod_template.volumes(), path.Field("volumes"));
}

void ValidatePodRules(const ValidationContext& context,
                      const v1::LimitRange& limit_range,
                      const FieldPath& path) {
  const FieldPath spec = path.Field("spec");
  const FieldPath limits = spec.Field("limits");
  for (int i = 0; i < limit_range.spec().limits_size(); ++i) {
    const v1::LimitRangeItem& item = limit_range.spec().limits(i);
    const FieldPath at = limits.Index(i);
    RefuseNegative(context, item.max(), at.Field("max"));
    RefuseNegative(context, item.min(), at.Field("min"));
    RefuseNegative(context, item.default_(), at.Field("default"));
    RefuseNegative(context, item.default_request(), at.Field("defaultRequest"));
  }
}

}  // namespace colocation
