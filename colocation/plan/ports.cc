#include "colocation/plan/ports.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/known_servers.h"

namespace colocation {
namespace {

std::string ProtocolOf(const v1::ContainerPort& port) {
  return port.protocol().empty() ? "TCP" : port.protocol();
}

void AddOnce(Port port, std::vector<Port>* ports) {
  if (port.first <= 0) return;
  if (std::find(ports->begin(), ports->end(), port) != ports->end()) return;
  ports->push_back(std::move(port));
}

// One that another host answers says nothing of this sidecar.
void AddPortOfProbe(const v1::Probe& probe, std::vector<Port>* ports) {
  const auto add = [&](const v1::IntOrString& port, const std::string& host) {
    int32_t number = port.int_value();
    if (!port.has_int_value() &&
        !absl::SimpleAtoi(port.string_value(), &number)) {
      return;
    }
    if (host.empty()) AddOnce({number, "TCP"}, ports);
  };
  if (probe.has_http_get()) {
    add(probe.http_get().port(), probe.http_get().host());
  }
  if (probe.has_tcp_socket()) {
    add(probe.tcp_socket().port(), probe.tcp_socket().host());
  }
  if (probe.has_grpc()) AddOnce({probe.grpc().port(), "TCP"}, ports);
}

// Whether an argument or variable speaks of a port, so that it may be another
// than the image's.
bool SpeaksOfPorts(const v1::Sidecar& sidecar) {
  const auto speaks = [](const std::string& text) {
    const std::string lower = absl::AsciiStrToLower(text);
    return absl::StrContains(lower, "port") || lower == "-p" ||
           absl::StrContains(lower, "listen");
  };
  return std::any_of(sidecar.args().begin(), sidecar.args().end(), speaks) ||
         std::any_of(sidecar.env().begin(), sidecar.env().end(),
                     [&](const v1::EnvVar& env) { return speaks(env.name()); });
}

// Calls `found` with each port that the units of the task claim, the index of
// the sidecar, and how the port is known; a port that one unit claims twice is
// its author's business.
template <typename Found>
void ForEachPort(const ResolvedTask& task, Found found) {
  if (task.units.empty()) return;
  const v1::TaskSpec& spec = task.units.front().spec;
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    const SidecarPorts ports = PortsOf(spec.sidecars(i));
    for (const Port& port : ports.ports) found(port, i, ports.source);
  }
}

// Index of the first sidecar whose ports nobody knows; -1 where there is none.
int UnknownSidecar(const ResolvedTask& task) {
  const v1::TaskSpec& spec = task.units.front().spec;
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    if (PortsOf(spec.sidecars(i)).source == SidecarPorts::Source::kUnknown) {
      return i;
    }
  }
  return -1;
}

}  // namespace

SidecarPorts PortsOf(const v1::Sidecar& sidecar) {
  SidecarPorts found;
  for (const v1::ContainerPort& port : sidecar.ports()) {
    AddOnce({port.container_port(), ProtocolOf(port)}, &found.ports);
  }
  if (!found.ports.empty()) {
    found.source = SidecarPorts::Source::kDeclared;
    return found;
  }
  for (const v1::Probe* probe :
       {&sidecar.readiness_probe(), &sidecar.startup_probe(),
        &sidecar.liveness_probe()}) {
    AddPortOfProbe(*probe, &found.ports);
  }
  if (!found.ports.empty()) {
    found.source = SidecarPorts::Source::kProbe;
    return found;
  }
  const bool own_program =
      sidecar.command().empty() && sidecar.script().empty();
  if (own_program && !SpeaksOfPorts(sidecar)) {
    for (const int32_t port : DefaultPortsOf(sidecar.image())) {
      found.ports.push_back({port, "TCP"});
    }
  }
  if (!found.ports.empty()) found.source = SidecarPorts::Source::kImage;
  return found;
}

