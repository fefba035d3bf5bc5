#include "colocation/resolve/resolve.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/catalog.h"
#include "colocation/resolve/dependencies.h"
#include "colocation/resolve/option_names.h"
#include "colocation/resolve/params.h"
#include "colocation/resolve/pipeline_label.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/replacements.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/resolve/select_run.h"
#include "colocation/syntax/byte_budget.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/feature_flags.h"
#include "colocation/validate/pipeline_spec.h"

namespace colocation {
namespace {

int64_t DurationNs(const std::string& text) {
  return ParseDurationNs(text).value_or(0);
}

// The same bytes for the same message, whatever the order of its maps.
std::string SameBytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// Fields that a template has not set are those of the one below: the task's has
// the run's, the run's the installation's (pkg/apis/pipeline/pod/template.go,
// MergePodTemplateWithDefault).
v1::PodTemplate MergePodTemplates(const v1::PodTemplate& base,
                                  const v1::PodTemplate& own) {
  v1::PodTemplate merged = base;
  v1::PodTemplate rest = own;
  rest.clear_env();
  rest.clear_volumes();
  const auto* reflection = merged.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection->ListFields(rest, &set);
  for (const auto* field : set) reflection->ClearField(&merged, field);
  merged.MergeFrom(rest);
  // Those of `own` come first, as a later variable may refer to an earlier one.
  const auto merge_by_name = [](const auto& base, const auto& own, auto* into) {
    if (own.empty()) return;
    *into = own;
    for (const auto& element : base) {
      const bool replaced = std::any_of(
          own.begin(), own.end(),
          [&](const auto& other) { return other.name() == element.name(); });
      if (!replaced) *into->Add() = element;
    }
  };
  merge_by_name(base.env(), own.env(), merged.mutable_env());
  merge_by_name(base.volumes(), own.volumes(), merged.mutable_volumes());
  return merged;
}

class Resolver {
 public:
  Resolver(const v1::PlanRequest& request, DiagnosticList* diagnostics,
           std::vector<v1::Need>* needs, Rules rules)
      : options_(request.options()),
        flags_(FlagsOf(options_)),
        for_pods_(rules == Rules::kTektonAndKubernetes),
        diagnostics_(*diagnostics),
        catalog_(request, flags_, diagnostics, needs),
        budget_(ExpandedBytes(request)) {
    contexts_.TakeFrom(&budget_);
    values_.TakeFrom(&budget_);
  }

  ResolvedRun Run(const v1::ObjectSet& objects) {
    auto selected = SelectRun(objects, options_.run(), &diagnostics_);
    if (!selected) return std::move(run_);
    selected_ = *std::move(selected);
    run_.subject = selected_.subject;
    catalog_.Index(objects, Namespace());
    FindPipeline();
    if (pipeline_ == nullptr) return std::move(run_);
    if (v1beta1_ && !selected_.one_task) CheckAsV1();
    SetIdentity();
    SetTimeouts();
    ResolveParams();
    BindWorkspaces();
    if (OverBudget(InRun(pipeline_path_), "params")) return std::move(run_);
    ResolveTasks();
    if (budget_.exceeded()) return std::move(run_);
    CheckOptions();
    for (const v1::PipelineResult& written : pipeline_->results()) {
      v1::PipelineResult& result = run_.results.emplace_back(written);
      values_.ApplyToValue(result.mutable_value());
    }
    if (options_.keep_specs() && !selected_.one_task) KeepPipelineSpec();
    return std::move(run_);
  }

 private:
  const v1::PipelineRunSpec& spec() const { return selected_.run().spec(); }

  // pkg/reconciler/pipelinerun/pipelinerun.go, reconcile: parameters, contexts
  // and workspaces put in.
  void KeepPipelineSpec() {
    auto kept = std::make_shared<v1::PipelineSpec>(*pipeline_);
    for (auto* tasks : {kept->mutable_tasks(), kept->mutable_finally()}) {
      for (v1::PipelineTask& task : *tasks) {
        ApplyToPipelineTask(values_, &task);
        if (!task.has_task_spec()) continue;
        ApplyToTaskSpec(values_, task.mutable_task_spec()->mutable_task_spec());
      }
    }
    *kept->mutable_results() = {run_.results.begin(), run_.results.end()};
    run_.pipeline_spec = std::move(kept);
  }

