#include "colocation/resolve/resolve.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/dependencies.h"
#include "colocation/resolve/params.h"
#include "colocation/resolve/replacements.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/resolve/select_run.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/names.h"

namespace colocation {
namespace {

int64_t DurationNs(const std::string& text) {
  return ParseDurationNs(text).value_or(0);
}

// Fields that the task's template has not set are those of the run's
// (pkg/pod/template.go in Tekton: MergePodTemplateWithDefault).
v1::PodTemplate MergePodTemplates(const v1::PodTemplate& of_run,
                                  const v1::PodTemplate& of_task) {
  v1::PodTemplate merged = of_run;
  const auto* reflection = merged.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  of_task.GetReflection()->ListFields(of_task, &set);
  for (const auto* field : set) {
    const std::string& name = field->name();
    if (name == "env" || name == "volumes") continue;
    reflection->ClearField(&merged, field);
  }
  v1::PodTemplate rest = of_task;
  rest.clear_env();
  rest.clear_volumes();
  merged.MergeFrom(rest);
  const auto merge_by_name = [](const auto& from, auto* into) {
    for (const auto& element : from) {
      bool replaced = false;
      for (auto& known : *into) {
        if (known.name() != element.name()) continue;
        known = element;
        replaced = true;
      }
      if (!replaced) *into->Add() = element;
    }
  };
  merge_by_name(of_task.env(), merged.mutable_env());
  merge_by_name(of_task.volumes(), merged.mutable_volumes());
  return merged;
}

class Resolver {
 public:
  Resolver(const v1::ObjectSet& objects, const v1::PlanRequest& request,
           DiagnosticList* diagnostics, std::vector<v1::Need>* needs)
      : options_(request.options()),
        diagnostics_(*diagnostics),
        catalog_(objects, request, diagnostics, needs) {}

  ResolvedRun Run(const v1::ObjectSet& objects) {
    auto selected = SelectRun(objects, options_.run(), &diagnostics_);
    if (!selected) return std::move(run_);
    selected_ = *std::move(selected);
    run_.subject = selected_.subject;
    FindPipeline();
    if (pipeline_ == nullptr) return std::move(run_);
    SetIdentity();
    SetTimeouts();
    ResolveParams();
    BindWorkspaces();
    ResolveTasks();
    if (!diagnostics_.has_errors()) SkipWhatNeverRuns(&run_);
    for (v1::PipelineResult result : pipeline_->results()) {
      replacements_.ApplyToValue(result.mutable_value());
      run_.results.push_back(std::move(result));
    }
    return std::move(run_);
  }

 private:
  const v1::PipelineRunSpec& spec() const { return selected_.run.spec(); }

  // A path in the run, as it is in the object that the run was made from.
  std::string InRun(absl::string_view path) const {
    if (selected_.one_task &&
        absl::ConsumePrefix(&path, "spec.pipelineSpec.tasks[0]")) {
      return absl::StrCat("spec", path);
    }
    return std::string(path);
  }

  void FindPipeline() {
    if (spec().has_pipeline_spec()) {
      pipeline_ = &spec().pipeline_spec();
      pipeline_subject_ = selected_.subject;
      pipeline_path_ = "spec.pipelineSpec";
      pipeline_name_ = NameOf(selected_.run.metadata());
      return;
    }
    const v1::Pipeline* found = catalog_.FindPipeline(
        spec().pipeline_ref(), selected_.subject, "spec.pipelineRef");
    if (found == nullptr) return;
    pipeline_ = &found->spec();
    pipeline_subject_ = SubjectOf(*found);
    pipeline_path_ = "spec";
    pipeline_name_ = NameOf(found->metadata());
  }

  void SetIdentity() {
    const v1::ObjectMeta& metadata = selected_.run.metadata();
    v1::RunIdentity& identity = run_.identity;
    if (metadata.has_name()) {
      identity.set_name(metadata.name());
    } else {
      // A name of its own for each content, the same for the same content.
      const std::string prefix =
          metadata.has_generate_name() ? metadata.generate_name() : "run-";
      identity.set_name(absl::StrCat(
          prefix, ShortHash(spec().SerializeAsString()).substr(0, 5)));
    }
    identity.set_namespace_(metadata.has_namespace_() ? metadata.namespace_()
                            : !options_.default_namespace().empty()
                                ? options_.default_namespace()
                                : "default");
    identity.set_pipeline(pipeline_name_);
    *identity.mutable_labels() = metadata.labels();
    *identity.mutable_annotations() = metadata.annotations();
    identity.set_uid(metadata.uid());
    identity.set_spec_status(spec().status());
    replacements_.Set("context.pipelineRun.name", identity.name());
    replacements_.Set("context.pipelineRun.namespace", identity.namespace_());
    replacements_.Set("context.pipelineRun.uid", identity.uid());
    replacements_.Set("context.pipeline.name", pipeline_name_);
  }

