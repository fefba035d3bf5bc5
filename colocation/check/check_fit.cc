#include "colocation/check/check_fit.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "colocation/syntax/quantity.h"

namespace colocation {
namespace {

using absl::int128;

constexpr char kTasks[] = "tasks";

class FitChecker {
 public:
  FitChecker(const CheckedPlan& index, UnitOrder* order, int p,
             std::vector<int> units, Faults* faults)
      : index_(index),
        order_(*order),
        p_(p),
        pod_(index.plan->pods(p)),
        units_(std::move(units)),
        faults_(*faults) {}

  void Run() {
    const bool delayed = std::any_of(units_.begin(), units_.end(), [&](int u) {
      return !index_.delays[u].empty();
    });
    if (delayed != (pod_.fit_size() > 0)) {
      Fault("fit", "fit",
            delayed ? "units are delayed, and nothing says what for"
                    : "a limit is stated, and no unit is delayed for it");
    }
    if (delayed && !IsExplained()) {
      Fault("fit", "fit", "no decision says why units are delayed");
    }
    std::set<std::string> seen;
    for (int l = 0; l < pod_.fit_size(); ++l) {
      if (!seen.insert(pod_.fit(l).resource()).second) {
        Fault("duplicate-name", absl::StrCat("fit[", l, "]"),
              "the resource is there twice");
      }
      Limit(l);
    }
    for (const int u : units_) {
      for (const int other : index_.delays[u]) Minimal(other, u);
    }
  }

 private:
  bool IsExplained() const {
    const auto& decisions = index_.plan->decisions();
    return std::any_of(
        decisions.begin(), decisions.end(), [&](const v1::Decision& d) {
          if (d.code() != "serialised-to-fit" || d.tasks_size() == 0) {
            return false;
          }
          const int task = index_.TaskOf(d.tasks(0));
          return task >= 0 && index_.pod_of[task] == p_;
        });
  }

  // Nothing where the text is no positive quantity.
  int128 Read(const std::string& text, const std::string& at) {
    const auto quantity = Quantity::Parse(text);
    if (quantity && quantity->nanos() > 0) return quantity->nanos();
    Fault("quantity", at,
          absl::StrCat("\"", text, "\" is no positive quantity"));
    return 0;
  }

  void Limit(int l) {
    const v1::FitLimit& limit = pod_.fit(l);
    const std::string at = absl::StrCat("fit[", l, "]");
    const int128 capacity = Read(limit.capacity(), at + ".capacity");
    if (limit.source() == v1::FitLimit::SOURCE_UNSPECIFIED ||
        limit.name().empty() != (limit.source() == v1::FitLimit::REQUEST)) {
      Fault("fit", at + ".source", "it isn't said where the limit is from");
    }
    if (limit.resource() == kTasks) return Tasks(limit, capacity, at);
    if (limit.cover_size() > 0) {
      Fault("fit", at + ".cover", "the chains are those of the resource's use");
    }
    for (const v1::ResourceUse& use : pod_.resources()) {
      if (use.resource() != limit.resource()) continue;
      const auto peak = Quantity::Parse(use.peak());
      if (peak && peak->nanos() <= capacity) return;
      Fault("fit", at + ".capacity",
            absl::StrCat("the peak of ", limit.resource(), " is more"));
      return;
    }
    Fault("fit", at + ".resource",
          absl::StrCat("no unit of the Pod needs ", limit.resource()));
  }

  // No more units at once than there are chains.
  void Tasks(const v1::FitLimit& limit, int128 capacity,
             const std::string& at) {
    int128 shares = 0;
    std::set<int> covered;
    for (int c = 0; c < limit.cover_size(); ++c) {
      const v1::Chain& chain = limit.cover(c);
      const std::string path = absl::StrCat(at, ".cover[", c, "]");
      shares += Read(chain.share(), path + ".share");
      const auto one = Quantity::Parse("1");
      const auto share = Quantity::Parse(chain.share());
      const bool whole = share && !(*share < *one);
      int last = -1;
      for (const std::string& name : chain.units()) {
        const int u = index_.UnitOf(name);
        if (u < 0 || index_.units[u].pod != p_) {
          Fault("unknown-name", path,
                absl::StrCat("no unit \"", name, "\" in this Pod"));
          continue;
        }
        if (whole) covered.insert(u);
        if (last >= 0 && !order_.IsBefore(last, u)) {
          Fault("fit", path,
                absl::StrCat("\"", index_.units[last].unit->name(),
                             "\" need not end before \"", name, "\" starts"));
        }
        last = u;
      }
    }
    if (shares > capacity) {
      Fault("fit", at + ".cover", "the shares are more than the capacity");
    }
    for (const int u : units_) {
      if (covered.contains(u)) continue;
      Fault(
          "fit", at + ".cover",
          absl::StrCat("no chain has \"", index_.units[u].unit->name(), "\""));
    }
  }

  void Minimal(int other, int u) {
    if (!order_.IsImplied(other, u)) return;
    faults_.Add(
        "delay-not-minimal",
        absl::StrCat("tasks[", index_.units[u].task, "].units"),
        absl::StrCat("\"", index_.units[u].unit->name(), "\" waits for \"",
                     index_.units[other].unit->name(),
                     "\" to have room, which other waits imply"));
  }

  void Fault(absl::string_view code, absl::string_view field,
             std::string message) {
    faults_.Add(code, absl::StrCat("pods[", p_, "].", field),
                std::move(message));
  }

  const CheckedPlan& index_;
  UnitOrder& order_;
  const int p_;
  const v1::PlannedPod& pod_;
  const std::vector<int> units_;
  Faults& faults_;
};

}  // namespace

void CheckFit(const CheckedPlan& index, UnitOrder* order, Faults* faults) {
  std::vector<std::vector<int>> units(index.plan->pods_size());
  for (size_t u = 0; u < index.units.size(); ++u) {
    const int pod = index.units[u].pod;
    if (pod >= 0) units[pod].push_back(static_cast<int>(u));
  }
  for (int p = 0; p < index.plan->pods_size(); ++p) {
    // The usual case.
    if (!index.any_delays && index.plan->pods(p).fit_size() == 0) continue;
    FitChecker(index, order, p, std::move(units[p]), faults).Run();
  }
}

}  // namespace colocation
