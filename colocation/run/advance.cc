#include "colocation/run/advance.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "colocation/run/late_matrix.h"
#include "colocation/run/late_values.h"
#include "colocation/run/progress.h"
#include "colocation/run/run_index.h"
#include "colocation/run/run_status.h"
#include "colocation/run/start_pod.h"
#include "colocation/run/task_run.h"
#include "colocation/syntax/child_name.h"
#include "launcher/decide.h"
#include "launcher/spec.h"
#include "launcher/spec_json.h"

namespace colocation {
namespace {

using launcher::Decision;
using launcher::Outcome;
using launcher::Stop;

// How long after a deadline the launchers have to stop their processes and say
// so, before it is done without them: their own grace period, and time for the
// news to travel.
constexpr int64_t kGraceNs = 60'000'000'000;

// A Pod that is not seen for so long is gone.
constexpr int64_t kMissingNs = 15'000'000'000;

constexpr char kStopAnnotation[] = "colocation.dev/stop";

using Annotations = std::map<std::string, std::string>;

class Advancer {
 public:
  Advancer(const RunIndex& index, const v1::Observation& observed)
      : index_(index),
        plan_(*index.plan),
        observed_(observed),
        progress_(index, observed),
        wanted_(plan_.pods_size(), false) {}

  v1::Advance Run() {
    if (!observed_.status().completion_time().empty()) return Completed();
    if (observed_.spec_status() == "PipelineRunPending" &&
        observed_.status().start_time().empty()) {
      return Pending();
    }
    // First what follows if all Pods that are there go on; then what becomes of
    // those that don't.
    Pass(/*losses=*/false);
    Pass(/*losses=*/true);
    progress_.SettleFinally();
    Claims();
    for (int p = 0; p < plan_.pods_size(); ++p) Pod(p);
    Externals();
    PutTaskRuns(progress_, &next_);
    *next_.mutable_status() = StatusOf(progress_);
    next_.set_done(progress_.AllEnded());
    if (!next_.done()) next_.set_look_again(FromUnixNs(NextDeadline()));
    return std::move(next_);
  }

 private:
  v1::Advance Pending() {
    v1::Condition* condition = next_.mutable_status()->add_conditions();
    condition->set_type("Succeeded");
    condition->set_status("Unknown");
    condition->set_reason("PipelineRunPending");
    condition->set_message(
        absl::StrCat("PipelineRun \"", plan_.run().name(), "\" is pending"));
    condition->set_last_transition_time(FromUnixNs(progress_.now_ns()));
    if (!observed_.status().conditions().empty() &&
        observed_.status().conditions(0).reason() == condition->reason()) {
      *condition = observed_.status().conditions(0);
    }
    return std::move(next_);
  }

  // Over: what it was stays, and what hangs on goes.
  v1::Advance Completed() {
    for (int p = 0; p < plan_.pods_size(); ++p) DeleteIfStuck(p);
    PutTaskRuns(progress_, &next_);
    *next_.mutable_status() = observed_.status();
    next_.set_done(true);
    return std::move(next_);
  }

  // --------------------------------------------------------------------------
  // What follows for each task, in the order in which they wait for each other

  void Pass(bool losses) {
    for (const int t : index_.order) {
      if (progress_.Ended(t) || !progress_.WaitsEnded(t)) continue;
      const std::optional<Failure> loss = losses ? LossOf(t) : std::nullopt;
      if (loss) {
        Lose(t, *loss);
      } else if (plan_.tasks(t).placement() == v1::PLACEMENT_EXTERNAL) {
        if (!progress_.task(t).started) StartOrEnd(t);
      } else if (progress_.pod(index_.pod_of[t]) == nullptr) {
        StartOrEnd(t);
      } else if (progress_.Decide(t).kind == Decision::Kind::kRun) {
        // It's the launchers' to start it; so they have, or soon will.
        Started(t);
      }
    }
  }