  // A path in the run, as it is in the object that the run was made from.
  std::string InRun(absl::string_view path) const {
    if (selected_.one_task &&
        absl::ConsumePrefix(&path, "spec.pipelineSpec.tasks[0]")) {
      return absl::StrCat("spec", path);
    }
    return std::string(path);
  }

  std::string Namespace() const {
    const v1::ObjectMeta& metadata = selected_.run().metadata();
    if (metadata.has_namespace_()) return metadata.namespace_();
    return options_.default_namespace().empty() ? "default"
                                                : options_.default_namespace();
  }

  // Reports it where more than is allowed has been put in so far.
  bool OverBudget(absl::string_view path, absl::string_view field) {
    if (!budget_.exceeded()) return false;
    diagnostics_
        .Error("limit-expanded-bytes", pipeline_subject_,
               absl::StrCat(path, ".", field),
               absl::StrCat("with what is put in here, the run is larger by "
                            "more than ",
                            budget_.limit(), " bytes"))
        .set_hint("raise the limit `expanded_bytes` if this is meant");
    return true;
  }

  void FindPipeline() {
    const std::string name = NameOf(selected_.run().metadata());
    if (spec().has_pipeline_spec()) {
      pipeline_ = &spec().pipeline_spec();
      pipeline_subject_ = selected_.subject;
      pipeline_path_ = "spec.pipelineSpec";
      pipeline_name_ = name;
      v1beta1_ = IsV1beta1(selected_.run());
      return;
    }
    const v1::Pipeline* found = catalog_.FindPipeline(
        spec().pipeline_ref(), selected_.subject, "spec.pipelineRef");
    if (found == nullptr) return;
    pipeline_ = &found->spec();
    pipeline_subject_ = SubjectOf(*found);
    pipeline_metadata_ = &found->metadata();
    pipeline_path_ = "spec";
    pipeline_name_ = NameOf(found->metadata());
    v1beta1_ = IsV1beta1(*found);
  }

  template <typename Object>
  static bool IsV1beta1(const Object& object) {
    return object.converted_from() == "tekton.dev/v1beta1";
  }

  // What is stored is v1, and the reconciler applies the rules of v1 to it
  // (pkg/reconciler/pipelinerun/pipelinerun.go, reconcile); the webhook has
  // applied those of v1beta1. Pipelines in pipelines get lost on the way
  // (pkg/apis/pipeline/v1beta1/pipeline_conversion.go, PipelineTask.convertTo).
  void CheckAsV1() {
    const FieldPath path(pipeline_path_);
    const auto lost = [&](const auto& tasks, absl::string_view list) {
      const FieldPath at = path.Field(list);
      for (int i = 0; i < tasks.size(); ++i) {
        if (!tasks[i].has_pipeline_ref() && !tasks[i].has_pipeline_spec()) {
          continue;
        }
        const FieldPath task = at.Index(i);
        const absl::string_view field =
            tasks[i].has_pipeline_ref() ? "pipelineRef" : "pipelineSpec";
        diagnostics_
            .Error("removed-field", pipeline_subject_,
                   task.Field(field).ToString(),
                   absl::StrCat("Tekton drops the ", field,
                                " of a task of tekton.dev/v1beta1, so that it "
                                "has nothing to run"))
            .set_hint("write it as tekton.dev/v1");
      }
    };
    lost(pipeline_->tasks(), "tasks");
    lost(pipeline_->finally(), "finally");
    ValidatePipelineSpec({flags_, pipeline_subject_, false, diagnostics_},
                         *pipeline_, /*defaulted=*/true, path);
  }

