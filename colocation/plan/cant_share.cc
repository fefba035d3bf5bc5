#include "colocation/plan/cant_share.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/annotations.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/ports.h"

namespace colocation {
namespace {

constexpr char kBindToClaim[] =
    "bind the workspace to a PersistentVolumeClaim, so that they need not "
    "share a Pod";

constexpr char kLowerBoth[] =
    "lower the limits and requests of its steps and sidecars";

// The units of a matrix, each with a Pod template of its own.
void RefuseSettingsOfMatrix(const ResolvedTask& task,
                            const SettingConflict& conflict,
                            DiagnosticList* diagnostics) {
  diagnostics
      ->Error("pod-setting-conflict", task.subject,
              absl::StrCat(task.path, ".matrix"),
              absl::StrCat("the units of ", Quoted(task.name),
                           " run in one Pod, which has one ", conflict.setting,
                           ": one has ", conflict.first_value, ", another ",
                           conflict.second_value))
      .set_hint("make tasks of the combinations");
}

void CheckSettings(const PodSharing& sharing, const Group& group,
                   DiagnosticList* diagnostics) {
  const ResolvedRun& run = sharing.run;
  SharedSettings shared;
  for (const TaskIndex task : group.tasks) {
    const auto conflict = shared.Add(task, sharing.settings[task]);
    if (!conflict) continue;
    const ResolvedTask& first = run.tasks[conflict->first];
    if (conflict->first == conflict->second) {
      RefuseSettingsOfMatrix(first, *conflict, diagnostics);
      return;
    }
    const ResolvedTask& second = run.tasks[conflict->second];
    const bool account = conflict->setting == "serviceAccountName";
    v1::Diagnostic& d = diagnostics->Error(
        account ? "service-account-conflict" : "pod-setting-conflict",
        run.subject, "spec.taskRunSpecs",
        absl::StrCat(Quoted(first.name), " and ", Quoted(second.name),
                     " must share a Pod, because they share ",
                     WhatJoins(sharing, group), ", but a Pod has one ",
                     account ? "ServiceAccount" : conflict->setting, ": ",
                     Quoted(first.name), " has ", conflict->first_value, ", ",
                     Quoted(second.name), " has ", conflict->second_value));
    d.set_hint(absl::StrCat("give both the same ", conflict->setting, ", or ",
                            kBindToClaim));
    RelateTask(first, &d);
    RelateTask(second, &d);
    return;
  }
}

void RefusePort(const ResolvedRun& run, const PortConflict& conflict,
                DiagnosticList* diagnostics) {
  const ResolvedTask& first = run.tasks[conflict.first];
  const ResolvedTask& second = run.tasks[conflict.second];
  const std::string port =
      absl::StrCat(conflict.port.first, "/", conflict.port.second);
  const bool declared = conflict.source == SidecarPorts::Source::kDeclared;
  const std::string path =
      absl::StrCat(second.task_path, ".sidecars[", conflict.sidecar, "]",
                   declared ? ".ports" : "");
  const std::string known = absl::StrCat(
      port, conflict.source == SidecarPorts::Source::kImage
                ? ", as servers of this image do unless told otherwise"
                : "");
  const absl::string_view declare =
      conflict.source == SidecarPorts::Source::kImage
          ? "declare in its `ports` where the sidecar listens, if it is "
            "elsewhere; "
          : "";
  if (conflict.first == conflict.second) {
    diagnostics
        ->Error("port-conflict", second.task_subject, path,
                absl::StrCat("the units of the matrix of ", Quoted(second.name),
                             " run at once in one Pod, and the sidecar of each "
                             "would listen on port ",
                             known))
        .set_hint(absl::StrCat(
            declare,
            "let the sidecar listen on a port that the matrix gives, or make "
            "tasks of the combinations"));
    return;
  }
  v1::Diagnostic& d = diagnostics->Error(
      "port-conflict", second.task_subject, path,
      absl::StrCat(Quoted(first.name), " and ", Quoted(second.name),
                   " must share a Pod and can run at once, and a sidecar of "
                   "each listens on port ",
                   known));
  d.set_hint(absl::StrCat(declare, "use another port, or let ",
                          Quoted(second.name), " run after ",
                          Quoted(first.name)));
  RelateTask(first, &d);
}

// The author asked for something that an emptyDir doesn't allow.
void CheckOwnPod(const PodSharing& sharing, const Group& group,
                 DiagnosticList* diagnostics) {
  if (group.tasks.size() < 2) return;
  for (const TaskIndex t : group.tasks) {
    const ResolvedTask& task = sharing.run.tasks[t];
    if (!WantsOwnPod(task)) continue;
    const ResolvedTask& other =
        sharing.run.tasks[group.tasks.front() == t ? group.tasks[1]
                                                   : group.tasks.front()];
    v1::Diagnostic& d = diagnostics->Error(
        "own-pod-conflict", task.subject, absl::StrCat(task.path, ".name"),
        absl::StrCat(Quoted(task.name),
                     " is to have a Pod of its own, as its annotation ",
                     kOwnPod, " says, but must share one with ",
                     Quoted(other.name), ", because of ",
                     WhatJoins(sharing, group)));
    d.set_hint(absl::StrCat("remove the annotation, or ", kBindToClaim));
    RelateTask(other, &d);
  }
}

void CheckPorts(const PodSharing& sharing, const Group& group, WaitSets* waits,
                DiagnosticList* diagnostics) {
  SharedPorts ports;
  for (const TaskIndex task : group.tasks) {
    if (const auto conflict = ports.FindConflict(sharing.run, task, waits)) {
      RefusePort(sharing.run, *conflict, diagnostics);
      return;
    }
    ports.Add(sharing.run, task, *waits);
  }
}

// A Pod of a single unit is as large as its author made it; but no node may
// have room for it, or its namespace may not allow it.
void WarnOfSingle(const ResolvedTask& task, const CapExceeded& cap,
                  DiagnosticList* diagnostics) {
  if (cap.cap == CapExceeded::Cap::kNode) {
    constexpr absl::string_view kOfSeveral = "together they ask for ";
    diagnostics
        ->Warning("node-too-small", task.task_subject, task.task_path,
                  absl::StrCat("no node has room for ", Quoted(task.name),
                               ": its containers ask for ",
                               cap.figures.substr(kOfSeveral.size())))
        .set_hint("lower its requests");
  }
  const std::string refused =
      absl::StrCat("Kubernetes will refuse the Pod of ", Quoted(task.name),
                   ": ", cap.figures);
  if (cap.cap == CapExceeded::Cap::kLimitRange) {
    diagnostics
        ->Warning("limit-range", task.task_subject, task.task_path, refused)
        .set_hint(kLowerBoth);
  }
  if (cap.cap == CapExceeded::Cap::kQuota) {
    diagnostics
        ->Warning("resource-quota", task.task_subject, task.task_path, refused)
        .set_hint(kLowerBoth);
  }
}

// Nobody knows what a task will write, so this is no refusal; but in a Pod of
// its own, which has fewer containers, the task has more room.
void WarnOfResults(const ResolvedRun& run, const CapExceeded& cap,
                   const Group& group, DiagnosticList* diagnostics) {
  for (const TaskIndex t : group.tasks) {
    const ResolvedTask& task = run.tasks[t];
    if (task.name != cap.subject) continue;
    diagnostics
        ->Warning("limit-result-bytes", task.subject,
                  absl::StrCat(task.path, ".name"),
                  absl::StrCat(Quoted(task.name),
                               " fails if its results are too long for a Pod "
                               "of this size: ",
                               cap.figures))
        .set_hint(absl::StrCat(
            "keep its results short or in fewer tasks, or ", kBindToClaim,
            "; the limit `result_bytes` says how long values are"));
  }
}

// An error about a group, at its first task.
v1::Diagnostic& Error(absl::string_view code, const ResolvedTask& first,
                      std::string message, DiagnosticList* diagnostics) {
  return diagnostics->Error(code, first.subject,
                            absl::StrCat(first.path, ".name"),
                            std::move(message));
}

void RefuseCap(const PodSharing& sharing, const CapExceeded& cap,
               const Group& group, DiagnosticList* diagnostics) {
  std::vector<std::string> names;
  for (const TaskIndex task : group.tasks) {
    names.push_back(Quoted(sharing.run.tasks[task].name));
  }
  const bool matrix = group.tasks.size() == 1;
  const std::string message = absl::StrCat(
      matrix ? absl::StrCat("the units of ", names.front(),
                            " share a Pod, as they are of one matrix")
             : absl::StrCat(absl::StrJoin(names, ", "),
                            " must share a Pod, because of ",
                            WhatJoins(sharing, group)),
      ", but ", cap.figures);
  const absl::string_view apart =
      matrix ? "let the matrix have fewer combinations" : kBindToClaim;
  const ResolvedTask& first = sharing.run.tasks[group.tasks.front()];
  switch (cap.cap) {
    case CapExceeded::Cap::kNode:
      Error("node-too-small", first, message, diagnostics)
          .set_hint(absl::StrCat(
              "lower their requests, let them run one after the other "
              "(runAfter), give a larger node, or ",
              apart));
      break;
    case CapExceeded::Cap::kLimitRange:
      Error("limit-range", first, message, diagnostics)
          .set_hint(absl::StrCat(kLowerBoth, ", or ", apart));
      break;
    case CapExceeded::Cap::kQuota:
      Error("resource-quota", first, message, diagnostics)
          .set_hint(absl::StrCat(kLowerBoth, ", or ", apart));
      break;
    case CapExceeded::Cap::kContainers:
      Error("limit-pod-containers", first, message, diagnostics)
          .set_hint(
              absl::StrCat("raise the limit `pod_containers`, or ", apart));
      break;
    case CapExceeded::Cap::kResults:
      Error("limit-result-bytes", first, message, diagnostics)
          .set_hint(absl::StrCat(
              "lower `result_bytes`, declare fewer results, write what is "
              "large to a workspace, or ",
              apart));
      break;
    case CapExceeded::Cap::kBytes:
      break;  // known exactly when the Pod is rendered
  }
}

void CheckCaps(const PodSharing& sharing, const PodCaps& caps,
               const Group& group, DiagnosticList* diagnostics) {
  size_t units = 0;
  for (const TaskIndex task : group.tasks) {
    units += sharing.run.tasks[task].units.size();
  }
  const std::vector<CapExceeded> exceeded = caps.Exceeded(group.tasks, true);
  // Then it is not refused, as waits make it fit (fit.h).
  const bool waits_help =
      units > 1 && !exceeded.empty() && !caps.WaysToFit(group.tasks).empty();
  for (const CapExceeded& cap : exceeded) {
    if (cap.requests && waits_help) continue;
    if (units < 2) {
      WarnOfSingle(sharing.run.tasks[group.tasks.front()], cap, diagnostics);
    } else if (cap.estimated) {
      WarnOfResults(sharing.run, cap, group, diagnostics);
    } else {
      RefuseCap(sharing, cap, group, diagnostics);
    }
  }
}

}  // namespace

void CheckCanShare(const PodSharing& sharing, const PodCaps& caps,
                   const Group& group, WaitSets* waits,
                   DiagnosticList* diagnostics) {
  CheckOwnPod(sharing, group, diagnostics);
  CheckSettings(sharing, group, diagnostics);
  CheckPorts(sharing, group, waits, diagnostics);
  CheckCaps(sharing, caps, group, diagnostics);
}

}  // namespace colocation
