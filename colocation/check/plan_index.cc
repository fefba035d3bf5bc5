#include "colocation/check/plan_index.h"

#include <algorithm>
#include <unordered_map>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace colocation {
namespace {

// k8s.io/apimachinery/pkg/util/validation/validation.go: IsDNS1123Label.
bool IsLabel(absl::string_view name) {
  if (name.empty() || name.size() > 63) return false;
  if (name.front() == '-' || name.back() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

// Enum values and fields that this reader doesn't know, in the messages of the
// plan itself (those of Kubernetes have no enums).
class UnknownParts {
 public:
  explicit UnknownParts(Faults* faults) : faults_(*faults) {}

  void Find(const v1::ColocationPlan& plan) {
    // Made once in the life of the process, and never changed.
    static auto* const types = new PartsByType;
    static const Parts* const parts =
        PartsOf(v1::ColocationPlan::descriptor(), types);
    Find(plan, *parts, nullptr);
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  // What is worth a look in the messages of a type.
  struct Parts {
    const google::protobuf::Reflection* reflection = nullptr;
    struct Part {
      const Field* field;
      // Null for an enum.
      const Parts* message;
    };
    std::vector<Part> parts;
  };
  // References into it stay valid.
  using PartsByType =
      std::unordered_map<const google::protobuf::Descriptor*, Parts>;

  // The way to a message, put into words only where something is wrong there.
  struct Place {
    const Place* parent;
    const Field* field;
    int index;
  };

  void Find(const google::protobuf::Message& message, const Parts& parts,
            const Place* place) {
    const auto* reflection = parts.reflection;
    if (!reflection->GetUnknownFields(message).empty()) {
      faults_.Add("unknown-field", PathOf(place),
                  "there are fields here that this version doesn't know");
    }
    for (const auto& [field, inner] : parts.parts) {
      if (inner == nullptr) {
        const int value = reflection->GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) {
          const Place here{place, field, -1};
          faults_.Add("unknown-enum", PathOf(&here),
                      absl::StrCat("the value ", value, " of ",
                                   field->enum_type()->name(),
                                   " is not known to this version"));
        }
      } else if (!field->is_repeated()) {
        if (!reflection->HasField(message, field)) continue;
        const Place here{place, field, -1};
        Find(reflection->GetMessage(message, field), *inner, &here);
      } else {
        const int size = reflection->FieldSize(message, field);
        for (int i = 0; i < size; ++i) {
          const Place here{place, field, i};
          Find(reflection->GetRepeatedMessage(message, field, i), *inner,
               &here);
        }
      }
    }
  }

  // The enums, none of which is repeated, and messages of the plan and of the
  // launch spec. What Kubernetes has is Kubernetes' business.
  static const Parts* PartsOf(const google::protobuf::Descriptor* type,
                              PartsByType* known) {
    const auto [entry, added] = known->try_emplace(type);
    Parts& parts = entry->second;
    if (!added) return &parts;
    parts.reflection = google::protobuf::MessageFactory::generated_factory()
                           ->GetPrototype(type)
                           ->GetReflection();
    for (int i = 0; i < type->field_count(); ++i) {
      const Field* field = type->field(i);
      if (field->cpp_type() == Field::CPPTYPE_ENUM && !field->is_repeated()) {
        parts.parts.push_back({field, nullptr});
      } else if (field->cpp_type() == Field::CPPTYPE_MESSAGE &&
                 !field->is_map() && IsOurs(field->message_type())) {
        parts.parts.push_back({field, PartsOf(field->message_type(), known)});
      }
    }
    return &parts;
  }

  static bool IsOurs(const google::protobuf::Descriptor* type) {
    return type->file() == v1::ColocationPlan::descriptor()->file() ||
           type->file() == v1::LaunchSpec::descriptor()->file();
  }

  static std::string PathOf(const Place* place) {
    if (place == nullptr) return "";
    std::string path = PathOf(place->parent);
    absl::StrAppend(&path, path.empty() ? "" : ".", place->field->json_name());
    if (place->index >= 0) absl::StrAppend(&path, "[", place->index, "]");
    return path;
  }

  Faults& faults_;
};

class Indexer {
 public:
  Indexer(const v1::ColocationPlan& plan, Faults* faults)
      : plan_(plan), faults_(*faults) {
    index_.plan = &plan;
  }

  CheckedPlan Run() {
    if (plan_.version() != 1 && plan_.version() != 2) {
      faults_.Add("plan-version", "version",
                  absl::StrCat("version ", plan_.version(),
                               " is not known, only 1 and 2 are"));
      return std::move(index_);
    }
    UnknownParts(&faults_).Find(plan_);
    if (plan_.policy() == v1::POLICY_UNSPECIFIED) {
      faults_.Add("unspecified", "policy", "the plan doesn't say its policy");
    }
    if (plan_.requests() == v1::REQUEST_MODE_UNSPECIFIED) {
      faults_.Add("unspecified", "requests",
                  "the plan doesn't say what its Pods ask for");
    }
    if (plan_.run().name().empty()) {
      faults_.Add("run-name", "run.name", "the run has no name");
    }
    Tasks();
    Pods();
    Waits();
    Delays();
    Dependencies();
    Claims();
    Decisions();
    return std::move(index_);
  }

 private:
  void Tasks() {
    index_.task_by_name.reserve(plan_.tasks_size());
    index_.unit_by_name.reserve(plan_.tasks_size());
    bool finally = false;
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      const v1::PlannedTask& task = plan_.tasks(i);
      const std::string& name = task.name();
      if (!IsLabel(name)) {
        Fault("name", i, "name",
              absl::StrCat("\"", name, "\" is no DNS label"));
      }
      if (!index_.task_by_name.emplace(name, i).second) {
        Fault("duplicate-name", i, "name",
              absl::StrCat("another task is named \"", name, "\""));
      }
      if (finally && !task.finally()) {
        Fault("task-order", i, "finally",
              "a task comes after the first finally task");
      }
      finally |= task.finally();
      Placement(i, task);
      for (int u = 0; u < task.units_size(); ++u) {
        Unit(i, u, task, task.units(u));
      }
    }
  }

  void Placement(int i, const v1::PlannedTask& task) {
    const bool in_pod = task.placement() == v1::PLACEMENT_POD;
    const bool skipped = task.placement() == v1::PLACEMENT_SKIPPED;
    const bool external = task.placement() == v1::PLACEMENT_EXTERNAL;
    if (!in_pod && !skipped && !external) {
      Fault("unspecified", i, "placement", "the task is not placed");
    }
    if (in_pod != !task.pod().empty() || in_pod != (task.units_size() > 0)) {
      Fault("placement", i, "placement",
            "a task has a Pod and units exactly when it is placed in a Pod");
    }
    if (external != !task.external().empty()) {
      Fault("placement", i, "external",
            "an external task, and no other, says what runs it");
    }
    const bool launch =
        task.has_launch() && task.has_spec() &&
        task.launch().name() == task.name() &&
        task.launch().finally() == task.finally() &&
        std::equal(task.launch().wait_for().begin(),
                   task.launch().wait_for().end(), task.wait_for().begin(),
                   task.wait_for().end());
    if (external ? !launch : task.has_launch() || task.has_spec()) {
      Fault("external-launch", i, "launch",
            "an external task, and no other, says what decides its start and "
            "what to make then, with its own wait set");
    }
    if (skipped != task.has_end()) {
      Fault("placement", i, "end",
            "a task that never runs, and no other, says how it ends");
    }
    if (skipped && (task.end().outcome() != v1::OUTCOME_SKIPPED ||
                    task.end().skip_reason() == v1::SKIP_REASON_UNSPECIFIED)) {
      Fault("placement", i, "end",
            "the end of a task that never runs is Skipped, with a reason");
    }
  }

  void Unit(int i, int u, const v1::PlannedTask& task,
            const v1::PlannedUnit& unit) {
    const std::string field = absl::StrCat("units[", u, "]");
    // It names a directory, too.
    const bool of_task =
        unit.name() == task.name() ||
        (absl::StartsWith(unit.name(), task.name() + "-") &&
         IsLabel(
             absl::string_view(unit.name()).substr(task.name().size() + 1)));
    if (!of_task) {
      Fault("name", i, field + ".name",
            absl::StrCat("\"", unit.name(), "\" is no name for a unit of \"",
                         task.name(), "\""));
    }
    const auto [known, added] = index_.unit_by_name.emplace(
        unit.name(), static_cast<int>(index_.units.size()));
    if (!added) {
      Fault("duplicate-name", i, field + ".name",
            absl::StrCat("another unit is named \"", unit.name(), "\""));
    }
    index_.units.push_back({i, -1, &unit});
    if (unit.steps_size() == 0) {
      Fault("unit-steps", i, field + ".steps", "the unit has no steps");
    }
  }

  void Pods() {
    index_.pod_of.assign(plan_.tasks_size(), -1);
    absl::flat_hash_set<absl::string_view> names;
    int last_first = -1;
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const v1::PlannedPod& pod = plan_.pods(p);
      const std::string at = absl::StrCat("pods[", p, "]");
      if (!IsLabel(pod.name())) {
        faults_.Add("name", at + ".name",
                    absl::StrCat("\"", pod.name(), "\" is no DNS label"));
      }
      if (!names.insert(pod.name()).second) {
        faults_.Add("duplicate-name", at + ".name",
                    absl::StrCat("another Pod is named \"", pod.name(), "\""));
      }
      int last = -1;
      for (int t = 0; t < pod.tasks_size(); ++t) {
        const auto path = [&] { return absl::StrCat(at, ".tasks[", t, "]"); };
        const int task = Resolve(pod.tasks(t), path);
        if (task < 0) continue;
        if (index_.task(task).pod() != pod.name()) {
          faults_.Add("placement", path(),
                      absl::StrCat("\"", pod.tasks(t), "\" is placed in \"",
                                   index_.task(task).pod(), "\""));
        }
        if (index_.pod_of[task] >= 0) {
          faults_.Add("placement", path(),
                      absl::StrCat("\"", pod.tasks(t), "\" is listed twice"));
        }
        if (task < last) {
          faults_.Add("task-order", path(),
                      "the tasks of a Pod are in the pipeline's order");
        }
        last = task;
        index_.pod_of[task] = p;
        if (t > 0) continue;
        if (task < last_first) {
          faults_.Add("pod-order", at,
                      "Pods are in the order of their first tasks");
        }
        last_first = task;
      }
      if (pod.tasks_size() == 0) {
        faults_.Add("placement", at + ".tasks", "the Pod has no tasks");
      }
      ContainerNames(pod, at);
    }
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      if (!plan_.tasks(i).pod().empty() && index_.pod_of[i] < 0) {
        Fault("placement", i, "pod",
              absl::StrCat("no Pod \"", plan_.tasks(i).pod(),
                           "\" that lists the task"));
      }
    }
    for (IndexedUnit& unit : index_.units) unit.pod = index_.pod_of[unit.task];
  }