  void SetIdentity() {
    const v1::ObjectMeta& metadata = selected_.run().metadata();
    v1::RunIdentity& identity = run_.identity;
    if (metadata.has_name()) {
      identity.set_name(metadata.name());
    } else {
      // Another name for another content, the same for the same; as many
      // characters as the API server would add.
      const std::string prefix =
          metadata.has_generate_name() ? metadata.generate_name() : "run-";
      identity.set_name(
          absl::StrCat(prefix, ShortHash(SameBytes(spec())).substr(0, 5)));
    }
    identity.set_namespace_(Namespace());
    // The name of an embedded pipeline is that of its run.
    identity.set_pipeline(spec().has_pipeline_spec() ? identity.name()
                                                     : pipeline_name_);
    // The run's own go before the Pipeline's (storePipelineSpecAndMergeMeta in
    // pkg/reconciler/pipelinerun/pipelinerun.go).
    if (pipeline_metadata_ != nullptr) {
      *identity.mutable_labels() = pipeline_metadata_->labels();
      *identity.mutable_annotations() = pipeline_metadata_->annotations();
      identity.mutable_annotations()->erase(
          "kubectl.kubernetes.io/last-applied-configuration");
    }
    for (const auto& [key, value] : metadata.labels()) {
      (*identity.mutable_labels())[key] = value;
    }
    for (const auto& [key, value] : metadata.annotations()) {
      (*identity.mutable_annotations())[key] = value;
    }
    if (!selected_.one_task) {
      LabelWithPipeline(metadata);
      DropReservedAnnotations();
    }
    identity.set_uid(metadata.uid());
    identity.set_spec_status(spec().status());
    WarnOfStatus();
    if (selected_.one_task) identity.set_kind("TaskRun");
    contexts_.Set("context.pipelineRun.name", identity.name());
    contexts_.Set("context.pipelineRun.namespace", identity.namespace_());
    contexts_.Set("context.pipelineRun.uid", identity.uid());
    contexts_.Set("context.pipeline.name", identity.pipeline());
  }

  // What Tekton Chains has noted on a PipelineRun is not true of what the run
  // makes (createChildResourceAnnotations in
  // pkg/reconciler/pipelinerun/pipelinerun.go, TektonReservedAnnotationExpr).
  void DropReservedAnnotations() {
    auto& annotations = *run_.identity.mutable_annotations();
    std::vector<std::string> reserved;
    for (const auto& [key, value] : annotations) {
      if (absl::StrContains(key, "chains.tekton.dev/")) reserved.push_back(key);
    }
    for (const std::string& key : reserved) annotations.erase(key);
  }

  // The label is the pipeline's name, whatever the run's author wrote; but
  // where runs of an embedded pipeline have generated names, it is what those
  // have in common, or the author's (propagatePipelineNameLabelToPipelineRun
  // and storePipelineSpecAndMergeMeta in
  // pkg/reconciler/pipelinerun/pipelinerun.go).
  void LabelWithPipeline(const v1::ObjectMeta& metadata) {
    auto& labels = *run_.identity.mutable_labels();
    if (!spec().has_pipeline_spec() || metadata.generate_name().empty()) {
      labels.erase(kPipelineLabel);
      return;
    }
    std::string common = metadata.generate_name().substr(0, 63);
    while (!common.empty() && !absl::ascii_isalnum(common.back())) {
      common.pop_back();
    }
    if (!common.empty()) labels.insert({kPipelineLabel, common});
  }

  // A run may be given that Tekton would not start
  // (pkg/reconciler/pipelinerun/pipelinerun.go, ReconcileKind).
  void WarnOfStatus() {
    const std::string& status = spec().status();
    if (status.empty()) return;
    const absl::string_view what =
        status == "PipelineRunPending"
            ? "is pending: Tekton starts nothing before this is taken out"
        : status == "Cancelled"
            ? "is cancelled: Tekton starts none of its tasks"
            : "is stopped: Tekton starts only its finally "
              "tasks";
    diagnostics_
        .Warning("run-not-started", selected_.subject, "spec.status",
                 absl::StrCat("the run ", what))
        .set_hint("take spec.status out to have the run started");
  }

  int64_t DefaultTimeoutNs() const {
    constexpr int64_t kMinute = 60'000'000'000;
    constexpr int64_t kMostMinutes = 100'000'000;
    return kMinute *
           std::clamp<int64_t>(flags_.default_timeout_minutes, 0, kMostMinutes);
  }