  void SetTimeouts() {
    v1::RunTimeouts& timeouts = run_.timeouts;
    constexpr int64_t kMinute = 60'000'000'000;
    const int32_t minutes =
        options_.default_timeout_minutes() == 0
            ? 60
            : std::max(0, options_.default_timeout_minutes());
    const v1::TimeoutFields& given = spec().timeouts();
    timeouts.set_pipeline_ns(given.has_pipeline() ? DurationNs(given.pipeline())
                                                  : minutes * kMinute);
    if (given.has_tasks()) timeouts.set_tasks_ns(DurationNs(given.tasks()));
    if (given.has_finally())
      timeouts.set_finally_ns(DurationNs(given.finally()));
    // What one of them leaves of the whole is the other's
    // (pipelinerun_types.go: TasksTimeout, FinallyTimeout).
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
    std::vector<GivenParam> given;
    for (int i = 0; i < spec().params_size(); ++i) {
      given.push_back({&spec().params(i), selected_.subject,
                       absl::StrCat("spec.params[", i, "]")});
    }
    for (const v1::Param& param : options_.params())
      given.push_back({&param, {}, ""});
    const Subject& where =
        selected_.bare ? pipeline_subject_ : selected_.subject;
    ParamScope scope{
        where,
        selected_.bare ? InRun(absl::StrCat(pipeline_path_, ".params"))
                       : "spec.params",
        selected_.bare ? "give it with --param NAME=VALUE"
                       : "give it in the PipelineRun's params, or with "
                         "--param NAME=VALUE"};
    ResolveParamValues(pipeline_->params(), given, scope, &replacements_,
                       &diagnostics_);
    // Workspaces given to a pipeline are bound in its texts.
    for (const v1::PipelineWorkspaceDeclaration& workspace :
         pipeline_->workspaces()) {
      replacements_.Set(absl::StrCat("workspaces.", workspace.name(), ".bound"),
                        "false");
    }
  }

  void BindWorkspaces() {
    std::map<std::string, const v1::WorkspaceBinding*> bindings;
    for (const v1::WorkspaceBinding& b : spec().workspaces())
      bindings[b.name()] = &b;
    for (const v1::WorkspaceBinding& b : options_.workspaces())
      bindings[b.name()] = &b;
    std::set<std::string> declared;
    for (int i = 0; i < pipeline_->workspaces_size(); ++i) {
      const v1::PipelineWorkspaceDeclaration& workspace =
          pipeline_->workspaces(i);
      declared.insert(workspace.name());
      const auto found = bindings.find(workspace.name());
      if (found != bindings.end()) {
        AddWorkspace(*found->second);
      } else if (selected_.bare && !workspace.optional()) {
        v1::WorkspaceBinding binding;
        binding.set_name(workspace.name());
        binding.mutable_empty_dir();
        AddWorkspace(binding);
      } else if (!workspace.optional()) {
        v1::Diagnostic& d = diagnostics_.Error(
            "unbound-workspace", selected_.subject, "spec.workspaces",
            absl::StrCat("the pipeline's workspace \"", workspace.name(),
                         "\" is not bound"));
        std::vector<absl::string_view> given;
        for (const auto& [name, binding] : bindings) given.push_back(name);
        const std::string nearest = DidYouMean(workspace.name(), given);
        d.set_hint(absl::StrCat(nearest, nearest.empty() ? "" : " else ",
                                "bind it: - {name: ", workspace.name(),
                                ", emptyDir: {}}"));
        v1::RelatedPlace* place = d.add_related();
        *place->mutable_origin() = pipeline_subject_.origin;
        place->set_path(absl::StrCat(pipeline_path_, ".workspaces[", i, "]"));
        place->set_message("declared here");
      }
    }
    // Those of an embedded pipeline need no declaration (propagation), and
    // those of the options are meant to be used.
    for (const auto& [name, binding] : bindings) {
      if (!declared.contains(name)) AddWorkspace(*binding);
    }
  }

