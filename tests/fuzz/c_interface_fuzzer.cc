// The C interface on anything: a byte that chooses the function, one for the
// format, two for the length of the first argument (big-endian), and then the
// arguments.
#include <algorithm>
#include <cstring>
#include <memory>

#include "capi/colocation.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {
namespace {

// Of the first byte.
enum Function : int {
  kPlan,
  kValidate,
  kRender,
  kDescribe,
  kExplain,
  kGraph,
  kAdvance,
  kCheck,
  kSimulate,
  kConvert,
  kMerge,
  kRequest,
  kReportText,
  kFunctions,
};

colo_view View(std::string_view text) { return {text.data(), text.size()}; }

std::string Input(int function, int format, std::string_view first,
                  std::string_view second) {
  std::string input = {static_cast<char>(function), static_cast<char>(format),
                       static_cast<char>(first.size() >> 8),
                       static_cast<char>(first.size() & 255)};
  input += first;
  return input.append(second);
}

std::string Take(colo_bytes* bytes) {
  std::string text(bytes->data == nullptr
                       ? ""
                       : std::string(reinterpret_cast<const char*>(bytes->data),
                                     bytes->size));
  colo_bytes_free(bytes);
  return text;
}

std::string PlanOf(colo_format format) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  options.format = format;
  colo_planner* planner = nullptr;
  colo_request* request = nullptr;
  colo_bytes plan;
  colo_planner_new(&options, &planner);
  colo_request_new(&request);
  colo_request_add_document(request, colo_text("a"), View(RunText()));
  Require(colo_request_plan(planner, request, &plan) == COLO_OK,
          "the seeds' run can be planned");
  colo_request_free(request);
  colo_planner_free(planner);
  return Take(&plan);
}

// The status, and the bytes that came with it.
colo_status Call(int function, colo_format format, std::string_view first,
                 std::string_view second, std::string* answer) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  options.format = format;
  colo_planner* planner = nullptr;
  if (colo_planner_new(&options, &planner) != COLO_OK) {
    return COLO_BAD_ARGUMENT;
  }
  colo_request* request = nullptr;
  colo_request_new(&request);
  const colo_view a = View(first), b = View(second);
  colo_bytes out = {nullptr, 0};
  colo_status status = COLO_OK;
  switch (function) {
    case kPlan:
      status = colo_plan(planner, b, &out);
      break;
    case kValidate:
      status = colo_validate(planner, b, &out);
      break;
    case kRender:
      status = colo_render(planner, b, a, &out);
      break;
    case kDescribe:
      status = colo_describe(planner, b, &out);
      break;
    case kExplain:
      status = colo_explain(planner, b, a, &out);
      break;
    case kGraph:
      status = colo_graph(planner, b, static_cast<int>(first.size() % 4), &out);
      break;
    case kAdvance:
      status = colo_advance(planner, b, a, &out);
      break;
    case kCheck:
      status = colo_check(planner, b, &out);
      break;
    case kSimulate:
      status = colo_simulate(planner, b, &out);
      break;
    case kConvert:
      status = colo_convert(a, format, b, (format + 1) % 3, &out);
      break;
    case kMerge:
      status = colo_request_merge(request, format, b, &out);
      break;
    case kReportText:
      status = colo_report_text(planner, b, &out);
      break;
    default:
      colo_request_set_option(request, a, b);
      colo_request_add_param(request, a, b);
      colo_request_add_document(request, a, b);
      status = colo_request_validate(planner, request, &out);
  }
  *answer = Take(&out);
  colo_request_free(request);
  colo_planner_free(planner);
  return status;
}

}  // namespace

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const colo_format format :
       {COLO_FORMAT_PROTOBUF, COLO_FORMAT_JSON, COLO_FORMAT_YAML}) {
    const std::string plan = PlanOf(format);
    for (const int function : {kDescribe, kGraph, kCheck}) {
      seeds.push_back(Input(function, format, "", plan));
    }
    seeds.push_back(Input(kRender, format, "run", plan));
    seeds.push_back(Input(kExplain, format, "clone", plan));
    seeds.push_back(Input(kConvert, format, "ColocationPlan", plan));
    seeds.push_back(
        Input(kMerge, format, "", "options: {policy: POLICY_ISOLATED}"));
  }
  constexpr std::string_view kNow = R"({"now":"2024-06-01T00:00:00Z"})";
  seeds.push_back(
      Input(kAdvance, COLO_FORMAT_JSON, kNow, PlanOf(COLO_FORMAT_JSON)));
  constexpr std::string_view kRequests[] = {
      "documents:\n- name: a\n  content: eA==\n",
      "objects:\n  tasks:\n  - metadata: {name: a}\n    spec: {steps: [{image: "
      "b}]}\n",
      "options: {run: a, policy: POLICY_PIPELINERUN, limits: {depth: 3}}\n",
      "cluster: {nodes: [{name: a, cpu: '1'}]}\nimages: [{image: a, command: "
      "[b]}]\n",
  };
  for (const std::string_view request : kRequests) {
    for (const int function : {kPlan, kValidate, kMerge}) {
      seeds.push_back(Input(function, COLO_FORMAT_YAML, "", request));
    }
  }
  seeds.push_back(
      Input(kSimulate, COLO_FORMAT_YAML, "",
            "workloads:\n- arrivals: {count: 2, interval: 1s}\n"
            "  request: {objects: {taskRuns: [{metadata: {name: a}, spec: "
            "{taskSpec: {steps: [{image: b, command: [c]}]}}}]}}\n"
            "cluster: {nodes: [{name: n, cpu: '4', memory: 8Gi}]}\nseed: 1\n"));
  seeds.push_back(
      Input(kReportText, COLO_FORMAT_YAML, "",
            "diagnostics:\n- {severity: SEVERITY_ERROR, code: c, message: m, "
            "path: p, hint: h, sourceLine: 'a: b', position: {file: f, line: "
            "2, column: 4, endLine: 2, endColumn: 5}}\n"));
  seeds.push_back(Input(kRequest, COLO_FORMAT_YAML, "policy", "pipelinerun"));
  seeds.push_back(Input(kRequest, COLO_FORMAT_YAML, "a.yaml", RunText()));
  return seeds;
}

std::vector<std::string> Words() {
  return {"\n",          ": ",          "- ",
          "{}",          "[]",          "\"",
          "{\"",         "null",        "policy",
          "run",         "pipelinerun", "documents",
          "objects",     "options",     "ColocationPlan",
          "PlanRequest", "Observation", "SimulationRequest",
          "Pod",         "version: 1",  "pods:",
          "tasks:",      "units:",      std::string("\0", 1),
          "\xff"};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation::fuzz;
  const std::string_view input = ToText(data, size);
  if (input.size() < 4) return 0;
  const int function = data[0] % kFunctions;
  const colo_format format = data[1] % 4;  // one that there is not, too
  const size_t length =
      std::min<size_t>(data[2] * 256 + data[3], input.size() - 4);
  const std::string_view first = input.substr(4, length);
  const std::string_view second = input.substr(4 + length);
  std::string answer, again;
  const colo_status status = Call(function, format, first, second, &answer);
  Require(status >= COLO_OK && status <= COLO_NO_MEMORY, answer);
  Require(Call(function, format, first, second, &again) == status &&
              again == answer,
          "the same input gives the same bytes");
  return 0;
}
