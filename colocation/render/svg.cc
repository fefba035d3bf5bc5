#include "colocation/render/svg.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/render/layered_layout.h"
#include "colocation/render/markup.h"
#include "colocation/render/plan_index.h"
#include "colocation/render/text_layout.h"

namespace colocation {
namespace {

// Of a monospaced font a character is at most 0.61 of its size wide (DejaVu
// Sans Mono 0.602, Courier 0.6), so text fits whatever font is there.
constexpr int kNameSize = 13;
constexpr int kNoteSize = 11;
constexpr int kPodSize = 12;
constexpr size_t kNameLimit = 34;
constexpr size_t kNoteLimit = 40;
constexpr int kNodeHeight = 44;
constexpr int kTitleHeight = 56;
constexpr int kLegendHeight = 44;
constexpr int kLeastWidth = 760;

int TextPixels(absl::string_view text, int size) {
  return static_cast<int>(TextWidth(text)) * size * 61 / 100 + 1;
}

// The look of a wait that is only there to have room.
constexpr absl::string_view kRoom = "room";

// What an edge looks like; several dependencies between two tasks are one.
enum class Look { kOrder, kResult, kGate, kRoom };

absl::string_view LookClass(Look look) {
  switch (look) {
    case Look::kResult:
      return "result";
    case Look::kGate:
      return "gate";
    case Look::kRoom:
      return kRoom;
    default:
      return "order";
  }
}

class Picture {
 public:
  explicit Picture(const v1::ColocationPlan& plan)
      : plan_(plan), index_(plan) {}

  std::string Draw() {
    MakeNodes();
    MakeEdges();
    MakeColumns();
    layout_ = PlaceInColumns(nodes_, edges_, groups_);
    width_ = std::max(layout_.width, kLeastWidth);
    height_ = kTitleHeight + layout_.height + kLegendHeight;
    WriteStart();
    WritePods();
    WriteFinallyBand();
    for (size_t i = 0; i < edges_.size(); ++i) WriteEdge(i);
    for (int i = 0; i < plan_.tasks_size(); ++i) WriteTask(i);
    WriteLegend();
    absl::StrAppend(&out_, "</svg>\n");
    return std::move(out_);
  }

 private:
  std::string Note(const v1::PlannedTask& task) const {
    switch (task.placement()) {
      case v1::PLACEMENT_EXTERNAL:
        return Shortened(task.external(), kNoteLimit);
      case v1::PLACEMENT_SKIPPED:
        return "never runs";
      default:
        return Shortened(StepsText(index_, task, kNoteLimit), kNoteLimit);
    }
  }

  void MakeNodes() {
    // A task outside of Pods is a group of its own, as is one of a Pod that the
    // plan doesn't have.
    std::map<absl::string_view, int> pods;
    for (const v1::PlannedPod& pod : plan_.pods()) pods[pod.name()] = groups_++;
    for (const v1::PlannedTask& task : plan_.tasks()) {
      number_[task.name()] = static_cast<int>(nodes_.size());
      const auto pod = task.placement() == v1::PLACEMENT_POD
                           ? pods.find(task.pod())
                           : pods.end();
      LayoutNode node;
      node.group = pod != pods.end() ? pod->second : groups_++;
      node.height = kNodeHeight;
      node.width = 24 + std::max(TextPixels(Shortened(task.name(), kNameLimit),
                                            kNameSize),
                                 TextPixels(Note(task), kNoteSize));
      // A Pod's name has to fit above its tasks, which may be this one.
      if (pod != pods.end()) {
        const v1::PlannedPod& box = plan_.pods(pod->second);
        if (box.tasks_size() == 1)
          node.width = std::max(
              node.width,
              TextPixels(Shortened(PodTitle(box), kNameLimit), kPodSize));
      }
      nodes_.push_back(node);
    }
  }

  static std::string PodTitle(const v1::PlannedPod& pod) {
    return absl::StrCat("Pod ", pod.name());
  }

  void MakeEdges() {
    for (const v1::PlannedTask& task : plan_.tasks()) {
      // Finally tasks are all in one column.
      if (task.finally()) continue;
      for (const v1::PlannedTask* other : index_.DelaysOf(task)) {
        if (other == &task) continue;
        edges_.push_back({number_[other->name()], number_[task.name()]});
        looks_.push_back(Look::kRoom);
        titles_.push_back(absl::StrCat(other->name(), " \xe2\x86\x92 ",
                                       task.name(), ": only to have room"));
        has_room_ = true;
      }
      for (const std::string& name : task.wait_for()) {
        const auto from = number_.find(name);
        if (from == number_.end()) continue;
        Look look = Look::kOrder;
        std::vector<std::string> reasons;
        for (const v1::Dependency* d : index_.DependenciesOf(task.name())) {
          if (d->from() != name) continue;
          if (d->kind() == v1::Dependency::RESOURCE && look != Look::kGate)
            look = Look::kResult;
          if (d->gate()) look = Look::kGate;
          reasons.push_back(absl::StrCat(DependencyName(d->kind()), " ",
                                         absl::StrJoin(d->paths(), ", ")));
        }
        edges_.push_back({from->second, number_[task.name()]});
        looks_.push_back(look);
        titles_.push_back(absl::StrCat(name, " \xe2\x86\x92 ", task.name(),
                                       ": ", absl::StrJoin(reasons, "; ")));
      }
    }
  }