  // Of a task that has no launcher to decide for it.
  void StartOrEnd(int t) {
    const int p = index_.pod_of[t];
    if (p >= 0 && progress_.MissingSince(p) > 0) return;
    const Decision decision = progress_.Decide(t);
    if (decision.kind != Decision::Kind::kRun) {
      End(t, decision);
    } else if (IsLateMatrix(plan_.tasks(t))) {
      FanOutOrEnd(t);
    } else if (p < 0) {
      starting_.push_back(t);
      Started(t);
    } else if (MayStart(plan_.pods(p))) {
      wanted_[p] = true;
      Started(t);
    }
  }

  // The last thing that Tekton looks at (skip, IsFinallySkipped).
  void FanOutOrEnd(int t) {
    const LateMatrix matrix =
        FanOutLate(plan_.tasks(t), LateValues(index_, progress_.ends()));
    launcher::TaskEnd end;
    if (matrix.empty) {
      end.outcome = Outcome::kSkipped;
      end.skip_reason = launcher::SkipReason::kEmptyMatrix;
      EndNow(t, std::move(end));
    } else if (!matrix.problem.empty()) {
      end.outcome = Outcome::kFailed;
      end.reason = std::string(launcher::kInvalidMatrix);
      end.message = matrix.problem;
      EndNow(t, std::move(end));
    } else {
      progress_.FanOutTo(t, matrix.combinations.size());
      Started(t);
    }
  }

  void Started(int t) {
    progress_.Start(t);
    if (plan_.tasks(t).finally()) progress_.BeginFinally(progress_.now_ns());
  }

  // The task is skipped, or can't start.
  void End(int t, const Decision& decision) {
    launcher::TaskEnd end;
    if (decision.kind == Decision::Kind::kSkip) {
      end.outcome = Outcome::kSkipped;
      end.skip_reason = decision.skip_reason;
    } else {
      end.outcome = Outcome::kFailed;
      end.reason = std::string(decision.reason);
      end.message = decision.message;
    }
    EndNow(t, std::move(end));
  }

  void EndNow(int t, launcher::TaskEnd end) {
    end.end_unix_ns = progress_.now_ns();
    if (end.start_unix_ns == 0) end.start_unix_ns = end.end_unix_ns;
    progress_.End(t, std::move(end));
  }

  // Runs no more, or never will.
  void Lose(int t, const Failure& loss) {
    if (!progress_.task(t).started) {
      const Decision decision = progress_.Decide(t);
      if (decision.kind != Decision::Kind::kRun) {
        End(t, decision);
        return;
      }
    }
    launcher::TaskEnd end;
    end.outcome = Outcome::kFailed;
    end.reason = index_.launch[t].continue_on_error
                     ? std::string(launcher::kFailureIgnored)
                     : loss.reason;
    end.message = loss.message;
    end.attempts = 1;
    end.start_unix_ns = progress_.task(t).start_ns;
    if (plan_.tasks(t).finally()) progress_.BeginFinally(progress_.now_ns());
    EndNow(t, std::move(end));
  }

  bool MayStart(const v1::PlannedPod& pod) const {
    return absl::c_any_of(
        pod.start_when(), [&](const v1::StartCondition& condition) {
          return absl::c_all_of(condition.tasks(), [&](const auto& name) {
            return progress_.Ended(index_.task.find(name)->second);
          });
        });
  }

