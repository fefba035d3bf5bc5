#include "cli/edited_run.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation::cli {
namespace {

// The object that `name` selects, else the only one; null for none.
template <typename Objects>
auto* Selected(const std::string& name, Objects* objects) {
  for (auto& object : *objects) {
    const auto& metadata = object.metadata();
    const std::string& own =
        metadata.has_name() ? metadata.name() : metadata.generate_name();
    if (name.empty() ? objects->size() == 1 : own == name) return &object;
  }
  return static_cast<decltype(&*objects->begin())>(nullptr);
}

template <typename Run>
void Rename(const std::string& name, Run* run, v1::PlanRequest* request) {
  run->mutable_metadata()->set_name(name);
  run->mutable_metadata()->clear_generate_name();
  request->mutable_options()->set_run(name);
}

// `task` and all that it waits for.
absl::StatusOr<std::set<std::string>> Needed(const v1::ColocationPlan& plan,
                                             const std::string& task) {
  std::map<std::string, const v1::PlannedTask*> tasks;
  std::vector<absl::string_view> names;
  for (const v1::PlannedTask& planned : plan.tasks()) {
    tasks[planned.name()] = &planned;
    names.push_back(planned.name());
  }
  if (!tasks.contains(task)) {
    const std::string hint = DidYouMean(task, names);
    return absl::InvalidArgumentError(absl::StrCat(
        "--only ", task, ": the pipeline has no such task; ",
        hint.empty() ? absl::StrCat("it has ", absl::StrJoin(names, ", "))
                     : hint));
  }
  std::multimap<std::string, std::string> before;
  for (const v1::Dependency& dependency : plan.dependencies()) {
    before.emplace(dependency.to(), dependency.from());
  }
  std::set<std::string> needed;
  std::vector<std::string> left = {task};
  while (!left.empty()) {
    const std::string name = std::move(left.back());
    left.pop_back();
    if (!needed.insert(name).second) continue;
    for (const std::string& parent : tasks[name]->wait_for()) {
      left.push_back(parent);
    }
    const auto [begin, end] = before.equal_range(name);
    for (auto edge = begin; edge != end; ++edge) left.push_back(edge->second);
  }
  return needed;
}

template <typename Repeated, typename Predicate>
void EraseIf(Repeated* elements, Predicate predicate) {
  elements->erase(std::remove_if(elements->begin(), elements->end(), predicate),
                  elements->end());
}

void KeepOnly(const std::set<std::string>& needed, v1::PipelineSpec* spec) {
  std::vector<std::string> removed;
  for (auto* tasks : {spec->mutable_tasks(), spec->mutable_finally()}) {
    EraseIf(tasks, [&](const v1::PipelineTask& task) {
      if (needed.contains(task.name())) return false;
      removed.push_back(absl::StrCat("tasks.", task.name(), "."));
      return true;
    });
  }
  EraseIf(spec->mutable_results(), [&](const v1::PipelineResult& result) {
    const std::string text = result.value().SerializeAsString();
    return std::any_of(removed.begin(), removed.end(),
                       [&](const std::string& reference) {
                         return absl::StrContains(text, reference);
                       });
  });
}

// Puts the options' values into the run, where they stay when what used them is
// gone.
template <typename Given>
void Take(Given* from, Given* into) {
  for (auto& element : *from) {
    EraseIf(into,
            [&](const auto& own) { return own.name() == element.name(); });
    *into->Add() = element;
  }
  from->Clear();
}

}  // namespace

absl::StatusOr<v1::PlanRequest> EditRun(const v1::PlanRequest& request,
                                        const RunEdits& edits,
                                        const v1::ColocationPlan& plan) {
  v1::PlanRequest edited = request;
  v1::ObjectSet* objects = edited.mutable_objects();
  DecodeOptions options;
  options.allow_unknown_fields = request.options().allow_unknown_fields();
  DiagnosticList ignored;
  for (const v1::Document& document : request.documents()) {
    DecodeObjects(document.name(), document.content(), options, objects,
                  &ignored);
  }
  edited.clear_documents();
  const std::string& selected = request.options().run();
  const bool of_task = plan.run().kind() == "TaskRun";
  v1::PipelineRun* run = Selected(selected, objects->mutable_pipeline_runs());
  v1::TaskRun* task_run =
      run != nullptr ? nullptr
                     : Selected(selected, objects->mutable_task_runs());
  if (!edits.only.empty()) {
    if (of_task) {
      return absl::InvalidArgumentError(
          "--only: a Task is run as a whole; this is for the tasks of a "
          "pipeline");
    }
    const absl::StatusOr<std::set<std::string>> needed =
        Needed(plan, edits.only);
    if (!needed.ok()) return needed.status();
    v1::PipelineSpec* spec = nullptr;
    if (run != nullptr && run->spec().has_pipeline_spec()) {
      spec = run->mutable_spec()->mutable_pipeline_spec();
    } else if (v1::Pipeline* pipeline = Selected(
                   plan.run().pipeline(), objects->mutable_pipelines())) {
      spec = pipeline->mutable_spec();
    } else {
      return absl::InvalidArgumentError(
          "--only: the pipeline is not among the files, but behind a resolver");
    }
    KeepOnly(*needed, spec);
    if (run != nullptr) {
      EraseIf(run->mutable_spec()->mutable_task_run_specs(),
              [&](const v1::PipelineTaskRunSpec& of) {
                return !needed->contains(of.pipeline_task_name());
              });
      Take(edited.mutable_options()->mutable_params(),
           run->mutable_spec()->mutable_params());
      Take(edited.mutable_options()->mutable_workspaces(),
           run->mutable_spec()->mutable_workspaces());
    }
  }
  if (!edits.name.empty()) {
    if (run != nullptr) {
      Rename(edits.name, run, &edited);
    } else if (task_run != nullptr) {
      Rename(edits.name, task_run, &edited);
    } else {
      return absl::InvalidArgumentError(
          "--name: only a PipelineRun or TaskRun can be given another name");
    }
  }
  return edited;
}

}  // namespace colocation::cli