  void ContainerNames(const v1::PlannedPod& pod, const std::string& at) {
    absl::flat_hash_set<absl::string_view> names = {"colocation-install"};
    names.reserve(pod.containers_size() + 1);
    for (int c = 0; c < pod.containers_size(); ++c) {
      const std::string& name = pod.containers(c).container().name();
      const auto path = [&] {
        return absl::StrCat(at, ".containers[", c, "].container.name");
      };
      if (!IsLabel(name)) {
        faults_.Add("name", path(),
                    absl::StrCat("\"", name, "\" is no DNS label"));
      }
      if (!names.insert(name).second) {
        faults_.Add("duplicate-name", path(),
                    absl::StrCat("another container of the Pod is named \"",
                                 name, "\""));
      }
    }
    names.clear();
    for (int v = 0; v < pod.volumes_size(); ++v) {
      const std::string& name = pod.volumes(v).volume().name();
      const auto path = [&] {
        return absl::StrCat(at, ".volumes[", v, "].volume.name");
      };
      if (!IsLabel(name)) {
        faults_.Add("name", path(),
                    absl::StrCat("\"", name, "\" is no DNS label"));
      }
      if (!names.insert(name).second) {
        faults_.Add(
            "duplicate-name", path(),
            absl::StrCat("another volume of the Pod is named \"", name, "\""));
      }
    }
  }

