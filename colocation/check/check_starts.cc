#include "colocation/check/check_starts.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace colocation {
namespace {

class StartChecker {
 public:
  StartChecker(const CheckedPlan& index, WaitOrder* order, int p,
               Faults* faults)
      : index_(index),
        order_(*order),
        p_(p),
        pod_(index.plan->pods(p)),
        faults_(*faults) {}

  void Run() {
    MadeOf();
    std::set<std::vector<int>> stated;
    bool readable = pod_.start_when_size() > 0;
    for (const v1::StartCondition& condition : pod_.start_when()) {
      std::vector<int> tasks;
      for (const std::string& name : condition.tasks()) {
        tasks.push_back(index_.TaskOf(name));
        readable &= tasks.back() >= 0 && index_.pod_of[tasks.back()] != p_ &&
                    !index_.never_runs(tasks.back());
      }
      std::sort(tasks.begin(), tasks.end());
      stated.insert(std::move(tasks));
    }
    if (!readable) return Fault("it names no tasks that run outside the Pod");
    const std::set<std::vector<int>> expected = Expected();
    for (const std::vector<int>& tasks : stated) {
      if (expected.contains(tasks)) continue;
      Fault(
          absl::StrCat("none of the Pod's first tasks can start, with all "
                       "that the Pod is made of, when ",
                       Names(tasks), " have ended"));
    }
    for (const std::vector<int>& tasks : expected) {
      if (stated.contains(tasks) || HasPart(stated, tasks)) continue;
      Fault(absl::StrCat("a task could start when ", Names(tasks),
                         " have ended, and the Pod is not created then"));
    }
  }

 private:
  // Whether one of `sets` is a part of `tasks`; asked only where few are there,
  // as otherwise all are stated.
  static bool HasPart(const std::set<std::vector<int>>& sets,
                      const std::vector<int>& tasks) {
    return std::any_of(sets.begin(), sets.end(), [&](const auto& set) {
      return std::includes(tasks.begin(), tasks.end(), set.begin(), set.end());
    });
  }

  std::set<std::vector<int>> Expected() {
    std::set<std::vector<int>> expected;
    for (const std::string& name : pod_.tasks()) {
      const std::vector<int>& waits = index_.waits[index_.TaskOf(name)];
      if (std::any_of(waits.begin(), waits.end(),
                      [&](int w) { return index_.pod_of[w] == p_; })) {
        continue;
      }
      std::vector<int> all = waits;
      all.insert(all.end(), made_of_.begin(), made_of_.end());
      if (!made_of_.empty()) all = order_.Last(std::move(all));
      expected.insert(std::move(all));
    }
    // At once, then: nothing else counts.
    if (expected.contains({})) return {{}};
    return expected;
  }

  // The tasks whose results the Pod is made of.
  void MadeOf() {
    std::set<absl::string_view> patched;
    for (const v1::ImagePatch& patch : pod_.image_patches()) {
      patched.insert(patch.container());
    }
    for (const v1::PlannedContainer& planned : pod_.containers()) {
      const v1::Container& container = planned.container();
      if (!patched.contains(container.name())) Read(container.image());
      Read(container.image_pull_policy());
      for (const v1::EnvVar& env : container.env()) {
        if (env.has_value_from()) Read(env.value_from().SerializeAsString());
      }
      for (const v1::EnvFromSource& from : container.env_from()) {
        Read(from.SerializeAsString());
      }
      for (const v1::VolumeMount& mount : container.volume_mounts()) {
        Read(mount.mount_path());
        Read(mount.sub_path());
      }
    }
    for (const v1::PlannedVolume& volume : pod_.volumes()) {
      if (volume.purpose() == v1::PlannedVolume::TASK ||
          volume.purpose() == v1::PlannedVolume::POD_TEMPLATE ||
          volume.purpose() == v1::PlannedVolume::WORKSPACE) {
        Read(volume.volume().SerializeAsString());
      }
    }
  }

  void Read(absl::string_view text) {
    constexpr absl::string_view kBegin = "$(tasks.";
    for (size_t at = text.find(kBegin); at != absl::string_view::npos;
         at = text.find(kBegin, at + 1)) {
      const absl::string_view rest = text.substr(at + kBegin.size());
      const int task = index_.TaskOf(rest.substr(0, rest.find('.')));
      if (task < 0 || index_.never_runs(task)) continue;
      if (index_.pod_of[task] == p_) {
        Fault(absl::StrCat("the Pod is made of a result of its own task \"",
                           index_.task(task).name(), "\""));
        continue;
      }
      made_of_.insert(task);
    }
  }

  std::string Names(const std::vector<int>& tasks) const {
    if (tasks.empty()) return "no others";
    std::string names;
    for (const int task : tasks) {
      absl::StrAppend(&names, names.empty() ? "" : ", ", "\"",
                      index_.task(task).name(), "\"");
    }
    return names;
  }

  void Fault(std::string message) {
    faults_.Add("start-condition", absl::StrCat("pods[", p_, "].startWhen"),
                std::move(message));
  }

  const CheckedPlan& index_;
  WaitOrder& order_;
  const int p_;
  const v1::PlannedPod& pod_;
  Faults& faults_;
  std::set<int> made_of_;
};

}  // namespace

void CheckStarts(const CheckedPlan& index, WaitOrder* order, Faults* faults) {
  for (int p = 0; p < index.plan->pods_size(); ++p) {
    StartChecker(index, order, p, faults).Run();
  }
}

}  // namespace colocation