std::optional<PortConflict> SharedPorts::FindConflict(const ResolvedRun& run,
                                                      TaskIndex task,
                                                      WaitSets* waits) const {
  std::optional<PortConflict> conflict;
  ForEachPort(run.tasks[task], [&](const Port& port, int sidecar,
                                   SidecarPorts::Source source) {
    if (conflict) return;
    if (run.tasks[task].units.size() > 1) {
      conflict = PortConflict{port, task, task, sidecar, source};
      return;
    }
    const auto found = claims_.find(port);
    if (found == claims_.end()) return;
    const std::map<int32_t, TaskIndex>& claims = found->second;
    const auto next = claims.lower_bound(waits->position(task));
    if (next != claims.end() && next->second != task &&
        !waits->IsBefore(task, next->second)) {
      conflict = PortConflict{port, next->second, task, sidecar, source};
    } else if (next != claims.begin() &&
               !waits->IsBefore(std::prev(next)->second, task)) {
      conflict =
          PortConflict{port, std::prev(next)->second, task, sidecar, source};
    }
  });
  return conflict;
}

void SharedPorts::Add(const ResolvedRun& run, TaskIndex task,
                      const WaitSets& waits) {
  ForEachPort(run.tasks[task],
              [&](const Port& port, int, SidecarPorts::Source) {
                claims_[port].emplace(waits.position(task), task);
              });
}

void WarnOfUnknownPorts(const ResolvedRun& run, const Group& group,
                        WaitSets* waits, DiagnosticList* diagnostics) {
  constexpr size_t kFew = 64;
  std::vector<TaskIndex> servers;
  for (const TaskIndex task : group.tasks) {
    const std::vector<ResolvedUnit>& units = run.tasks[task].units;
    if (!units.empty() && units.front().spec.sidecars_size() > 0) {
      servers.push_back(task);
    }
  }
  std::sort(servers.begin(), servers.end(), [&](TaskIndex a, TaskIndex b) {
    return waits->position(a) < waits->position(b);
  });
  std::vector<int> unknown;
  for (const TaskIndex task : servers) {
    unknown.push_back(UnknownSidecar(run.tasks[task]));
  }
  // The tasks that are together with others, and of those the first whose
  // sidecar says nothing.
  std::vector<bool> together(servers.size(), false);
  const size_t reach = servers.size() <= kFew ? kFew : 1;
  for (size_t i = 0; i < servers.size(); ++i) {
    if (unknown[i] >= 0 && run.tasks[servers[i]].units.size() > 1) {
      together[i] = true;
    }
    for (size_t j = i + 1; j < servers.size() && j <= i + reach; ++j) {
      if (unknown[i] < 0 && unknown[j] < 0) continue;
      if (waits->IsBefore(servers[i], servers[j])) continue;
      together[i] = together[j] = true;
    }
  }
  std::vector<TaskIndex> tasks;
  TaskIndex first = -1;
  int sidecar = -1;
  for (size_t i = 0; i < servers.size(); ++i) {
    if (!together[i]) continue;
    tasks.push_back(servers[i]);
    if (unknown[i] < 0 || (first >= 0 && first < servers[i])) continue;
    first = servers[i];
    sidecar = unknown[i];
  }
  if (first < 0) return;
  std::sort(tasks.begin(), tasks.end());
  constexpr size_t kShown = 5;
  std::vector<std::string> names;
  for (size_t i = 0; i < tasks.size() && i < kShown; ++i) {
    names.push_back(Quoted(run.tasks[tasks[i]].name));
  }
  if (tasks.size() > kShown) {
    names.push_back(absl::StrCat(tasks.size() - kShown, " more"));
  }
  const std::string last = names.back();
  names.pop_back();
  const ResolvedTask& task = run.tasks[first];
  const std::string& name = task.units.front().spec.sidecars(sidecar).name();
  v1::Diagnostic& d = diagnostics->Warning(
      "undeclared-port", task.task_subject,
      absl::StrCat(task.task_path, ".sidecars[", sidecar, "]"),
      absl::StrCat(
          names.empty()
              ? absl::StrCat("the units of the matrix of ", last)
              : absl::StrCat("the sidecars of ", absl::StrJoin(names, ", "),
                             " and ", last),
          " can run at once in one Pod, which has one network, and the sidecar "
          "\"",
          name, "\" of ", Quoted(task.name),
          " doesn't say on which port it listens: if two use the same port, "
          "one "
          "fails or is taken for the other"));
  d.set_hint(
      "declare `ports` of each sidecar, so that a conflict is found here; let "
      "the tasks run one after the other; or give one a Pod of its own "
      "(annotation colocation.dev/own-pod: \"true\")");
  for (const TaskIndex other : tasks) {
    if (other != first && d.related_size() < static_cast<int>(kShown)) {
      RelateTask(run.tasks[other], &d);
    }
  }
}

}  // namespace colocation