  void Waits() {
    index_.waits.resize(plan_.tasks_size());
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      const v1::PlannedTask& task = plan_.tasks(i);
      std::vector<int>& waits = index_.waits[i];
      waits.reserve(task.wait_for_size());
      for (int w = 0; w < task.wait_for_size(); ++w) {
        const auto path = [&] {
          return absl::StrCat("tasks[", i, "].waitFor[", w, "]");
        };
        const int other = Resolve(task.wait_for(w), path);
        if (other < 0) continue;
        const auto fault = [&](absl::string_view message) {
          faults_.Add("wait-set", path(), std::string(message));
        };
        if (other == i) fault("the task waits for itself");
        if (index_.never_runs(i)) fault("a task that never runs waits");
        if (index_.never_runs(other)) {
          fault("the task waits for one that never runs");
        }
        if (index_.task(other).finally()) {
          fault("no task waits for a finally task");
        }
        waits.push_back(other);
      }
      std::sort(waits.begin(), waits.end());
      const auto twice = std::adjacent_find(waits.begin(), waits.end());
      if (twice == waits.end()) continue;
      Fault(
          "wait-set", i, "waitFor",
          absl::StrCat("\"", index_.task(*twice).name(), "\" is there twice"));
    }
  }

  void Delays() {
    index_.delays.resize(index_.units.size());
    for (size_t u = 0; u < index_.units.size(); ++u) {
      const IndexedUnit& unit = index_.units[u];
      const auto fault = [&](const std::string& name,
                             absl::string_view message) {
        Fault("delay", unit.task, "units",
              absl::StrCat("\"", unit.unit->name(), "\" waits for \"", name,
                           "\": ", message));
      };
      std::vector<int>& delays = index_.delays[u];
      for (const std::string& name : unit.unit->delayed_by()) {
        const int other = index_.UnitOf(name);
        if (other < 0 || index_.units[other].pod != unit.pod) {
          fault(name, "no such unit in its Pod");
          continue;
        }
        if (other == static_cast<int>(u)) fault(name, "that is itself");
        if (!delays.empty() && delays.back() >= other) {
          fault(name, "these units are in the pipeline's order, each once");
        }
        delays.push_back(other);
        index_.any_delays = true;
      }
    }
  }

  void Dependencies() {
    index_.dependencies.reserve(plan_.dependencies_size());
    for (const v1::Dependency& d : plan_.dependencies()) {
      index_.dependencies.push_back(
          {index_.TaskOf(d.from()), index_.TaskOf(d.to())});
    }
  }

  void Claims() {
    absl::flat_hash_set<absl::string_view> names;
    for (int c = 0; c < plan_.claims_size(); ++c) {
      const std::string& name = plan_.claims(c).metadata().name();
      const std::string path = absl::StrCat("claims[", c, "].metadata.name");
      if (name.empty()) faults_.Add("name", path, "the claim has no name");
      if (!names.insert(name).second) {
        faults_.Add("duplicate-name", path,
                    absl::StrCat("another claim is named \"", name, "\""));
      }
    }
  }

  void Decisions() {
    absl::flat_hash_set<absl::string_view> pods;
    for (const v1::PlannedPod& pod : plan_.pods()) pods.insert(pod.name());
    for (int d = 0; d < plan_.decisions_size(); ++d) {
      const v1::Decision& decision = plan_.decisions(d);
      const std::string at = absl::StrCat("decisions[", d, "]");
      if (decision.code().empty() || decision.message().empty()) {
        faults_.Add("decision", at, "a decision has a code and a message");
      }
      for (int t = 0; t < decision.tasks_size(); ++t) {
        Resolve(decision.tasks(t),
                [&] { return absl::StrCat(at, ".tasks[", t, "]"); });
      }
      for (int p = 0; p < decision.pods_size(); ++p) {
        if (pods.contains(decision.pods(p))) continue;
        faults_.Add("unknown-name", absl::StrCat(at, ".pods[", p, "]"),
                    absl::StrCat("no Pod \"", decision.pods(p), "\""));
      }
    }
  }

  // `path` is put into words only where the name is unknown.
  template <typename Path>
  int Resolve(absl::string_view name, Path path) {
    const int task = index_.TaskOf(name);
    if (task < 0) {
      faults_.Add("unknown-name", path(),
                  absl::StrCat("no task \"", name, "\""));
    }
    return task;
  }

  void Fault(absl::string_view code, int task, absl::string_view field,
             std::string message) {
    faults_.Add(code, absl::StrCat("tasks[", task, "].", field),
                std::move(message));
  }

  const v1::ColocationPlan& plan_;
  Faults& faults_;
  CheckedPlan index_;
};

}  // namespace