  // Why nobody will say how this task ended; nothing while somebody may.
  std::optional<Failure> LossOf(int t) const {
    const bool finally = plan_.tasks(t).finally();
    const Failure cancelled{std::string(launcher::kTaskRunCancelled), ""};
    const v1::RunTimeouts& timeouts = plan_.timeouts();
    if (progress_.Passed(timeouts.pipeline_ns(), kGraceNs) ||
        (finally ? progress_.FinallyPassed(kGraceNs)
                 : progress_.Passed(timeouts.tasks_ns(), kGraceNs))) {
      return Failure{cancelled.reason, "time was up"};
    }
    const bool stopped =
        progress_.stop() == Stop::kCancelled ||
        (progress_.stop() == Stop::kCancelledRunFinally && !finally);
    if (stopped && progress_.StopPassed(kGraceNs)) {
      return Failure{cancelled.reason, "the run was cancelled"};
    }
    const int p = index_.pod_of[t];
    if (p < 0) return std::nullopt;
    if (progress_.MissingSince(p) > 0) {
      if (progress_.now_ns() - progress_.MissingSince(p) < kMissingNs) {
        return std::nullopt;
      }
      return Failure{
          "Failed", absl::StrCat("Pod \"", plan_.pods(p).name(), "\" is gone")};
    }
    const ObservedPod* pod = progress_.pod(p);
    if (pod == nullptr) return std::nullopt;
    if (pod->IsOver()) return pod->WhyOver(plan_.tasks(t).units(0));
    const Patience patience{plan_.start_tolerance(), progress_.now_ns()};
    if (std::optional<Failure> stuck = pod->Stuck(patience)) return stuck;
    for (const v1::PlannedUnit& unit : plan_.tasks(t).units()) {
      std::optional<Failure> stuck =
          pod->Stuck(unit, patience, [&](absl::string_view container) {
            return absl::c_any_of(
                index_.patches[p], [&](const IndexedPatch& indexed) {
                  return indexed.patch->container() == container &&
                         GetsImage(indexed);
                });
          });
      if (stuck) return stuck;
    }
    return std::nullopt;
  }

  // --------------------------------------------------------------------------
  // Images that are put into running Pods

  // The image for the container; empty where it gets none; nothing while that
  // is open.
  //
  // Where the task is not to run, a launcher that decides on it is told so
  // while it is still in its placeholder: it decides likewise, knowing all that
  // is known here. The other containers of the task get the image all the same:
  // what is known here may be later than what their unit has been started by.
  std::optional<std::string> ImageFor(const IndexedPatch& indexed) const {
    constexpr char kNone[] = "";
    const int t = indexed.task;
    if (progress_.Ended(t)) return kNone;
    if (!progress_.WaitsEnded(t)) return std::nullopt;
    if (indexed.decides && !progress_.task(t).started) return kNone;
    if (progress_.stop() == Stop::kCancelled ||
        (progress_.stop() == Stop::kCancelledRunFinally &&
         !plan_.tasks(t).finally())) {
      return kNone;
    }
    const std::optional<std::string> image =
        LateValues(index_, progress_.ends()).Replace(indexed.patch->image());
    // What the API server takes for no image's name (ValidateContainerUpdates
    // in Kubernetes' pkg/apis/core/validation/validation.go).
    if (!image || absl::StripAsciiWhitespace(*image) != *image) return kNone;
    return image;
  }

  bool GetsImage(const IndexedPatch& indexed) const {
    const std::optional<std::string> image = ImageFor(indexed);
    return image && !image->empty();
  }

  void PutImages(int p, const ObservedPod& pod) {
    const v1::PlannedPod& planned = plan_.pods(p);
    v1::PutImages put;
    for (const IndexedPatch& indexed : index_.patches[p]) {
      const v1::ImagePatch& patch = *indexed.patch;
      if (pod.HasItsImage(patch.container()) ||
          pod.pod().metadata().annotations().contains(patch.annotation())) {
        continue;
      }
      const std::optional<std::string> image = ImageFor(indexed);
      if (!image || image->empty() || *image == planned.launcher_image()) {
        continue;
      }
      (*put.mutable_images())[patch.container()] = *image;
    }
    if (put.images().empty()) return;
    put.set_pod(planned.name());
    put.set_uid(UidOf(p));
    next_.add_actions()->mutable_put_images()->Swap(&put);
  }

  // Those that are known when the Pod is created.
  void PutImages(int p, v1::Pod* made) const {
    for (const IndexedPatch& indexed : index_.patches[p]) {
      const std::optional<std::string> image = ImageFor(indexed);
      if (!image || image->empty()) continue;
      for (v1::Container& container :
           *made->mutable_spec()->mutable_containers()) {
        if (container.name() == indexed.patch->container()) {
          container.set_image(*image);
        }
      }
    }
  }

