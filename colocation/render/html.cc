#include "colocation/render/html.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/render/markup.h"
#include "colocation/render/plan_index.h"
#include "colocation/render/svg.h"

namespace colocation {
namespace {

constexpr absl::string_view kStyle =
    "body{font-family:system-ui,sans-serif;line-height:1.45;color:#1a1a1a;"
    "background:#fff;margin:2rem auto;max-width:76rem;padding:0 1rem}\n"
    "h1{font-size:1.5rem;margin-bottom:.2rem}\n"
    "h2{font-size:1.1rem;margin-top:2rem}\n"
    "p{margin:.2rem 0;color:#444}\n"
    ".picture{overflow:auto;border:1px solid #ddd;border-radius:8px;"
    "margin-top:1rem}\n"
    ".picture svg{display:block}\n"
    ".table{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;"
    "border-bottom:1px solid #e4e4e4;overflow-wrap:anywhere}\n"
    "th{color:#555;font-weight:600;overflow-wrap:normal}\n"
    "code{font-size:.85em;color:#555}\n";

class Page {
 public:
  explicit Page(const v1::ColocationPlan& plan) : plan_(plan), index_(plan) {}

  std::string Write() {
    const std::string name = XmlEscaped(plan_.run().name());
    absl::StrAppend(
        &out_,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>Plan of ",
        name, "</title>\n<style>\n", kStyle, "</style>\n</head>\n<body>\n<h1>",
        name, "</h1>\n<p>Pipeline ", XmlEscaped(plan_.run().pipeline()), ": ",
        Count(plan_.tasks_size(), "task"), " in ",
        Count(plan_.pods_size(), "Pod"), ", policy ",
        PolicyName(plan_.policy()), "</p>\n<div class=\"picture\">\n",
        ToSvg(plan_), "</div>\n");
    WritePods();
    WriteTasks();
    WriteDecisions();
    absl::StrAppend(&out_, "</body>\n</html>\n");
    return std::move(out_);
  }

 private:
  void StartTable(absl::string_view title,
                  const std::vector<absl::string_view>& head) {
    absl::StrAppend(&out_, "<h2>", title,
                    "</h2>\n<div class=\"table\"><table>\n<tr>");
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
           absl::StrJoin(task.wait_for(), ", "), StepsText(index_, task, 60),
           task.path()});
    }
    EndTable();
  }

  void WriteDecisions() {
    if (plan_.decisions().empty()) return;
    StartTable("Why", {"Decision", "To change it", "Code"});
    for (const v1::Decision& decision : plan_.decisions())
      Row({decision.message(), decision.hint(), decision.code()});
    EndTable();
  }

  const v1::ColocationPlan& plan_;
  const PlanIndex index_;
  std::string out_;
};

}  // namespace

std::string ToHtml(const v1::ColocationPlan& plan) {
  return Page(plan).Write();
}

}  // namespace colocation