bool CheckedPlan::Waits(int task, int before) const {
  return std::binary_search(waits[task].begin(), waits[task].end(), before);
}

int CheckedPlan::TaskOf(absl::string_view name) const {
  const auto found = task_by_name.find(name);
  return found == task_by_name.end() ? -1 : found->second;
}

int CheckedPlan::UnitOf(absl::string_view name) const {
  const auto found = unit_by_name.find(name);
  return found == unit_by_name.end() ? -1 : found->second;
}

CheckedPlan IndexPlan(const v1::ColocationPlan& plan, Faults* faults) {
  return Indexer(plan, faults).Run();
}

WaitOrder::WaitOrder(const CheckedPlan& index, Faults* faults) : index_(index) {
  const int n = static_cast<int>(index.waits.size());
  std::vector<std::vector<int>> followers(n);
  std::vector<int> missing(n);
  for (int i = 0; i < n; ++i) {
    missing[i] = static_cast<int>(index.waits[i].size());
    for (const int w : index.waits[i]) followers[w].push_back(i);
    if (missing[i] == 0) topological_.push_back(i);
  }
  for (size_t at = 0; at < topological_.size(); ++at) {
    for (const int f : followers[topological_[at]]) {
      if (--missing[f] == 0) topological_.push_back(f);
    }
  }
  valid_ = static_cast<int>(topological_.size()) == n;
  if (!valid_) {
    // Every task that is left has one that is left in its wait set: going there
    // again and again ends in a cycle.
    int i = 0;
    while (missing[i] == 0) ++i;
    const auto left = [&](int task) { return missing[task] > 0; };
    for (int step = 0; step < n; ++step) {
      i = *std::find_if(index.waits[i].begin(), index.waits[i].end(), left);
    }
    faults->Add("cycle", absl::StrCat("tasks[", i, "].waitFor"),
                absl::StrCat("\"", index.task(i).name(),
                             "\" waits for itself, through others"));
  }
  position_.resize(n);
  for (size_t at = 0; at < topological_.size(); ++at) {
    position_[topological_[at]] = static_cast<int>(at);
  }
  seen_.assign(n, 0);
  if (valid_) NumberForest(followers);
}

