// Our side of the comparison with Tekton: reads cases, says what we think of
// them. The formats are described in README.md and cases.py.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/pipeline_graph.h"
#include "colocation/validate/validate.h"
#include "tests/parity/frames.h"
#include "tests/parity/runs.h"

namespace colocation {
namespace {

// Which object of a stream: its document, and its item in a List.
using Place = std::pair<int, int>;

Place PlaceOf(const v1::Origin& origin) {
  return {origin.document(), origin.has_item() ? origin.item() : -1};
}

struct Verdict {
  std::string kind;
  // The object as v1, in JSON.
  std::string v1;
  std::vector<const v1::Diagnostic*> errors;
  // Of a Pipeline: [["parent", "child"], ...].
  std::string edges;
};

template <typename Objects>
void AddObjects(absl::string_view kind, const Objects& objects,
                std::map<Place, Verdict>* verdicts) {
  for (const auto& object : objects) {
    Verdict& verdict = (*verdicts)[PlaceOf(object.origin())];
    verdict.kind = std::string(kind);
    verdict.v1 = ToJson(object);
  }
}

std::string EdgesOf(const v1::Pipeline& pipeline) {
  std::string edges = "[";
  for (const auto& [parent, child] : DependencyNames(pipeline.spec())) {
    edges.append(edges.size() == 1 ? "[" : ",[");
    AppendQuoted(parent, &edges);
    edges.push_back(',');
    AppendQuoted(child, &edges);
    edges.push_back(']');
  }
  edges.push_back(']');
  return edges;
}

void AppendErrors(const Verdict& verdict, std::string* out) {
  absl::StrAppend(out, "\"errors\":[");
  const char* separator = "";
  for (const v1::Diagnostic* error : verdict.errors) {
    absl::StrAppend(out, separator, "{\"code\":");
    separator = ",";
    AppendQuoted(error->code(), out);
    absl::StrAppend(out, ",\"path\":");
    AppendQuoted(error->path(), out);
    absl::StrAppend(out, ",\"message\":");
    AppendQuoted(error->message(), out);
    out->push_back('}');
  }
  out->push_back(']');
}

std::string Answer(absl::string_view id, absl::string_view settings,
                   absl::string_view text, bool only_decode) {
  v1::ObjectSet objects;
  DiagnosticList list;
  DecodeObjects("case", text, DecodeOptions(), &objects, &list);
  // Tekton makes a graph of what it could read.
  std::set<Place> unreadable;
  for (const v1::Diagnostic& diagnostic : list.mutable_diagnostics()) {
    if (diagnostic.severity() == v1::SEVERITY_ERROR) {
      unreadable.insert(PlaceOf(diagnostic.origin()));
    }
  }
  const v1::PlanOptions options = OptionsOf(settings);
  if (!only_decode) Validate(objects, FlagsOf(options), &list);

  std::map<Place, Verdict> verdicts;
  AddObjects("Pipeline", objects.pipelines(), &verdicts);
  for (const v1::Pipeline& pipeline : objects.pipelines()) {
    const Place place = PlaceOf(pipeline.origin());
    if (!only_decode && !unreadable.contains(place))
      verdicts[place].edges = EdgesOf(pipeline);
  }
  AddObjects("Task", objects.tasks(), &verdicts);
  AddObjects("StepAction", objects.step_actions(), &verdicts);
  AddObjects("PipelineRun", objects.pipeline_runs(), &verdicts);
  AddObjects("TaskRun", objects.task_runs(), &verdicts);
  const v1::Diagnostics sorted = list.Sorted();
  for (const v1::Diagnostic& diagnostic : sorted.diagnostics()) {
    if (diagnostic.severity() != v1::SEVERITY_ERROR) continue;
    Verdict& verdict = verdicts[PlaceOf(diagnostic.origin())];
    verdict.errors.push_back(&diagnostic);
  }

  std::string out = "{\"id\":";
  AppendQuoted(id, &out);
  absl::StrAppend(&out, ",\"objects\":[");
  const char* separator = "";
  for (const auto& [place, verdict] : verdicts) {
    absl::StrAppend(&out, separator, "{\"doc\":", place.first,
                    ",\"item\":", place.second, ",\"kind\":");
    separator = ",";
    AppendQuoted(verdict.kind, &out);
    absl::StrAppend(&out, ",\"verdict\":\"",
                    verdict.errors.empty() ? "accepted" : "rejected", "\",");
    AppendErrors(verdict, &out);
    if (!verdict.v1.empty()) absl::StrAppend(&out, ",\"v1\":", verdict.v1);
    if (!verdict.edges.empty())
      absl::StrAppend(&out, ",\"edges\":", verdict.edges);
    out.push_back('}');
  }
  out.append("],\"runs\":");
  AppendRuns(
      objects, options,
      [&verdicts](const v1::Origin& origin) {
        return !verdicts[PlaceOf(origin)].errors.empty();
      },
      &out);
  out.append("}");
  return out;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  const bool only_decode =
      argc > 1 && absl::string_view(argv[1]) == "--stage=decode";
  return colocation::AnswerFrames([&](absl::string_view id,
                                      absl::string_view settings,
                                      absl::string_view text) {
    return colocation::Answer(id, settings, text, only_decode);
  });
}
