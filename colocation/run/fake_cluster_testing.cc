#include "colocation/run/fake_cluster_testing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/run/observed_pod.h"
#include "colocation/run/progress.h"
#include "colocation/run/run_index.h"
#include "launcher/decide.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"

namespace colocation {
namespace {

using launcher::Outcome;
using launcher::TaskEnd;

constexpr char kGate[] = "gate.colocation.dev/";

std::string AnnotationOf(const v1::Pod& pod, const std::string& name) {
  const auto& annotations = pod.metadata().annotations();
  const auto found = annotations.find(name);
  return found == annotations.end() ? "" : found->second;
}

v1::Container* ContainerOf(v1::Pod* pod, const std::string& name) {
  for (v1::Container& container : *pod->mutable_spec()->mutable_containers()) {
    if (container.name() == name) return &container;
  }
  return nullptr;
}

const std::string& ImageOf(const v1::Pod& pod, const std::string& name) {
  return ContainerOf(const_cast<v1::Pod*>(&pod), name)->image();
}

v1::ContainerStatus* AddStatus(const v1::Pod& pod, const std::string& name,
                               v1::PodStatus* status) {
  v1::ContainerStatus* added = status->add_container_statuses();
  added->set_name(name);
  added->set_image(ImageOf(pod, name));
  return added;
}

}  // namespace

FakeCluster::FakeCluster(const v1::ColocationPlan& plan) : plan_(plan) {}

std::string FakeCluster::Now() const {
  return FromUnixNs(now_s_ * 1'000'000'000);
}

void FakeCluster::Do(const v1::Advance& next) {
  for (const v1::Action& action : next.actions()) {
    if (action.has_create_claim()) {
      const std::string& name = action.create_claim().metadata().name();
      claims_.insert(name);
      done.push_back("claim:" + name);
    } else if (action.has_create_pod()) {
      done.push_back("create:" + action.create_pod().metadata().name());
      Create(action.create_pod());
    } else if (action.has_annotate_pod()) {
      done.push_back("gate:" + action.annotate_pod().pod());
      const auto pod = pods_.find(action.annotate_pod().pod());
      if (pod == pods_.end()) continue;
      for (const auto& [name, value] : action.annotate_pod().annotations()) {
        (*pod->second.manifest.mutable_metadata()
              ->mutable_annotations())[name] = value;
      }
    } else if (action.has_put_images()) {
      done.push_back("images:" + action.put_images().pod());
      const auto pod = pods_.find(action.put_images().pod());
      if (pod == pods_.end()) continue;
      for (const auto& [name, image] : action.put_images().images()) {
        ContainerOf(&pod->second.manifest, name)->set_image(image);
      }
    } else if (action.has_put_task_run()) {
      task_runs.push_back(action.put_task_run());
    } else if (action.has_delete_pod()) {
      done.push_back("delete:" + action.delete_pod().pod());
      pods_.erase(action.delete_pod().pod());
    } else if (action.has_start_external()) {
      Start(action.start_external());
    } else if (action.has_cancel_external()) {
      done.push_back("cancel:" + action.cancel_external().task());
      for (auto& [name, external] : externals_) {
        if (external.task != action.cancel_external().task() || external.end) {
          continue;
        }
        TaskEnd end;
        end.outcome = Outcome::kFailed;
        end.reason = external.kind + "Cancelled";
        external.end = end;
      }
    }
  }
  status_ = next.status();
  Settle();
}

void FakeCluster::Start(const v1::StartExternal& start) {
  const bool matrix = start.kind() == "TaskRun";
  if (!matrix) {
    done.push_back("start:" + start.task());
    externals_.emplace(start.task(),
                       External{start.task(), start.kind(), std::nullopt});
  }
  for (const v1::TaskRunToMake& made : start.task_runs()) {
    std::vector<std::string> params;
    for (const v1::Param& param : made.params()) {
      params.push_back(
          absl::StrCat(param.name(), "=", param.value().string_value()));
    }
    done.push_back(absl::StrCat("start:", made.name(), "(",
                                absl::StrJoin(params, ","), ")"));
    externals_.emplace(made.name(),
                       External{start.task(), start.kind(), std::nullopt});
    if (one_at_a_time) return;
  }
}

void FakeCluster::Create(const v1::Pod& manifest) {
  const std::string& name = manifest.metadata().name();
  if (pods_.find(name) != pods_.end()) return;
  const absl::StatusOr<RunIndex> index = IndexRun(plan_);
  FakePod pod;
  pod.manifest = manifest;
  pod.manifest.mutable_metadata()->set_uid(absl::StrCat("uid-", ++uids_));
  pod.planned = &plan_.pods(index->pod.at(name));
  for (const v1::LaunchTask& launch : pod.planned->install().launch().tasks()) {
    const int t = index->task.at(launch.name());
    launcher::LaunchTask task = index->launch[t];
    task.gate = launch.gate();
    task.matrixed = launch.matrixed();
    if (launch.has_end()) {
      TaskEnd end;
      end.outcome = static_cast<Outcome>(launch.end().outcome());
      end.skip_reason =
          static_cast<launcher::SkipReason>(launch.end().skip_reason());
      task.end = end;
    }
    pod.tasks.push_back(std::move(task));
    if (launch.gate()) continue;
    for (const v1::LaunchUnit& unit : launch.units()) {
      pod.units.push_back({t,
                           unit.name(),
                           {unit.steps().begin(), unit.steps().end()},
                           {unit.sidecars().begin(), unit.sidecars().end()},
                           false,
                           false,
                           std::nullopt});
    }
  }
  pods_.emplace(name, std::move(pod));
}

std::optional<TaskEnd> FakeCluster::EndOfTask(const FakePod& pod,
                                              const std::string& name) const {
  launcher::DeclaredEnds declared;
  std::string error;
  const std::string json = AnnotationOf(pod.manifest, "colocation.dev/ended");
  if (!json.empty()) launcher::ReadEvent(json, &declared, &error);
  for (const launcher::DeclaredTaskEnd& end : declared.ends) {
    if (end.task == name) return end.end;
  }
  for (const launcher::LaunchTask& task : pod.tasks) {
    if (task.name != name) continue;
    if (task.end) return task.end;
    if (task.gate) {
      const std::string gate = AnnotationOf(pod.manifest, kGate + name);
      TaskEnd end;
      if (gate.empty() || !launcher::ReadEvent(gate, &end, &error)) {
        return std::nullopt;
      }
      return end;
    }
    std::vector<TaskEnd> ends;
    for (const Unit& unit : pod.units) {
      if (plan_.tasks(unit.task).name() != name) continue;
      if (!unit.end) return std::nullopt;
      ends.push_back(*unit.end);
    }
    return launcher::JoinUnits(task, ends);
  }
  return std::nullopt;
}

void FakeCluster::Settle() {
  for (auto& [name, pod] : pods_) {
    while (!pod.over && Settle(pod)) {
    }
  }
}

// A container of it waits for its image, in the launcher's; or, if `lost`, has
// ended so that it could get it, and can't.
bool FakeCluster::IsPlaceholder(const FakePod& pod,
                                const std::string& container,
                                bool* lost) const {
  for (const v1::ImagePatch& patch : pod.planned->image_patches()) {
    if (patch.container() != container) continue;
    const std::string& image = ImageOf(pod.manifest, container);
    *lost = image == kNoSuchImage;
    return image == pod.planned->launcher_image() || *lost;
  }
  return false;
}

bool FakeCluster::WaitsForImage(const FakePod& pod, const Unit& unit) const {
  for (const v1::ImagePatch& patch : pod.planned->image_patches()) {
    bool lost = false;
    const bool of_unit =
        std::count(unit.steps.begin(), unit.steps.end(), patch.container()) +
            std::count(unit.sidecars.begin(), unit.sidecars.end(),
                       patch.container()) >
        0;
    if (of_unit && IsPlaceholder(pod, patch.container(), &lost) &&
        (lost || AnnotationOf(pod.manifest, patch.annotation()).empty())) {
      return true;
    }
  }
  return false;
}

// True if something has changed.
bool FakeCluster::Settle(FakePod& pod) {
  launcher::Situation situation;
  for (const launcher::LaunchTask& task : pod.tasks) {
    situation.ends.push_back(EndOfTask(pod, task.name));
  }
  const std::string stop = AnnotationOf(pod.manifest, "colocation.dev/stop");
  const bool cancelled = stop == "Cancelled" || stop == "CancelledRunFinally";
  situation.stop =
      stop == "Stopping" ? launcher::Stop::kStopping : ParseSpecStatus(stop);
  for (Unit& unit : pod.units) {
    if (unit.end) continue;
    const std::string& name = plan_.tasks(unit.task).name();
    size_t t = 0;
    while (pod.tasks[t].name != name) ++t;
    const std::optional<TaskEnd>& declared = situation.ends[t];
    const bool broken = broken_.contains(unit.name);
    if (declared) {
      if (broken) continue;
      unit.running = false;
      unit.end = declared;
      return true;
    }
    if (unit.running) {
      if (!cancelled ||
          (plan_.tasks(unit.task).finally() && stop != "Cancelled")) {
        continue;
      }
      unit.running = false;
      TaskEnd end;
      end.outcome = Outcome::kFailed;
      end.reason = "TaskRunCancelled";
      end.attempts = 1;
      unit.end = end;
      return true;
    }
    if (broken || (WaitsForImage(pod, unit) && stop != "Cancelled")) continue;
    const std::vector<std::string>& waits = pod.tasks[t].wait_for;
    const bool ready =
        stop == "Cancelled" ||
        std::all_of(waits.begin(), waits.end(), [&](const std::string& wait) {
          return EndOfTask(pod, wait).has_value();
        });
    if (!ready) continue;
    launcher::Situation seen = situation;
    const std::vector<bool> matters = launcher::MattersFor(pod.tasks, t);
    for (size_t i = 0; i < matters.size(); ++i) {
      if (!matters[i]) seen.ends[i].reset();
    }
    const launcher::Decision decision = launcher::Decide(pod.tasks, t, seen);
    // All units of a matrix start or none.
    for (Unit& one : pod.units) {
      if (one.task != unit.task || one.end || one.running ||
          broken_.contains(one.name)) {
        continue;
      }
      TaskEnd end;
      if (decision.kind == launcher::Decision::Kind::kRun) {
        one.running = true;
        bool lost = false;
        // It was told that there will be no image.
        if (IsPlaceholder(pod, one.steps[0], &lost) &&
            AnnotationOf(pod.manifest,
                         "image.colocation.dev/" + one.steps[0]) == "none") {
          one.running = false;
          end.outcome = Outcome::kFailed;
          end.reason = launcher::kImagePullFailed;
          end.attempts = 1;
          one.end = end;
        }
        continue;
      }
      if (decision.kind == launcher::Decision::Kind::kSkip) {
        end.outcome = Outcome::kSkipped;
        end.skip_reason = decision.skip_reason;
      } else {
        end.outcome = Outcome::kFailed;
        end.reason = "InvalidTaskResultReference";
      }
      one.end = end;
    }
    return true;
  }
  pod.over = std::all_of(pod.units.begin(), pod.units.end(),
                         [](const Unit& unit) { return unit.end.has_value(); });
  return false;
}

v1::PodStatus FakeCluster::StatusOf(const FakePod& pod) const {
  v1::PodStatus status;
  bool failed = pod.evicted;
  for (const Unit& unit : pod.units) {
    for (const std::string& step : unit.steps) {
      v1::ContainerStatus* of_step = AddStatus(pod.manifest, step, &status);
      v1::ContainerState* state = of_step->mutable_state();
      if (bool lost = false; IsPlaceholder(pod, step, &lost) && lost) {
        of_step->set_image(pod.planned->launcher_image());
        state->mutable_terminated()->set_exit_code(143);
        state->mutable_terminated()->set_message(
            R"([{"key":"Reason","value":"Placeholder","type":3}])");
        failed = true;
        continue;
      }
      const bool first = step == unit.steps.front();
      if (first && broken_.contains(unit.name)) {
        state->mutable_waiting()->set_reason("ImagePullBackOff");
        state->mutable_waiting()->set_message("no such image");
        continue;
      }
      if (!unit.end && !pod.evicted) {
        state->mutable_running()->set_started_at(Now());
        continue;
      }
      v1::ContainerStateTerminated* ended = state->mutable_terminated();
      ended->set_finished_at(Now());
      if (!unit.end || unit.killed) {
        ended->set_exit_code(137);
        failed = true;
        continue;
      }
      const bool fails = unit.end->outcome == Outcome::kFailed;
      ended->set_exit_code(fails ? 1 : 0);
      failed |= fails;
      if (unit.oom) ended->set_reason("OOMKilled");
      if (step != unit.steps.back()) continue;
      launcher::TerminationMessage message;
      message.task_results = unit.end->results;
      message.end = launcher::EndText(*unit.end);
      std::string text;
      launcher::FormatMessage(message, 4096, &text);
      ended->set_message(text);
    }
    for (const std::string& sidecar : unit.sidecars) {
      v1::ContainerState* state =
          AddStatus(pod.manifest, sidecar, &status)->mutable_state();
      if (unit.end || pod.evicted) {
        state->mutable_terminated()->set_finished_at(Now());
      } else {
        state->mutable_running()->set_started_at(Now());
      }
    }
  }
  if (pod.evicted) {
    status.set_reason("Evicted");
    status.set_message("the node was low on memory");
  }
  status.set_phase(!pod.over ? "Running" : failed ? "Failed" : "Succeeded");
  return status;
}

v1::Observation FakeCluster::Observe() const {
  v1::Observation observed;
  observed.set_now(Now());
  observed.set_spec_status(spec_status);
  for (const auto& [name, pod] : pods_) {
    v1::Pod* seen = observed.add_pods();
    *seen->mutable_metadata() = pod.manifest.metadata();
    *seen->mutable_spec() = pod.manifest.spec();
    *seen->mutable_status() = StatusOf(pod);
  }
  for (const auto& [name, external] : externals_) {
    v1::ExternalRun* run = observed.add_external_runs();
    run->set_task(external.task);
    run->set_name(external.kind == "TaskRun" ? name : "run-" + name);
    run->set_kind(external.kind);
    v1::Condition* condition = run->mutable_condition();
    condition->set_type("Succeeded");
    condition->set_status(!external.end ? "Unknown"
                          : external.end->outcome == Outcome::kSucceeded
                              ? "True"
                              : "False");
    if (!external.end) continue;
    condition->set_reason(external.end->reason);
    for (const launcher::ResultValue& result : external.end->results) {
      v1::Param* given = run->add_results();
      given->set_name(result.name);
      given->mutable_value()->set_string_value(result.value);
    }
  }
  for (const std::string& claim : claims_) observed.add_claims(claim);
  for (const v1::PutTaskRun& put : task_runs) {
    observed.add_task_runs(put.task_run().metadata().name());
  }
  *observed.mutable_status() = status_;
  return observed;
}

std::vector<std::string> FakeCluster::Running() const {
  std::vector<std::string> running;
  for (const auto& [name, pod] : pods_) {
    for (const Unit& unit : pod.units) {
      if (unit.running && !unit.end && !pod.over) running.push_back(unit.name);
    }
  }
  for (const auto& [task, external] : externals_) {
    if (!external.end) running.push_back(task);
  }
  return running;
}

void FakeCluster::Finish(const std::string& unit, bool succeeds,
                         const std::string& result) {
  TaskEnd end;
  end.outcome = succeeds ? Outcome::kSucceeded : Outcome::kFailed;
  end.reason = succeeds ? "Succeeded" : "StepFailed";
  end.attempts = 1;
  const auto external = externals_.find(unit);
  if (external != externals_.end()) {
    end.results = {{"r", launcher::ValueType::kString, result}};
    if (result.empty()) end.results.clear();
    external->second.end = std::move(end);
  }
  for (auto& [name, pod] : pods_) {
    for (Unit& one : pod.units) {
      if (one.name != unit) continue;
      for (const launcher::LaunchTask& task : pod.tasks) {
        if (task.name != plan_.tasks(one.task).name()) continue;
        if (task.continue_on_error && !succeeds) end.reason = "FailureIgnored";
        for (const launcher::DeclaredResult& declared : task.results) {
          if (!result.empty()) {
            end.results.push_back({declared.name, declared.type, result});
          }
        }
      }
      one.running = false;
      one.end = end;
    }
  }
  Settle();
}

void FakeCluster::Oom(const std::string& unit) {
  for (auto& [name, pod] : pods_) {
    for (Unit& one : pod.units) {
      if (one.name == unit) one.oom = true;
    }
  }
  Finish(unit, true);
}

void FakeCluster::Kill(const std::string& unit) {
  Finish(unit, false, "");
  for (auto& [name, pod] : pods_) {
    for (Unit& one : pod.units) {
      if (one.name == unit) one.killed = true;
    }
  }
}

std::vector<std::string> FakeCluster::Pods() const {
  std::vector<std::string> names;
  for (const auto& [name, pod] : pods_) {
    if (!pod.over) names.push_back(name);
  }
  return names;
}

void FakeCluster::Evict(const std::string& pod) {
  pods_.at(pod).evicted = true;
  pods_.at(pod).over = true;
}

void FakeCluster::Vanish(const std::string& pod) { pods_.erase(pod); }

const v1::Pod* FakeCluster::Manifest(const std::string& pod) const {
  const auto found = pods_.find(pod);
  return found == pods_.end() ? nullptr : &found->second.manifest;
}

std::string Summary(const v1::ColocationPlan& plan,
                    const v1::RunStatus& status) {
  std::map<std::string, std::vector<std::string>> by_task;
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    const v1::Condition& condition = record.status().conditions(0);
    by_task[record.pipeline_task_name()].push_back(
        condition.status() == "True"    ? "Succeeded"
        : condition.status() == "False" ? "Failed(" + condition.reason() + ")"
                                        : condition.reason());
  }
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    by_task[skipped.name()].push_back("skipped(" + skipped.reason() + ")");
  }
  std::vector<std::string> tasks;
  for (const v1::PlannedTask& task : plan.tasks()) {
    const auto found = by_task.find(task.name());
    tasks.push_back(absl::StrCat(
        task.name(), ":",
        found == by_task.end() ? "-" : absl::StrJoin(found->second, "+")));
  }
  return absl::StrCat(
      absl::StrJoin(tasks, " "), " | ",
      status.conditions().empty() ? "" : status.conditions(0).reason());
}

}  // namespace colocation