void WaitOrder::NumberForest(const std::vector<std::vector<int>>& followers) {
  const int n = static_cast<int>(followers.size());
  std::vector<int> hangs_on(n, -1);
  level_.assign(n, 0);
  for (const int i : topological_) {
    for (const int w : index_.waits[i]) {
      level_[i] = std::max(level_[i], level_[w] + 1);
      if (hangs_on[i] < 0 || position_[w] > position_[hangs_on[i]]) {
        hangs_on[i] = w;
      }
    }
  }
  number_.assign(n, 0);
  until_.assign(n, 0);
  int next = 0;
  // A task, and how many of its followers have been gone into.
  std::vector<std::pair<int, size_t>> path;
  for (int root = 0; root < n; ++root) {
    if (hangs_on[root] >= 0) continue;
    number_[root] = next++;
    path.emplace_back(root, 0);
    while (!path.empty()) {
      auto& [at, done] = path.back();
      if (done == followers[at].size()) {
        until_[at] = next;
        path.pop_back();
        continue;
      }
      const int follower = followers[at][done++];
      if (hangs_on[follower] != at) continue;
      number_[follower] = next++;
      path.emplace_back(follower, 0);
    }
  }
}

bool WaitOrder::IsBefore(int before, int after) {
  if (before == after) return false;
  if (Above(before, after)) return true;
  ++walk_;
  stack_ = {after};
  while (!stack_.empty()) {
    const int at = stack_.back();
    stack_.pop_back();
    for (const int w : index_.waits[at]) {
      if (Above(before, w)) return true;
      if (level_[w] <= level_[before] || position_[w] <= position_[before] ||
          seen_[w] == walk_) {
        continue;
      }
      seen_[w] = walk_;
      stack_.push_back(w);
    }
  }
  return false;
}

std::vector<int> WaitOrder::Last(std::vector<int> tasks) {
  std::sort(tasks.begin(), tasks.end());
  tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
  if (tasks.size() < 2) return tasks;
  int lowest = position_[tasks[0]];
  for (const int t : tasks) lowest = std::min(lowest, position_[t]);
  ++walk_;
  stack_ = tasks;
  while (!stack_.empty()) {
    const int at = stack_.back();
    stack_.pop_back();
    for (const int w : index_.waits[at]) {
      if (position_[w] < lowest || seen_[w] == walk_) continue;
      seen_[w] = walk_;
      stack_.push_back(w);
    }
  }
  tasks.erase(std::remove_if(tasks.begin(), tasks.end(),
                             [&](int t) { return seen_[t] == walk_; }),
              tasks.end());
  return tasks;
}

std::vector<bool> WaitOrder::AllBefore(const std::vector<int>& of) const {
  std::vector<bool> before(position_.size());
  std::vector<int> stack = of;
  while (!stack.empty()) {
    const int at = stack.back();
    stack.pop_back();
    for (const int w : index_.waits[at]) {
      if (before[w]) continue;
      before[w] = true;
      stack.push_back(w);
    }
  }
  return before;
}

bool WaitOrder::AnyImplied(const std::vector<int>& tasks, int64_t* steps) {
  if (tasks.size() < 2) return false;
  int lowest = position_[tasks[0]];
  for (const int t : tasks) lowest = std::min(lowest, position_[t]);
  ++walk_;
  stack_ = tasks;
  while (!stack_.empty()) {
    const int at = stack_.back();
    stack_.pop_back();
    for (const int w : index_.waits[at]) {
      if (--*steps < 0) return false;
      if (position_[w] < lowest || seen_[w] == walk_) continue;
      seen_[w] = walk_;
      stack_.push_back(w);
    }
  }
  return std::any_of(tasks.begin(), tasks.end(),
                     [&](int t) { return seen_[t] == walk_; });
}

}  // namespace colocation