  Graph WaitGraph() const {
    std::vector<Edge> waits;
    for (const LayoutEdge& edge : edges_) waits.push_back({edge.from, edge.to});
    return Graph(static_cast<Vertex>(nodes_.size()), std::move(waits));
  }

  // Leaves out the waits of units to have room. They are in no circle, but the
  // tasks may be, where units of two matrices take turns.
  void LeaveOutRoom() {
    size_t kept = 0;
    for (size_t i = 0; i < edges_.size(); ++i) {
      if (looks_[i] == Look::kRoom) continue;
      edges_[kept] = edges_[i];
      looks_[kept] = looks_[i];
      titles_[kept++] = titles_[i];
    }
    edges_.resize(kept);
    looks_.resize(kept);
    titles_.resize(kept);
    has_room_ = false;
  }

  void MakeColumns() {
    Graph graph = WaitGraph();
    auto order = TopologicalOrder(graph);
    if (!order && has_room_) {
      LeaveOutRoom();
      graph = WaitGraph();
      order = TopologicalOrder(graph);
    }
    if (!order) {
      // No plan of ours; shown in one column.
      edges_.clear();
      return;
    }
    int last = -1;
    for (const Vertex v : *order) {
      for (const Vertex w : graph.Successors(v))
        nodes_[w].column = std::max(nodes_[w].column, nodes_[v].column + 1);
      if (!plan_.tasks(v).finally()) last = std::max(last, nodes_[v].column);
    }
    finally_column_ = last + 1;
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      if (plan_.tasks(i).finally()) {
        nodes_[i].column = finally_column_;
        has_finally_ = true;
      }
    }
  }

  void Text(int x, int y, absl::string_view css, absl::string_view text) {
    absl::StrAppend(&out_, "<text x=\"", x, "\" y=\"", y, "\" class=\"", css,
                    "\">", XmlEscaped(text), "</text>");
  }

  void WriteStart() {
    const std::string title = absl::StrCat("Plan of ", plan_.run().name());
    absl::StrAppend(&out_, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"",
                    width_, "\" height=\"", height_, "\" viewBox=\"0 0 ",
                    width_, " ", height_, "\" role=\"img\">\n<title>",
                    XmlEscaped(title), "</title>\n");
    // Colours of Okabe and Ito, which colour-blind people tell apart, too.
    absl::StrAppend(
        &out_,
        "<style>\n"
        "svg{font-family:'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',"
        "monospace}\n"
        ".title{font-size:17px;font-weight:bold;fill:#1a1a1a}\n"
        ".sub,.legend{font-size:12px;fill:#555}\n"
        ".pod{fill:#eef7fd;stroke:#56b4e9;stroke-width:1.5}\n"
        ".podname{font-size:12px;font-weight:bold;fill:#0b5a8a}\n"
        ".band{fill:#e9d98a;fill-opacity:.3}\n"
        ".bandname{font-size:12px;font-weight:bold;fill:#7a6a2f}\n"
        ".task{fill:#fff;stroke:#333;stroke-width:1.2}\n"
        ".external{fill:#fff6ef;stroke:#d55e00;stroke-width:1.2;"
        "stroke-dasharray:5 3}\n"
        ".never{fill:#f7f7f7;stroke:#999;stroke-width:1.2;"
        "stroke-dasharray:2 3}\n"
        ".name{font-size:13px;fill:#1a1a1a}\n"
        ".note{font-size:11px;fill:#555}\n"
        ".edge{fill:none;stroke-width:1.5}\n"
        ".order{stroke:#555}\n"
        ".result{stroke:#0072b2;stroke-width:2}\n"
        ".gate{stroke:#d55e00;stroke-dasharray:6 4}\n",
        has_room_ ? ".room{stroke:#cc79a7;stroke-dasharray:2 3}\n" : "",
        "</style>\n<defs>\n");
    for (const auto& [name, color] : {std::pair{"order", "#555"},
                                      {"result", "#0072b2"},
                                      {"gate", "#d55e00"},
                                      {"room", "#cc79a7"}}) {
      if (!has_room_ && name == kRoom) continue;
      absl::StrAppend(
          &out_, "<marker id=\"", name,
          "\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
          "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" "
          "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"",
          color, "\"/></marker>\n");
    }
    absl::StrAppend(&out_, "</defs>\n<rect width=\"", width_, "\" height=\"",
                    height_, "\" fill=\"#fff\"/>\n");
    Text(14, 26, "title", Shortened(plan_.run().name(), 64));
    Text(14, 44, "sub",
         absl::StrCat(Count(plan_.tasks_size(), "task"), " in ",
                      Count(plan_.pods_size(), "Pod"), ", policy ",
                      PolicyName(plan_.policy())));
    absl::StrAppend(&out_, "\n");
  }