  void AddWorkspace(const v1::WorkspaceBinding& binding) {
    RunWorkspace workspace{
        binding.name(), binding,
        MakeDns1123Label(absl::StrCat("ws-", binding.name()))};
    ApplyToBinding(replacements_, &workspace.binding);
    replacements_.Set(absl::StrCat("workspaces.", binding.name(), ".bound"),
                      "true");
    run_.workspaces.push_back(std::move(workspace));
  }

  void ResolveTasks() {
    const auto resolve_list = [&](const auto& tasks, absl::string_view list) {
      for (int i = 0; i < tasks.size(); ++i) {
        ResolvedTask task;
        task.name = tasks[i].name();
        task.finally = list == "finally";
        task.subject = pipeline_subject_;
        task.path = InRun(absl::StrCat(pipeline_path_, ".", list, "[", i, "]"));
        run_.tasks.push_back(std::move(task));
      }
    };
    resolve_list(pipeline_->tasks(), "tasks");
    resolve_list(pipeline_->finally(), "finally");
    const int dag_size = pipeline_->tasks_size();
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      const int at = static_cast<int>(i);
      ResolveTask(at < dag_size ? pipeline_->tasks(at)
                                : pipeline_->finally(at - dag_size),
                  &run_.tasks[i]);
    }
    FindDependencies(*pipeline_, &run_, &diagnostics_);
  }

  void ResolveTask(const v1::PipelineTask& written, ResolvedTask* task) {
    v1::PipelineTask pipeline_task = written;
    Replacements here;
    here.Set("context.pipelineTask.retries", absl::StrCat(written.retries()));
    here.AddMissing(replacements_);
    ApplyToPipelineTask(here, &pipeline_task);
    SetTaskSettings(pipeline_task, task);
    TaskResolver(catalog_, options_, run_, here, &diagnostics_)
        .Resolve(pipeline_task, SettingsOf(task->name), task);
  }

  const v1::PipelineTaskRunSpec& SettingsOf(const std::string& task) const {
    for (const v1::PipelineTaskRunSpec& settings : spec().task_run_specs()) {
      if (settings.pipeline_task_name() == task) return settings;
    }
    return v1::PipelineTaskRunSpec::default_instance();
  }

  void SetTaskSettings(const v1::PipelineTask& pipeline_task,
                       ResolvedTask* task) {
    const v1::PipelineTaskRunSpec& settings = SettingsOf(task->name);
    const v1::PipelineTaskRunTemplate& defaults = spec().task_run_template();
    task->retries = std::max(0, pipeline_task.retries());
    task->timeout_ns = settings.has_timeout() ? DurationNs(settings.timeout())
                       : pipeline_task.has_timeout()
                           ? DurationNs(pipeline_task.timeout())
                           : 0;
    task->continue_on_error = pipeline_task.on_error() == "continue";
    task->service_account_name = !settings.service_account_name().empty()
                                     ? settings.service_account_name()
                                 : !defaults.service_account_name().empty()
                                     ? defaults.service_account_name()
                                 : !options_.default_service_account().empty()
                                     ? options_.default_service_account()
                                     : "default";
    task->pod_template =
        MergePodTemplates(defaults.pod_template(), settings.pod_template());
    ApplyToPodTemplate(replacements_, &task->pod_template);
    if (settings.has_compute_resources()) {
      task->compute_resources = settings.compute_resources();
    }
    const v1::PipelineTaskMetadata& of_spec =
        pipeline_task.task_spec().metadata();
    task->labels.insert(of_spec.labels().begin(), of_spec.labels().end());
    task->annotations.insert(of_spec.annotations().begin(),
                             of_spec.annotations().end());
    for (const auto& [key, value] : settings.metadata().labels())
      task->labels[key] = value;
    for (const auto& [key, value] : settings.metadata().annotations()) {
      task->annotations[key] = value;
    }
  }

  const v1::PlanOptions& options_;
  DiagnosticList& diagnostics_;
  Catalog catalog_;
  SelectedRun selected_;
  const v1::PipelineSpec* pipeline_ = nullptr;
  Subject pipeline_subject_;
  std::string pipeline_path_;
  std::string pipeline_name_;
  Replacements replacements_;
  ResolvedRun run_;
};

}  // namespace

ResolvedRun Resolve(const v1::ObjectSet& objects,
                    const v1::PlanRequest& request, DiagnosticList* diagnostics,
                    std::vector<v1::Need>* needs) {
  return Resolver(objects, request, diagnostics, needs).Run(objects);
}

}  // namespace colocation