  void SetTimeouts() {
    v1::RunTimeouts& timeouts = run_.timeouts;
    const v1::TimeoutFields& given = spec().timeouts();
    timeouts.set_pipeline_ns(given.has_pipeline() ? DurationNs(given.pipeline())
                                                  : DefaultTimeoutNs());
    if (given.has_tasks()) timeouts.set_tasks_ns(DurationNs(given.tasks()));
    if (given.has_finally()) {
      timeouts.set_finally_ns(DurationNs(given.finally()));
    }
    // What one of them leaves of the whole is the other's
    // (pkg/apis/pipeline/v1/pipelinerun_types.go, TasksTimeout and
    // FinallyTimeout).
    const int64_t whole = timeouts.pipeline_ns();
    if (whole > 0 && !given.has_tasks() && timeouts.finally_ns() > 0) {
      timeouts.set_tasks_ns(
          std::max<int64_t>(0, whole - timeouts.finally_ns()));
    } else if (whole > 0 && !given.has_finally() && timeouts.tasks_ns() > 0) {
      timeouts.set_finally_ns(
          std::max<int64_t>(0, whole - timeouts.tasks_ns()));
    }
  }

  void ResolveParams() {
    if (selected_.one_task) return;
    const std::string owner = "spec";
    const Subject options;
    std::vector<GivenParam> given;
    for (int i = 0; i < spec().params_size(); ++i) {
      given.push_back({&spec().params(i), &selected_.subject, &owner, i});
    }
    for (const v1::Param& param : options_.params()) {
      given.push_back({&param, &options, nullptr, -1});
    }
    lengths_.emplace(pipeline_->params(), given);
    const ParamScope declared{&pipeline_subject_, pipeline_path_};
    const ParamScope giver{&selected_.subject, "spec"};
    ResolvePipelineParams(pipeline_->params(), declared, given, giver,
                          selected_.bare
                              ? "give it with --param NAME=VALUE"
                              : "give it in the PipelineRun's params, or with "
                                "--param NAME=VALUE",
                          &values_, &diagnostics_);
    for (const v1::ParamSpec& param : pipeline_->params()) {
      if (values_.Param(param.name()) == nullptr) {
        valueless_.insert(param.name());
      }
    }
  }

  // What the options give has to be used.
  void CheckOptions() {
    if (options_.params().empty() && options_.workspaces().empty()) return;
    UsableNames names;
    AddUsableNames(*pipeline_, &names);
    if (selected_.one_task) {
      // Without a unit it is not known what the Task has.
      if (run_.tasks.empty() || run_.tasks[0].units.empty()) return;
      AddUsableNames(run_.tasks[0].units[0].spec, &names);
    }
    CheckOptionNames(options_, names, &diagnostics_);
  }

  void BindWorkspaces() {
    std::map<std::string, const v1::WorkspaceBinding*> bindings;
    for (const v1::WorkspaceBinding& b : spec().workspaces()) {
      bindings[b.name()] = &b;
    }
    for (const v1::WorkspaceBinding& b : options_.workspaces()) {
      bindings[b.name()] = &b;
    }
    for (int i = 0; i < pipeline_->workspaces_size(); ++i) {
      const v1::PipelineWorkspaceDeclaration& workspace =
          pipeline_->workspaces(i);
      contexts_.Set(absl::StrCat("workspaces.", workspace.name(), ".bound"),
                    "false");
      const auto found = bindings.find(workspace.name());
      if (found != bindings.end()) {
        AddWorkspace(*found->second);
      } else if (selected_.bare && !workspace.optional()) {
        v1::WorkspaceBinding binding;
        binding.set_name(workspace.name());
        binding.mutable_empty_dir();
        AddWorkspace(binding);
      } else if (!workspace.optional()) {
        ReportUnbound(workspace.name(), i, bindings);
      }
    }
    // Those of an embedded pipeline need no declaration (propagation), and
    // those of the options are meant to be used.
    for (const auto& [name, binding] : bindings) {
      if (!workspace_index_.contains(name)) AddWorkspace(*binding);
    }
    if (for_pods_) CheckNamesOfWorkspaces();
    // Parameters hold references to these, too.
    values_.ApplyToParams(contexts_);
  }

  // Tekton accepts a binding without a name. No volume could be called after
  // it.
  void CheckNamesOfWorkspaces() {
    for (int i = 0; i < spec().workspaces_size(); ++i) {
      if (!spec().workspaces(i).name().empty()) continue;
      diagnostics_
          .Error("missing-field", selected_.subject,
                 absl::StrCat("spec.workspaces[", i, "]"),
                 "this workspace has no name")
          .set_hint("give it the name of the workspace that it is bound to");
    }
  }

