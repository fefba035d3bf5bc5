#include "launcher/check_spec.h"

#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace colocation::launcher {
namespace {

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// Whether each task can be brought into an order in which it comes after those
// that it waits for; else the name of one that can't. The same of units and
// those that they are delayed by: a first one of a matrix decides for all, so
// that none of the others may have to end before.
std::string_view WaitsForItself(
    const LaunchSpec& spec,
    const std::map<std::string_view, size_t>& index_of) {
  // Events: the start of each task, its end, then the decision and the end of
  // each unit.
  const size_t tasks = spec.tasks.size();
  std::map<std::string_view, size_t> unit_of;
  for (const LaunchTask& task : spec.tasks) {
    for (const LaunchUnit& unit : task.units) {
      unit_of.emplace(unit.name, unit_of.size());
    }
  }
  const auto decision = [&](const LaunchUnit& unit) {
    return 2 * tasks + 2 * unit_of.at(unit.name);
  };
  const size_t events = 2 * tasks + 2 * unit_of.size();
  std::vector<size_t> awaited(events);
  std::vector<std::vector<size_t>> waiting(events);
  const auto after = [&](size_t before, size_t event) {
    waiting[before].push_back(event);
    ++awaited[event];
  };
  for (size_t i = 0; i < tasks; ++i) {
    const size_t start = 2 * i, end = 2 * i + 1;
    after(start, end);
    for (const std::string& name : spec.tasks[i].wait_for) {
      after(2 * index_of.at(name) + 1, start);
    }
    for (const LaunchUnit& unit : spec.tasks[i].units) {
      after(start, decision(unit));
      after(decision(unit), decision(unit) + 1);
      after(decision(unit) + 1, end);
      const LaunchUnit& first = spec.tasks[i].units.front();
      if (&unit != &first) after(decision(first), decision(unit));
      for (const std::string& name : unit.delayed_by) {
        after(2 * tasks + 2 * unit_of.at(name) + 1, decision(unit));
      }
    }
  }
  std::vector<size_t> ready;
  for (size_t event = 0; event < events; ++event) {
    if (awaited[event] == 0) ready.push_back(event);
  }
  while (!ready.empty()) {
    const size_t event = ready.back();
    ready.pop_back();
    for (const size_t next : waiting[event]) {
      if (--awaited[next] == 0) ready.push_back(next);
    }
  }
  for (size_t i = 0; i < tasks; ++i) {
    if (awaited[2 * i + 1] > 0) return spec.tasks[i].name;
  }
  return "";
}

}  // namespace

bool CheckLaunchSpec(const LaunchSpec& spec, std::string* error) {
  const auto fail = [error](const std::string& what) {
    *error = what;
    return false;
  };
  if (spec.version != kSpecVersion) {
    return fail("the launch spec has version " + std::to_string(spec.version) +
                ", this launcher knows version " +
                std::to_string(kSpecVersion));
  }
  std::map<std::string_view, ContainerRole> roles;
  for (const LaunchContainer& container : spec.containers) {
    if (!roles.emplace(container.name, container.role).second) {
      return fail("container " + Quoted(container.name) + " is there twice");
    }
  }
  std::map<std::string_view, size_t> index_of;
  std::set<std::string_view> units;
  for (const LaunchTask& task : spec.tasks) {
    if (!index_of.emplace(task.name, index_of.size()).second) {
      return fail("task " + Quoted(task.name) + " is there twice");
    }
    if (task.units.empty() && !task.gate && !task.end.has_value()) {
      return fail("task " + Quoted(task.name) + " can't end: it has no units");
    }
    for (const LaunchUnit& unit : task.units) {
      if (!units.insert(unit.name).second) {
        return fail("unit " + Quoted(unit.name) + " is there twice");
      }
      if (unit.steps.empty()) {
        return fail("unit " + Quoted(unit.name) + " has no steps");
      }
      const auto all_are = [&](const std::vector<std::string>& names,
                               ContainerRole role) {
        for (const std::string& name : names) {
          const auto found = roles.find(name);
          if (found != roles.end() && found->second == role) continue;
          return fail("unit " + Quoted(unit.name) + " names " + Quoted(name) +
                      ", which the launch spec does not have");
        }
        return true;
      };
      if (!all_are(unit.steps, ContainerRole::kStep) ||
          !all_are(unit.sidecars, ContainerRole::kSidecar)) {
        return false;
      }
    }
  }
  for (const LaunchTask& task : spec.tasks) {
    for (const std::string& name : task.wait_for) {
      if (index_of.count(name) == 0) {
        return fail("task " + Quoted(task.name) + " waits for " + Quoted(name) +
                    ", which the launch spec does not have");
      }
    }
  }
  for (const LaunchTask& task : spec.tasks) {
    for (const LaunchUnit& unit : task.units) {
      for (const std::string& name : unit.delayed_by) {
        if (units.count(name) == 0) {
          return fail("unit " + Quoted(unit.name) + " waits for " +
                      Quoted(name) + ", which the launch spec does not have");
        }
      }
    }
  }
  const std::string_view stuck = WaitsForItself(spec, index_of);
  if (!stuck.empty()) {
    return fail("task " + Quoted(stuck) + " waits for itself");
  }
  return true;
}

}  // namespace colocation::launcher
