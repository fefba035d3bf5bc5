#include "colocation/render/html.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/render/markup.h"
#include "colocation/render/page_bundle.h"
#include "colocation/render/page_data.h"
#include "colocation/render/plan_index.h"
#include "colocation/render/svg.h"

namespace colocation {
namespace {

// Programs, and whatever a program could load: only ours, and nothing. Styles
// are those of the page and of the picture without program.
std::string SecurityPolicy() {
  return absl::StrCat("default-src 'none'; script-src '", kPageScriptHash,
                      "'; style-src 'unsafe-inline'; base-uri 'none'; "
                      "form-action 'none'");
}

class Page {
 public:
  // `simulation` may be null.
  Page(const v1::ColocationPlan& plan, const v1::SimulationResult* simulation)
      : plan_(plan), simulation_(simulation), index_(plan) {}

  std::string Write() {
    const std::string name = XmlEscaped(plan_.run().name());
    absl::StrAppend(
        &out_,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"",
        SecurityPolicy(),
        "\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<title>Plan of ",
        name, "</title>\n<style>\n", kPageStyle,
        "</style>\n</head>\n<body>\n<header>\n<h1>", name,
        "</h1>\n<p>Pipeline ", XmlEscaped(plan_.run().pipeline()), ": ",
        Count(plan_.tasks_size(), "task"), " in ",
        Count(plan_.pods_size(), "Pod"), ", policy ",
        PolicyName(plan_.policy()),
        "</p>\n</header>\n<main id=\"page\">\n"
        "<noscript><div class=\"scroll\">\n",
        ToSvg(plan_), "</div></noscript>\n</main>\n<section id=\"tables\">\n");
    WritePods();
    WriteTasks();
    WriteDecisions();
    absl::StrAppend(&out_, "</section>\n");
    WriteData("plan", PageData(plan_));
    if (simulation_ != nullptr) WriteData("simulation", PageData(*simulation_));
    absl::StrAppend(&out_, "<script>", kPageScript,
                    "</script>\n</body>\n</html>\n");
    return std::move(out_);
  }

 private:
  void WriteData(absl::string_view id, absl::string_view json) {
    absl::StrAppend(&out_, "<script type=\"application/json\" id=\"", id, "\">",
                    json, "</script>\n");
  }

  void StartTable(absl::string_view title,
                  const std::vector<absl::string_view>& head) {
    absl::StrAppend(&out_, "<h2>", title,
                    "</h2>\n<div class=\"scroll\"><table>\n<tr>");
    for (const absl::string_view cell : head)
      absl::StrAppend(&out_, "<th>", cell, "</th>");
    absl::StrAppend(&out_, "</tr>\n");
  }

  void Row(const std::vector<std::string>& cells) {
    absl::StrAppend(&out_, "<tr>");
    for (const std::string& cell : cells)
      absl::StrAppend(&out_, "<td>", XmlEscaped(cell), "</td>");
    absl::StrAppend(&out_, "</tr>\n");
  }

  void EndTable() { absl::StrAppend(&out_, "</table></div>\n"); }

  void WritePods() {
    StartTable("Pods", {"Pod", "Created", "Tasks", "Workspaces", "Account",
                        "Requests (written sum)"});
    for (const v1::PlannedPod& pod : plan_.pods()) {
      std::vector<std::string> workspaces;
      for (const v1::PlannedVolume& volume : pod.volumes()) {
        if (volume.purpose() == v1::PlannedVolume::WORKSPACE)
          workspaces.push_back(absl::StrCat(volume.workspace(), ": ",
                                            VolumeText(volume.volume())));
      }
      std::vector<std::string> requests;
      for (const v1::ResourceUse& use : pod.resources())
        requests.push_back(absl::StrCat(use.resource(), " ", use.requested(),
                                        " (", use.sum(), ")"));
      Row({pod.name(), StartText(pod), absl::StrJoin(pod.tasks(), ", "),
           absl::StrJoin(workspaces, "; "), pod.spec().service_account_name(),
           absl::StrJoin(requests, ", ")});
    }
    EndTable();
  }

  void WriteTasks() {
    StartTable("Tasks",
               {"Task", "Runs in", "Waits for", "Steps", "Written at"});
    for (const v1::PlannedTask& task : plan_.tasks()) {
      std::string place = task.pod();
      if (task.placement() == v1::PLACEMENT_EXTERNAL) place = task.external();
      if (task.placement() == v1::PLACEMENT_SKIPPED)
        place =
            absl::StrCat("never: ", SkipReasonText(task.end().skip_reason()));
      Row({absl::StrCat(task.name(), task.finally() ? " (finally)" : ""), place,
           WaitsText(task), StepsText(index_, task, 60), task.path()});
    }
    EndTable();
  }

  std::string WaitsText(const v1::PlannedTask& task) const {
    std::vector<std::string> waits(task.wait_for().begin(),
                                   task.wait_for().end());
    for (const v1::PlannedTask* other : index_.DelaysOf(task)) {
      waits.push_back(absl::StrCat(other->name(), " (to have room)"));
    }
    return absl::StrJoin(waits, ", ");
  }

  void WriteDecisions() {
    if (plan_.decisions().empty()) return;
    StartTable("Why", {"Decision", "To change it", "Code"});
    for (const v1::Decision& decision : plan_.decisions())
      Row({decision.message(), decision.hint(), decision.code()});
    EndTable();
  }

  const v1::ColocationPlan& plan_;
  const v1::SimulationResult* const simulation_;
  const PlanIndex index_;
  std::string out_;
};

}  // namespace

std::string ToHtml(const v1::ColocationPlan& plan) {
  return Page(plan, nullptr).Write();
}

std::string ToHtml(const v1::ColocationPlan& plan,
                   const v1::SimulationResult& simulation) {
  return Page(plan, &simulation).Write();
}

}  // namespace colocation