  // What the placeholders are told of images that they don't get.
  void ImageNews(int p, Annotations* news) const {
    const ObservedPod* pod = progress_.pod(p);
    for (const IndexedPatch& indexed : index_.patches[p]) {
      const v1::ImagePatch& patch = *indexed.patch;
      if (pod != nullptr && pod->HasItsImage(patch.container())) continue;
      const std::optional<std::string> image = ImageFor(indexed);
      if (!image) continue;
      if (image->empty()) {
        (*news)[patch.annotation()] = std::string(launcher::kNoImage);
      } else if (*image == plan_.pods(p).launcher_image()) {
        (*news)[patch.annotation()] = *image;
      }
    }
  }

  // --------------------------------------------------------------------------
  // What to do

  void Claims() {
    if (progress_.AllEnded()) return;
    for (const v1::PersistentVolumeClaim& claim : plan_.claims()) {
      if (absl::c_linear_search(observed_.claims(), claim.metadata().name())) {
        continue;
      }
      *next_.add_actions()->mutable_create_claim() = claim;
    }
  }

  void Pod(int p) {
    const v1::PlannedPod& planned = plan_.pods(p);
    const ObservedPod* pod = progress_.pod(p);
    if (pod == nullptr) {
      if (!wanted_[p]) return;
      v1::Pod* made = next_.add_actions()->mutable_create_pod();
      *made = PodToStart(plan_, planned, LateValues(index_, progress_.ends()),
                         progress_.now_ns() - progress_.start_ns());
      PutImages(p, made);
      for (auto& [name, value] : News(p)) {
        (*made->mutable_metadata()->mutable_annotations())[name] = value;
      }
      return;
    }
    if (pod->IsOver() || !pod->pod().metadata().deletion_timestamp().empty()) {
      return;
    }
    const bool all_ended = PodEnded(p);
    if (all_ended) {
      DeleteIfStuck(p);
      return;
    }
    if (!Controlled(p)) {
      if (progress_.stop() != Stop::kNone) {
        Delete(p, "the run was cancelled");
      }
      return;
    }
    PutImages(p, *pod);
    v1::AnnotatePod news;
    const auto& told = pod->pod().metadata().annotations();
    for (auto& [name, value] : News(p)) {
      const auto found = told.find(name);
      // A gate never changes once it is open; more may be declared, and the
      // run may be stopped for another reason.
      const bool same = found != told.end() &&
                        (found->second == value ||
                         (name != kStopAnnotation && name != kEndedAnnotation));
      if (!same) (*news.mutable_annotations())[name] = value;
    }
    if (news.annotations().empty()) return;
    news.set_pod(planned.name());
    news.set_uid(UidOf(p));
    next_.add_actions()->mutable_annotate_pod()->Swap(&news);
  }

  const std::string& UidOf(int p) const {
    return progress_.pod(p)->pod().metadata().uid();
  }

  bool Controlled(int p) const {
    return plan_.pods(p).install().launch().controlled();
  }

  // What a Pod's launchers have to know of what happens elsewhere.
  Annotations News(int p) const {
    Annotations news;
    if (!Controlled(p)) return news;
    for (const std::string& gate : plan_.pods(p).gates()) {
      const std::optional<launcher::TaskEnd>& end =
          progress_.ends()[index_.task.find(gate)->second];
      if (!end) continue;
      news[absl::StrCat("gate.colocation.dev/", gate)] = launcher::ToJson(*end);
    }
    if (const std::string stop = StopFor(p); !stop.empty()) {
      news[kStopAnnotation] = stop;
    }
    if (std::string declared = DeclaredFor(p); !declared.empty()) {
      news[kEndedAnnotation] = std::move(declared);
    }
    ImageNews(p, &news);
    return news;
  }

  std::string StopFor(int p) const {
    if (progress_.stop() != Stop::kNone) return observed_.spec_status();
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[t];
      if (plan_.tasks(t).finally() || !end ||
          end->outcome != Outcome::kFailed ||
          index_.launch[t].continue_on_error) {
        continue;
      }
      // Of its own tasks a Pod knows, but for what its launchers can't see.
      if (index_.pod_of[t] != p || IsOverruled(t)) {
        return "Stopping";
      }
    }
    return "";
  }

