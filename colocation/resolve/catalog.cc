#include "colocation/resolve/catalog.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/select_run.h"
#include "colocation/validate/validate.h"

namespace colocation {

Catalog::Catalog(const v1::PlanRequest& request, const FeatureFlags& flags,
                 DiagnosticList* diagnostics, std::vector<v1::Need>* needs)
    : diagnostics_(*diagnostics),
      needs_(*needs),
      default_resolver_(flags.default_resolver_type),
      refuse_unverified_(flags.refuse_unverified) {
  for (const v1::ResolvedReference& reference : request.resolved()) {
    v1::ObjectSet& set = resolved_.emplace_back();
    DecodeObjects(reference.document().name(), reference.document().content(),
                  {}, &set, diagnostics);
    // pkg/reconciler/taskrun/resources/taskref.go, readRuntimeObjectAsTask: the
    // webhook is asked about it (pkg/reconciler/apiserver, DryRunValidate).
    Validate(set, flags, diagnostics);
    remote_[RemoteKey(reference.resolver(), reference.params())] = &set;
  }
}

void Catalog::Index(const v1::ObjectSet& objects,
                    absl::string_view run_namespace) {
  run_namespace_ = std::string(run_namespace);
  Index(objects.pipelines(), &pipelines_);
  Index(objects.tasks(), &tasks_);
  Index(objects.step_actions(), &step_actions_);
}

template <typename Object>
void Catalog::Index(const google::protobuf::RepeatedPtrField<Object>& objects,
                    ByName<Object>* by_name) {
  for (const Object& object : objects) {
    const absl::string_view its = object.metadata().has_namespace_()
                                      ? object.metadata().namespace_()
                                      : absl::string_view(run_namespace_);
    if (its != run_namespace_) {
      elsewhere_[absl::StrCat(object.kind(), " ", NameOf(object.metadata()))] =
          std::string(its);
      continue;
    }
    Named<Object>& named = (*by_name)[NameOf(object.metadata())];
    (named.object == nullptr ? named.object : named.other) = &object;
  }
}

std::string Catalog::RemoteKey(
    const std::string& resolver,
    const google::protobuf::RepeatedPtrField<v1::Param>& params) {
  std::vector<std::string> parts;
  for (const v1::Param& param : params) parts.push_back(ToJson(param));
  std::sort(parts.begin(), parts.end());
  std::string key = resolver;
  for (const std::string& part : parts) absl::StrAppend(&key, "\n", part);
  return key;
}

template <typename Object, typename Ref>
const Object* Catalog::FindRemote(const Ref& ref, v1::Need::Kind kind,
                                  absl::string_view kind_name,
                                  const Subject& subject,
                                  const std::string& path) {
  const auto found = remote_.find(RemoteKey(ref.resolver(), ref.params()));
  if (found != remote_.end()) {
    if (refuse_unverified_) {
      diagnostics_
          .Error("not-verified", subject, path,
                 absl::StrCat("the ", kind_name,
                              " has to be signed (trusted-resources-"
                              "verification-no-match-policy: fail), and "
                              "signatures are not verified here"))
          .set_hint(
              "verify it where it is fetched, and plan with \"warn\" or "
              "\"ignore\"");
      return nullptr;
    }
    const v1::ObjectSet& set = *found->second;
    if constexpr (std::is_same_v<Object, v1::Task>) {
      if (set.tasks_size() == 1) return &set.tasks(0);
    } else if constexpr (std::is_same_v<Object, v1::Pipeline>) {
      if (set.pipelines_size() == 1) return &set.pipelines(0);
    } else {
      if (set.step_actions_size() == 1) return &set.step_actions(0);
    }
    diagnostics_.Error("wrong-object", subject, path,
                       absl::StrCat("what the resolver \"", ref.resolver(),
                                    "\" gave is not one ", kind_name));
    return nullptr;
  }
  v1::Need& need = needs_.emplace_back();
  need.set_kind(kind);
  need.set_path(path);
  need.set_resolver(ref.resolver());
  *need.mutable_params() = ref.params();
  std::string given;
  for (const v1::Param& param : ref.params()) {
    const bool is_string =
        param.value().value_case() == v1::ParamValue::kStringValue;
    absl::StrAppend(
        &given, given.empty() ? "" : ", ", param.name(), "=",
        is_string ? param.value().string_value() : ToJson(param.value()));
  }
  diagnostics_
      .Error("unresolved-reference", subject, path,
             absl::StrCat("this ", kind_name, " comes from the resolver \"",
                          ref.resolver(), "\"",
                          given.empty() ? "" : absl::StrCat(" (", given, ")"),
                          ", which is not asked here"))
      .set_hint(absl::StrCat("fetch it and give it as a resolved reference, or "
                             "refer by name to a ",
                             kind_name, " in the input"));
  return nullptr;
}

template <typename Object, typename Ref>
const Object* Catalog::Find(const ByName<Object>& by_name, const Ref& ref,
                            v1::Need::Kind kind, absl::string_view kind_name,
                            const Subject& subject, const std::string& path) {
  if (!ref.resolver().empty()) {
    return FindRemote<Object>(ref, kind, kind_name, subject, path);
  }
  if (ref.name().empty() && !default_resolver_.empty()) {
    // pkg/apis/pipeline/v1/pipelineref_defaults.go and the like, SetDefaults
    Ref defaulted = ref;
    defaulted.set_resolver(default_resolver_);
    return FindRemote<Object>(defaulted, kind, kind_name, subject, path);
  }
  if (ref.name().empty()) {
    // Validation has said so already, where there was one.
    if (!diagnostics_.has_errors()) {
      diagnostics_.Error(
          "missing-field", subject, path,
          absl::StrCat("there is no reference to a ", kind_name));
    }
    return nullptr;
  }
  const auto found = by_name.find(ref.name());
  if (found != by_name.end()) {
    const Named<Object>& named = found->second;
    if (named.other == nullptr) return named.object;
    v1::Diagnostic& d = diagnostics_.Error(
        "duplicate-object", SubjectOf(*named.other), "metadata.name",
        absl::StrCat("there are two ", kind_name, "s named \"", ref.name(),
                     "\""));
    d.set_hint("leave one of them out, or rename it");
    v1::RelatedPlace* place = d.add_related();
    *place->mutable_origin() = named.object->origin();
    place->set_path("metadata.name");
    place->set_message("the other one");
    return named.object;
  }
  v1::Need& need = needs_.emplace_back();
  need.set_kind(kind);
  need.set_path(path);
  need.set_name(ref.name());
  const absl::string_view code = kind == v1::Need::TASK ? "unknown-task-ref"
                                 : kind == v1::Need::PIPELINE
                                     ? "unknown-pipeline-ref"
                                     : "unknown-step-ref";
  v1::Diagnostic& d = diagnostics_.Error(
      code, subject, absl::StrCat(path, ".name"),
      absl::StrCat("no ", kind_name, " \"", ref.name(), "\" is given"));
  std::string hint;
  const auto elsewhere =
      elsewhere_.find(absl::StrCat(kind_name, " ", ref.name()));
  if (elsewhere != elsewhere_.end()) {
    hint = absl::StrCat("there is one in the namespace \"", elsewhere->second,
                        "\", but the run is in \"", run_namespace_, "\"");
  } else if (hints_left_ > 0) {
    --hints_left_;
    std::vector<absl::string_view> names;
    for (const auto& [name, object] : by_name) names.push_back(name);
    std::sort(names.begin(), names.end());
    hint = DidYouMean(ref.name(), names);
  }
  d.set_hint(!hint.empty()
                 ? hint
                 : absl::StrCat("add the file or folder that holds the ",
                                kind_name, " \"", ref.name(), "\""));
  return nullptr;
}

const v1::Pipeline* Catalog::FindPipeline(const v1::PipelineRef& ref,
                                          const Subject& subject,
                                          const std::string& path) {
  return Find(pipelines_, ref, v1::Need::PIPELINE, "Pipeline", subject, path);
}

const v1::Task* Catalog::FindTask(const v1::TaskRef& ref,
                                  const Subject& subject,
                                  const std::string& path) {
  return Find(tasks_, ref, v1::Need::TASK, "Task", subject, path);
}

const v1::StepAction* Catalog::FindStepAction(const v1::Ref& ref,
                                              const Subject& subject,
                                              const std::string& path) {
  return Find(step_actions_, ref, v1::Need::STEP_ACTION, "StepAction", subject,
              path);
}

}  // namespace colocation