  void ReportUnbound(
      const std::string& name, int index,
      const std::map<std::string, const v1::WorkspaceBinding*>& bindings) {
    v1::Diagnostic& d = diagnostics_.Error(
        "unbound-workspace", selected_.subject, "spec.workspaces",
        absl::StrCat("the pipeline's workspace \"", name, "\" is not bound"));
    std::vector<absl::string_view> given;
    for (const auto& [other, binding] : bindings) given.push_back(other);
    const std::string nearest = DidYouMean(name, given);
    d.set_hint(absl::StrCat(nearest, nearest.empty() ? "" : " else ",
                            "bind it: - {name: ", name, ", emptyDir: {}}"));
    v1::RelatedPlace* place = d.add_related();
    *place->mutable_origin() = pipeline_subject_.origin();
    place->set_path(absl::StrCat(pipeline_path_, ".workspaces[", index, "]"));
    place->set_message("declared here");
  }

  void AddWorkspace(const v1::WorkspaceBinding& binding) {
    RunWorkspace workspace;
    workspace.name = binding.name();
    workspace.binding = binding;
    workspace.volume = MakeDns1123Label(absl::StrCat("ws-", binding.name()));
    ApplyToBinding(values_, &workspace.binding);
    ApplyToBinding(contexts_, &workspace.binding);
    workspace.claim = ClaimOf(run_.identity, workspace.binding);
    contexts_.Set(absl::StrCat("workspaces.", binding.name(), ".bound"),
                  "true");
    workspace_index_[workspace.name] =
        static_cast<int32_t>(run_.workspaces.size());
    run_.workspaces.push_back(std::move(workspace));
  }

  void ResolveTasks() {
    run_.tasks.reserve(pipeline_->tasks_size() + pipeline_->finally_size());
    const auto add = [&](const auto& tasks, absl::string_view list) {
      for (int i = 0; i < tasks.size(); ++i) {
        ResolvedTask& task = run_.tasks.emplace_back();
        task.name = tasks[i].name();
        task.finally = list == "finally";
        task.subject = pipeline_subject_;
        task.path = InRun(absl::StrCat(pipeline_path_, ".", list, "[", i, "]"));
      }
    };
    add(pipeline_->tasks(), "tasks");
    add(pipeline_->finally(), "finally");
    IndexSettings();
    DependencyFinder dependencies(&run_, &diagnostics_);
    if (!lengths_) lengths_.emplace();
    const RunScope scope{flags_,
                         *pipeline_,
                         values_,
                         *lengths_,
                         valueless_,
                         workspace_index_,
                         run_,
                         selected_.one_task,
                         selected_.bare,
                         for_pods_,
                         &budget_,
                         v1beta1_,
                         options_.keep_specs()};
    TaskResolver resolver(scope, &catalog_, &dependencies, &diagnostics_);
    const int dag_size = pipeline_->tasks_size();
    for (int i = 0; i < static_cast<int>(run_.tasks.size()); ++i) {
      const v1::PipelineTask& written =
          i < dag_size ? pipeline_->tasks(i) : pipeline_->finally(i - dag_size);
      const auto own = settings_.find(written.name());
      const TaskSettings& settings =
          own == settings_.end() ? run_settings_ : own->second;
      if (selected_.one_task) {
        resolver.Resolve(WithOptions(written), settings, i, &run_.tasks[i]);
        if (run_.tasks[i].timeout_ns == 0 && !written.has_timeout()) {
          run_.tasks[i].timeout_ns = DefaultTimeoutNs();
        }
      } else {
        resolver.Resolve(written, settings, i, &run_.tasks[i]);
      }
      if (OverBudget(run_.tasks[i].path,
                     written.has_task_ref() ? "taskRef" : "taskSpec")) {
        return;
      }
    }
    dependencies.Check(*pipeline_, pipeline_subject_, pipeline_path_);
    if (!diagnostics_.has_errors()) SkipWhatNeverRuns(&run_);
  }

  // The only task, with the options' params in place of its own.
  v1::PipelineTask WithOptions(v1::PipelineTask task) const {
    for (const v1::Param& param : options_.params()) {
      auto* params = task.mutable_params();
      const auto same = std::find_if(
          params->begin(), params->end(),
          [&](const v1::Param& own) { return own.name() == param.name(); });
      if (same != params->end()) {
        *same = param;
      } else {
        *params->Add() = param;
      }
    }
    return task;
  }