  bool IsOverruled(int t) const {
    const ObservedPod* pod = progress_.pod(index_.pod_of[t]);
    return pod != nullptr &&
           absl::c_any_of(plan_.tasks(t).units(), [&](const auto& unit) {
             return pod->IsOverruled(unit, index_.launch[t]);
           });
  }

  // The ends in this Pod that do not come from its launchers, as they have to
  // be told; what they were told stays as it was.
  std::string DeclaredFor(int p) const {
    launcher::DeclaredEnds declared;
    if (const ObservedPod* pod = progress_.pod(p)) declared = pod->Declared();
    for (const std::string& name : plan_.pods(p).tasks()) {
      const int t = index_.task.find(name)->second;
      const bool told = absl::c_any_of(
          declared.ends, [&](const auto& end) { return end.task == name; });
      if (!told && progress_.Ended(t) && !progress_.EndedByItself(t)) {
        declared.ends.push_back({name, progress_.ends()[t]});
      }
    }
    return declared.ends.empty() ? "" : launcher::ToJson(declared);
  }

  bool PodEnded(int p) const {
    return absl::c_all_of(plan_.pods(p).tasks(), [&](const auto& name) {
      return progress_.Ended(index_.task.find(name)->second);
    });
  }

  // A Pod whose tasks have all ended ends by itself, unless a container of it
  // can't start or its node is gone. Where all containers have ended it is
  // about to: its logs are worth keeping.
  void DeleteIfStuck(int p) {
    const ObservedPod* pod = progress_.pod(p);
    if (pod == nullptr || pod->IsOver() || pod->AllTerminated() ||
        !pod->pod().metadata().deletion_timestamp().empty()) {
      return;
    }
    for (const std::string& name : plan_.pods(p).tasks()) {
      if (progress_.EndedByItself(index_.task.find(name)->second)) continue;
      Delete(p, "its tasks have ended, and it can't end by itself");
      return;
    }
  }

  void Delete(int p, absl::string_view reason) {
    v1::DeletePod* action = next_.add_actions()->mutable_delete_pod();
    action->set_pod(plan_.pods(p).name());
    action->set_reason(std::string(reason));
    action->set_uid(UidOf(p));
  }