  void WriteFinallyBand() {
    if (!has_finally_) return;
    const int left = layout_.column_left[finally_column_] - 32;
    absl::StrAppend(&out_, "<rect class=\"band\" x=\"", left, "\" y=\"",
                    kTitleHeight - 22, "\" width=\"", layout_.width - left,
                    "\" height=\"", layout_.height + 30, "\"/>");
    Text(left + 8, kTitleHeight - 8, "bandname", "finally");
    absl::StrAppend(&out_, "\n");
  }

  void WritePods() {
    for (int i = 0; i < plan_.pods_size(); ++i) {
      const Rectangle& box = layout_.groups[i];
      if (box.width == 0) continue;
      const std::string name = PodTitle(plan_.pods(i));
      absl::StrAppend(&out_, "<g><title>", XmlEscaped(name), ", created ",
                      XmlEscaped(StartText(plan_.pods(i))),
                      "</title><rect class=\"pod\" rx=\"8\" x=\"", box.left,
                      "\" y=\"", box.top + kTitleHeight, "\" width=\"",
                      box.width, "\" height=\"", box.height, "\"/>");
      const size_t room = static_cast<size_t>(std::max(box.width - 24, 0)) *
                          100 / (kPodSize * 61);
      Text(box.left + 12, box.top + kTitleHeight + 18, "podname",
           Shortened(name, std::max<size_t>(room, 2)));
      absl::StrAppend(&out_, "</g>\n");
    }
  }

  void WriteTask(int number) {
    const v1::PlannedTask& task = plan_.tasks(number);
    const Rectangle& box = layout_.nodes[number];
    const absl::string_view css =
        task.placement() == v1::PLACEMENT_EXTERNAL  ? "external"
        : task.placement() == v1::PLACEMENT_SKIPPED ? "never"
                                                    : "task";
    absl::StrAppend(&out_, "<g><title>", XmlEscaped(task.name()),
                    "</title><rect class=\"", css, "\" rx=\"5\" x=\"", box.left,
                    "\" y=\"", box.top + kTitleHeight, "\" width=\"", box.width,
                    "\" height=\"", box.height, "\"/>");
    const int x = box.left + 12;
    const int y = box.top + kTitleHeight;
    Text(x, y + 19, "name", Shortened(task.name(), kNameLimit));
    Text(x, y + 35, "note", Note(task));
    absl::StrAppend(&out_, "</g>\n");
  }

  // Level through columns, a curve between them.
  void WriteEdge(size_t number) {
    const std::vector<Point>& points = layout_.edges[number];
    std::string path =
        absl::StrCat("M", points[0].x, " ", points[0].y + kTitleHeight);
    int level = points[0].y;
    for (size_t i = 1; i < points.size(); ++i) {
      const Point& a = points[i - 1];
      const Point& b = points[i];
      // A level run goes on until the line bends.
      const bool bends = b.y != level;
      const bool last = i + 1 == points.size();
      if (!bends && !last) continue;
      if (bends) {
        if (i > 1) absl::StrAppend(&path, "H", a.x);
        const int middle = (a.x + b.x) / 2;
        absl::StrAppend(&path, "C", middle, " ", a.y + kTitleHeight, " ",
                        middle, " ", b.y + kTitleHeight, " ", b.x, " ",
                        b.y + kTitleHeight);
        level = b.y;
      } else {
        absl::StrAppend(&path, "H", b.x);
      }
    }
    const absl::string_view look = LookClass(looks_[number]);
    absl::StrAppend(&out_, "<path class=\"edge ", look, "\" marker-end=\"url(#",
                    look, ")\" d=\"", path, "\"><title>",
                    XmlEscaped(titles_[number]), "</title></path>\n");
  }

  void WriteLegend() {
    int x = 14;
    const int y = height_ - 18;
    for (const auto& [css, text] : {std::pair{"order", "waits for its end"},
                                    {"result", "takes a result"},
                                    {"gate", "from elsewhere, through a gate"},
                                    {"room", "waits only to have room"}}) {
      if (!has_room_ && css == kRoom) continue;
      absl::StrAppend(&out_, "<path class=\"edge ", css,
                      "\" marker-end=\"url(#", css, ")\" d=\"M", x, " ", y - 4,
                      "h36\"/>");
      Text(x + 44, y, "legend", text);
      absl::StrAppend(&out_, "\n");
      x += 68 + TextPixels(text, 12);
    }
  }

  const v1::ColocationPlan& plan_;
  const PlanIndex index_;
  std::vector<LayoutNode> nodes_;
  std::vector<LayoutEdge> edges_;
  std::vector<Look> looks_;          // of each edge
  std::vector<std::string> titles_;  // of each edge
  std::map<absl::string_view, int> number_;
  int groups_ = 0;
  int finally_column_ = 0;
  bool has_finally_ = false;
  // Some tasks wait for others only to have room.
  bool has_room_ = false;
  Layout layout_;
  int width_ = 0;
  int height_ = 0;
  std::string out_;
};

}  // namespace

std::string ToSvg(const v1::ColocationPlan& plan) {
  return Picture(plan).Draw();
}

}  // namespace colocation