  // pkg/apis/pipeline/v1/pipelinerun_types.go, GetTaskRunSpec.
  void IndexSettings() {
    const v1::PipelineTaskRunTemplate& defaults = spec().task_run_template();
    run_settings_.service_account_name =
        !defaults.service_account_name().empty()
            ? defaults.service_account_name()
            : flags_.default_service_account;
    run_settings_.pod_template = std::make_shared<v1::PodTemplate>(
        flags_.default_pod_template == nullptr
            ? defaults.pod_template()
            : MergePodTemplates(*flags_.default_pod_template,
                                defaults.pod_template()));
    run_settings_.pod_template_refers =
        MayHoldReference(run_settings_.pod_template->SerializeAsString());
    if (spec().task_run_specs().empty()) return;
    std::vector<absl::string_view> names;
    for (const ResolvedTask& task : run_.tasks) names.push_back(task.name);
    absl::flat_hash_set<absl::string_view> known(names.begin(), names.end());
    int hints_left = 50;
    for (int i = 0; i < spec().task_run_specs_size(); ++i) {
      const v1::PipelineTaskRunSpec& given = spec().task_run_specs(i);
      const std::string path = selected_.one_task
                                   ? "spec"
                                   : absl::StrCat("spec.taskRunSpecs[", i, "]");
      if (!known.contains(given.pipeline_task_name())) {
        diagnostics_
            .Error("unknown-task", selected_.subject,
                   absl::StrCat(path, ".pipelineTaskName"),
                   absl::StrCat("no pipeline task named \"",
                                given.pipeline_task_name(), "\""))
            .set_hint(hints_left-- > 0
                          ? DidYouMean(given.pipeline_task_name(), names)
                          : "");
        continue;
      }
      TaskSettings& settings =
          settings_.try_emplace(given.pipeline_task_name(), run_settings_)
              .first->second;
      if (!given.service_account_name().empty()) {
        settings.service_account_name = given.service_account_name();
      }
      if (given.has_pod_template()) {
        settings.pod_template = std::make_shared<v1::PodTemplate>(
            MergePodTemplates(*settings.pod_template, given.pod_template()));
        settings.pod_template_refers =
            MayHoldReference(settings.pod_template->SerializeAsString());
      }
      settings.spec = &given;
      settings.path = path;
    }
  }

  const v1::PlanOptions& options_;
  const FeatureFlags flags_;
  const bool for_pods_;
  DiagnosticList& diagnostics_;
  Catalog catalog_;
  ByteBudget budget_;
  SelectedRun selected_;
  const v1::PipelineSpec* pipeline_ = nullptr;
  Subject pipeline_subject_;
  // Null for an embedded one.
  const v1::ObjectMeta* pipeline_metadata_ = nullptr;
  std::string pipeline_path_;
  std::string pipeline_name_;
  // What has the pipeline, or the TaskRun, was written as v1beta1.
  bool v1beta1_ = false;
  // Contexts and workspaces, and before them the pipeline's parameters.
  Replacements contexts_;
  Replacements values_{&contexts_};
  std::optional<ArrayLengths> lengths_;
  absl::flat_hash_set<std::string> valueless_;
  absl::flat_hash_map<std::string, int32_t> workspace_index_;
  TaskSettings run_settings_;
  absl::flat_hash_map<std::string, TaskSettings> settings_;
  ResolvedRun run_;
};

}  // namespace

int64_t ExpandedBytes(const v1::PlanRequest& request) {
  const int64_t given = request.options().limits().expanded_bytes();
  if (given > 0) return given;
  int64_t input = static_cast<int64_t>(request.objects().ByteSizeLong());
  for (const v1::Document& document : request.documents()) {
    input += static_cast<int64_t>(document.content().size());
  }
  for (const v1::ResolvedReference& reference : request.resolved()) {
    input += static_cast<int64_t>(reference.document().content().size());
  }
  return std::max(int64_t{16} << 20, 8 * input);
}

ResolvedRun Resolve(const v1::ObjectSet& objects,
                    const v1::PlanRequest& request, DiagnosticList* diagnostics,
                    std::vector<v1::Need>* needs, Rules rules) {
  return Resolver(request, diagnostics, needs, rules).Run(objects);
}

}  // namespace colocation