  void Externals() {
    const LateValues values(index_, progress_.ends());
    for (const int t : starting_) {
      const v1::ExternalSpec& spec = plan_.tasks(t).spec();
      v1::StartExternal* start = next_.add_actions()->mutable_start_external();
      start->set_task(plan_.tasks(t).name());
      start->set_kind(spec.kind());
      *start->mutable_pipeline_task() = spec.pipeline_task();
      values.ReplaceIn(start->mutable_pipeline_task());
      start->set_service_account_name(spec.service_account_name());
      start->set_timeout_ns(index_.launch[t].timeout_ns);
    }
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (IsLateMatrix(plan_.tasks(t))) StartMissing(t, values);
    }
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (plan_.tasks(t).placement() != v1::PLACEMENT_EXTERNAL ||
          !progress_.task(t).started || progress_.ExternalIsOver(t) ||
          absl::c_linear_search(starting_, t)) {
        continue;
      }
      if (IsToStop(t)) {
        next_.add_actions()->mutable_cancel_external()->set_task(
            plan_.tasks(t).name());
      }
    }
  }

  // The TaskRuns of a matrix that are not seen: at first all of them; later
  // those that could not be made, or that somebody has deleted.
  void StartMissing(int t, const LateValues& values) {
    const TaskProgress& task = progress_.task(t);
    if (!task.fanned_out || progress_.Ended(t) || IsToStop(t)) return;
    const v1::PlannedTask& planned = plan_.tasks(t);
    absl::flat_hash_set<absl::string_view> seen;
    for (const v1::ExternalRun& run : observed_.external_runs()) {
      if (run.task() == planned.name()) seen.insert(run.name());
    }
    LateMatrix matrix = FanOutLate(planned, values);
    const size_t units = task.units.size();
    if (matrix.combinations.size() != units) return;
    v1::StartExternal start;
    for (size_t u = 0; u < units; ++u) {
      std::string name =
          TaskRunName(plan_.run().name(), planned.name(), u, units);
      if (task.units[u] || seen.contains(name)) continue;
      v1::TaskRunToMake* made = start.add_task_runs();
      made->set_name(std::move(name));
      *made->mutable_params() = {matrix.combinations[u].begin(),
                                 matrix.combinations[u].end()};
    }
    if (start.task_runs().empty()) return;
    start.set_task(planned.name());
    start.set_kind(planned.spec().kind());
    start.mutable_pipeline_task()->Swap(&matrix.pipeline_task);
    start.mutable_pipeline_task()->clear_matrix();
    start.set_service_account_name(planned.spec().service_account_name());
    start.set_timeout_ns(index_.launch[t].timeout_ns);
    next_.add_actions()->mutable_start_external()->Swap(&start);
  }

  // Whether what runs the task has no time left, or the run is cancelled.
  bool IsToStop(int t) const {
    const bool finally = plan_.tasks(t).finally();
    const v1::RunTimeouts& timeouts = plan_.timeouts();
    return progress_.stop() == Stop::kCancelled ||
           (progress_.stop() == Stop::kCancelledRunFinally && !finally) ||
           progress_.Passed(timeouts.pipeline_ns()) ||
           (finally ? progress_.FinallyPassed()
                    : progress_.Passed(timeouts.tasks_ns()));
  }

  // The next moment at which something follows from the time alone; 0 for none.
  int64_t NextDeadline() const {
    std::vector<int64_t> moments;
    // What is decades away is never.
    constexpr int64_t kLongestNs = kLatestNs / 2;
    const auto add = [&](int64_t from, int64_t timeout) {
      if (from == 0 || timeout <= 0 || timeout > kLongestNs) return;
      moments.push_back(from + timeout);
      moments.push_back(from + timeout + kGraceNs);
    };
    const v1::RunTimeouts& timeouts = plan_.timeouts();
    add(progress_.start_ns(), timeouts.pipeline_ns());
    add(progress_.start_ns(), timeouts.tasks_ns());
    add(progress_.finally_start_ns(), timeouts.finally_ns());
    if (progress_.stop_ns() > 0) {
      moments.push_back(progress_.stop_ns() + kGraceNs);
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const int64_t since = progress_.MissingSince(p);
      if (since > 0) moments.push_back(since + kMissingNs);
      const ObservedPod* pod = progress_.pod(p);
      if (pod == nullptr || pod->IsOver()) continue;
      for (const int64_t end : pod->PatienceEnds(plan_.start_tolerance())) {
        moments.push_back(end);
      }
    }
    int64_t next = 0;
    for (const int64_t moment : moments) {
      if (moment <= progress_.now_ns()) continue;
      if (next == 0 || moment < next) next = moment;
    }
    // Times are told in whole seconds: rather late than early.
    return next == 0 ? 0 : next + 999'999'999;
  }

  const RunIndex& index_;
  const v1::ColocationPlan& plan_;
  const v1::Observation& observed_;
  Progress progress_;
  // By Pod: to be created now.
  std::vector<bool> wanted_;
  // External tasks to start now.
  std::vector<int> starting_;
  v1::Advance next_;
};

}  // namespace

absl::StatusOr<v1::Advance> AdvanceRun(const v1::ColocationPlan& plan,
                                       const v1::Observation& observed) {
  if (ToUnixNs(observed.now()) == 0) {
    return absl::InvalidArgumentError(
        "the observation does not say what time it is (`now`)");
  }
  const absl::StatusOr<RunIndex> index = IndexRun(plan);
  if (!index.ok()) return index.status();
  return Advancer(*index, observed).Run();
}

}  // namespace colocation
