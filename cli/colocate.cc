// colocate: flags in, library calls, text out.
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "capi/colocation.h"
#include "cli/completion.h"
#include "cli/edited_run.h"
#include "cli/exit_code.h"
#include "cli/explain_code.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/inputs.h"
#include "cli/launcher_image.h"
#include "cli/man_page.h"
#include "cli/plan_file.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/request.h"
#include "cli/run.h"
#include "cli/simulate.h"
#include "cli/terminal.h"
#include "cli/validation_report.h"
#include "colocation/check/check.h"
#include "colocation/colocation.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/render/dot.h"
#include "colocation/render/explain.h"
#include "colocation/render/html.h"
#include "colocation/render/manifests.h"
#include "colocation/render/mermaid.h"
#include "colocation/render/plan_diff.h"
#include "colocation/render/svg.h"
#include "colocation/render/text.h"
#include "colocation/simulate/text.h"
#include "colocation/version.h"

namespace colocation::cli {
namespace {

// The version of Tekton Pipelines whose behaviour is followed
// (tests/parity/tekton_oracle/go.mod).
constexpr char kTektonVersion[] = "v1.15.0";

// Where the image stands that a plan names when nobody else does.
constexpr char kDefaultLauncherImage[] = "ghcr.io/colocation/launcher";

ExitCode WrongUsage(absl::string_view message, absl::string_view command) {
  std::cerr << "colocate: " << message << "\n"
            << "See: colocate help" << (command.empty() ? "" : " ") << command
            << "\n";
  return ExitCode::kWrongUsage;
}

// One invocation.
class Invocation {
 public:
  explicit Invocation(const ParsedArguments& arguments)
      : arguments_(arguments),
        color_(UseColor(arguments.Get("color", "auto"), STDERR_FILENO)),
        text_{
            .width = TerminalWidth(STDOUT_FILENO),
            .color = UseColor(arguments.Get("color", "auto"), STDOUT_FILENO)} {}

  ExitCode Validate();
  ExitCode Plan();
  ExitCode Render();
  ExitCode Run();
  ExitCode Explain();
  ExitCode Graph();
  ExitCode Diff();
  ExitCode Check();
  ExitCode Simulate(const SimulationFlags& flags);

 private:
  // The plan that the input is or that it gives. Otherwise has said why not,
  // and sets `exit_code_`. `made_of`: the request that it is the plan of, where
  // the input is no plan.
  bool GetPlan(bool may_be_plan, v1::ColocationPlan* plan,
               bool report_warnings = true,
               std::optional<v1::PlanRequest>* made_of = nullptr) {
    return GetPlanOf(arguments_.operands, may_be_plan, plan, report_warnings,
                     made_of);
  }
  // The same of `operands`, not of all.
  bool GetPlanOf(absl::Span<const std::string> operands, bool may_be_plan,
                 v1::ColocationPlan* plan, bool report_warnings,
                 std::optional<v1::PlanRequest>* made_of = nullptr);
  bool GetRequest(std::vector<v1::Document> documents,
                  v1::PlanRequest* request);
  // What becomes of one run of `plan` in the cluster that --cluster has, with
  // --durations. Otherwise like GetPlan.
  bool GetTimeline(const v1::ColocationPlan& plan,
                   v1::SimulationResult* result);
  // The report of a validation in the form that --format says.
  std::string FormatReport(const ValidatedInput& input,
                           const v1::Diagnostics& diagnostics,
                           const v1::Needs& needs) const;
  // Reports what `status` says about the input.
  ExitCode Refuse(const absl::Status& status);
  // Says which image the rendered Pods need.
  void TellLauncherImage(const v1::ColocationPlan& plan) const;
  void Report(const v1::Diagnostics& diagnostics, const v1::Needs& needs);
  void ReportWarnings(const v1::ColocationPlan& plan);

  const ParsedArguments& arguments_;
  // Of diagnostics.
  const bool color_;
  // Of what was asked for.
  const TextOptions text_;
  ExitCode exit_code_ = ExitCode::kDone;
};

void Invocation::Report(const v1::Diagnostics& diagnostics,
                        const v1::Needs& needs) {
  if (arguments_.Get("diagnostics", "text") == "json") {
    std::cerr << ReportJson(diagnostics, needs);
    return;
  }
  const std::string counts = CountsText(diagnostics);
  std::cerr << DiagnosticsText(diagnostics, color_) << counts
            << (counts.empty() ? "" : "\n") << NeedsText(needs);
}

ExitCode Invocation::Refuse(const absl::Status& status) {
  v1::Diagnostics diagnostics =
      DiagnosticsOf(status).value_or(v1::Diagnostics());
  if (diagnostics.diagnostics().empty()) {
    v1::Diagnostic* only = diagnostics.add_diagnostics();
    only->set_severity(v1::SEVERITY_ERROR);
    only->set_code(status.code() == absl::StatusCode::kInternal ? "internal"
                                                                : "refused");
    only->set_message(std::string(status.message()));
  }
  Report(diagnostics, NeedsOf(status));
  return ExitCode::kRefused;
}

void Invocation::ReportWarnings(const v1::ColocationPlan& plan) {
  if (plan.warnings().empty()) return;
  v1::Diagnostics warnings;
  *warnings.mutable_diagnostics() = plan.warnings();
  Report(warnings, {});
}

bool Invocation::GetRequest(std::vector<v1::Document> documents,
                            v1::PlanRequest* request) {
  absl::StatusOr<v1::PlanRequest> made =
      MakeRequest(arguments_, std::move(documents));
  if (!made.ok()) {
    std::cerr << "colocate: " << made.status().message() << "\n";
    exit_code_ = ExitCode::kWrongUsage;
    return false;
  }
  *request = *std::move(made);
  return true;
}

bool Invocation::GetPlanOf(absl::Span<const std::string> operands,
                           bool may_be_plan, v1::ColocationPlan* plan,
                           bool report_warnings,
                           std::optional<v1::PlanRequest>* made_of) {
  absl::StatusOr<Inputs> inputs = ReadInputs(operands, std::cin);
  if (!inputs.ok()) {
    std::cerr << "colocate: " << inputs.status().message() << "\n";
    exit_code_ = ExitCode::kWrongUsage;
    return false;
  }
  std::vector<v1::Document>& documents = inputs->documents;
  if (may_be_plan && documents.size() == 1 &&
      IsPlanFile(documents.front().content())) {
    absl::StatusOr<v1::ColocationPlan> read = ReadPlan(documents.front());
    if (!read.ok()) {
      exit_code_ = Refuse(read.status());
      return false;
    }
    *plan = *std::move(read);
    return true;
  }
  v1::PlanRequest request;
  if (!GetRequest(std::move(documents), &request)) return false;
  absl::StatusOr<v1::ColocationPlan> made = PlanRun(request);
  if (!made.ok()) {
    exit_code_ = Refuse(made.status());
    return false;
  }
  *plan = *std::move(made);
  const RunEdits edits = {arguments_.Get("name", ""),
                          arguments_.Get("only", "")};
  if (!edits.empty()) {
    absl::StatusOr<v1::PlanRequest> edited = EditRun(request, edits, *plan);
    if (!edited.ok()) {
      exit_code_ = WrongUsage(edited.status().message(), "");
      return false;
    }
    made = PlanRun(*edited);
    if (!made.ok()) {
      exit_code_ = Refuse(made.status());
      return false;
    }
    // Those of the run as it is written say where it is.
    *made->mutable_warnings() = plan->warnings();
    *plan = *std::move(made);
    request = *std::move(edited);
  }
  if (made_of != nullptr) *made_of = std::move(request);
  if (report_warnings) ReportWarnings(*plan);
  return true;
}

ExitCode Invocation::Validate() {
  absl::StatusOr<Inputs> inputs = ReadInputs(arguments_.operands, std::cin);
  if (!inputs.ok()) {
    std::cerr << "colocate: " << inputs.status().message() << "\n";
    return ExitCode::kWrongUsage;
  }
  const ValidatedInput counted = CountInput(*inputs);
  v1::PlanRequest request;
  if (!GetRequest(std::move(inputs->documents), &request)) return exit_code_;
  const absl::StatusOr<v1::Diagnostics> warnings = ValidateRequest(request);
  v1::Diagnostics found;
  v1::Needs needs;
  if (warnings.ok()) {
    found = *warnings;
  } else {
    found = DiagnosticsOf(warnings.status()).value_or(v1::Diagnostics());
    if (found.diagnostics().empty()) return Refuse(warnings.status());
    needs = NeedsOf(warnings.status());
  }
  // What a resolver would find is not here to be checked; nothing is wrong with
  // referring to it.
  bool refused = false;
  for (v1::Diagnostic& diagnostic : *found.mutable_diagnostics()) {
    if (diagnostic.code() == "unresolved-reference")
      diagnostic.set_severity(v1::SEVERITY_WARNING);
    refused |= diagnostic.severity() == v1::SEVERITY_ERROR;
  }
  if (!refused) needs.Clear();
  const ExitCode exit_code = refused ? ExitCode::kRefused : ExitCode::kDone;
  if (arguments_.Has("format")) {
    const ExitCode printed = Print(FormatReport(counted, found, needs));
    return printed == ExitCode::kDone ? exit_code : printed;
  }
  if (arguments_.Get("diagnostics", "text") == "json") {
    std::cerr << ReportJson(found, needs);
    return exit_code;
  }
  std::cerr << DiagnosticsText(found, color_);
  const std::string summary = ValidationSummary(counted, found);
  if (!refused) return Print(summary);
  std::cerr << summary << NeedsText(needs);
  return exit_code;
}

std::string Invocation::FormatReport(const ValidatedInput& input,
                                     const v1::Diagnostics& diagnostics,
                                     const v1::Needs& needs) const {
  const std::string format = arguments_.Get("format", "text");
  if (format == "json") return ReportJson(diagnostics, needs);
  if (format == "sarif") return ToSarif(diagnostics);
  if (format == "github") return ToGitHub(diagnostics);
  return absl::StrCat(DiagnosticsText(diagnostics, text_.color),
                      ValidationSummary(input, diagnostics), NeedsText(needs));
}

ExitCode Invocation::Plan() {
  v1::ColocationPlan plan;
  const std::string output = arguments_.Get("output", "text");
  // The text for people ends with them.
  const bool report_warnings =
      output != "text" || arguments_.Get("diagnostics", "text") == "json";
  if (!GetPlan(/*may_be_plan=*/true, &plan, report_warnings)) return exit_code_;
  if (output == "yaml") return Print(ToYaml(plan));
  if (output == "json") return Print(ToJson(plan, /*pretty=*/true));
  if (output == "binpb") return Print(PlanBytes(plan));
  return Print(PlanText(plan, text_));
}

ExitCode Invocation::Render() {
  v1::ColocationPlan plan;
  if (!GetPlan(/*may_be_plan=*/true, &plan)) return exit_code_;
  if (absl::Status status = CheckStarts(plan); !status.ok()) {
    return Refuse(status);
  }
  if (!arguments_.Has("controlled")) {
    if (absl::Status status = CheckRunsAlone(plan); !status.ok()) {
      return Refuse(status);
    }
  }
  const v1::Manifests manifests = RenderManifests(plan);
  const ExitCode printed = Print(arguments_.Get("output", "yaml") == "json"
                                     ? ManifestsJson(manifests)
                                     : ManifestsYaml(manifests));
  TellLauncherImage(plan);
  return printed;
}

void Invocation::TellLauncherImage(const v1::ColocationPlan& plan) const {
  if (plan.pods().empty() || arguments_.Get("diagnostics", "text") == "json") {
    return;
  }
  const std::string& image = plan.pods(0).launcher_image();
  std::cerr << "colocate: the launcher comes from the image " << image;
  if (absl::StartsWith(image, kDefaultLauncherImage)) {
    std::cerr
        << ", which is only a default: write the image to a file with "
           "`colocate launcher-image`, push it to where your cluster pulls "
           "from, and name it with --launcher-image";
  }
  std::cerr << "\n";
}

ExitCode Invocation::Explain() {
  v1::ColocationPlan plan;
  if (!GetPlan(/*may_be_plan=*/true, &plan)) return exit_code_;
  const std::string task = arguments_.Get("task", "");
  if (!task.empty()) {
    std::vector<absl::string_view> names;
    for (const v1::PlannedTask& planned : plan.tasks()) {
      names.push_back(planned.name());
    }
    if (absl::c_find(names, task) == names.end()) {
      const std::string hint = DidYouMean(task, names);
      return WrongUsage(
          absl::StrCat("--task ", task, ": the plan has no such task; ",
                       hint.empty()
                           ? absl::StrCat("it has ", absl::StrJoin(names, ", "))
                           : hint),
          "explain");
    }
  }
  return Print(ExplainText(plan, task, text_));
}

ExitCode Invocation::Graph() {
  v1::ColocationPlan plan;
  if (!GetPlan(/*may_be_plan=*/true, &plan)) return exit_code_;
  const std::string output = arguments_.Get("output", "dot");
  if (output == "svg") return Print(ToSvg(plan));
  if (output == "html") {
    if (!arguments_.Has("durations")) return Print(ToHtml(plan));
    v1::SimulationResult result;
    if (!GetTimeline(plan, &result)) return exit_code_;
    return Print(ToHtml(plan, result));
  }
  if (output == "mermaid") return Print(ToMermaid(plan));
  return Print(ToDot(plan));
}

bool Invocation::GetTimeline(const v1::ColocationPlan& plan,
                             v1::SimulationResult* result) {
  const SimulationFlags flags = TimelineFlags(arguments_);
  const absl::StatusOr<v1::SimulationRequest> request =
      MakeSimulation(flags, plan);
  if (!request.ok()) {
    exit_code_ = DiagnosticsOf(request.status())
                     ? Refuse(request.status())
                     : WrongUsage(request.status().message(), "graph");
    return false;
  }
  absl::StatusOr<v1::SimulationResult> simulated =
      SimulateFiles(flags, *request);
  if (!simulated.ok()) {
    exit_code_ = Refuse(simulated.status());
    return false;
  }
  *result = *std::move(simulated);
  return true;
}

ExitCode Invocation::Diff() {
  if (arguments_.operands.size() != 2) {
    return WrongUsage("which two? (OLD NEW)", "diff");
  }
  const absl::Span<const std::string> operands = arguments_.operands;
  v1::ColocationPlan before;
  v1::ColocationPlan after;
  if (!GetPlanOf(operands.subspan(0, 1), /*may_be_plan=*/true, &before,
                 /*report_warnings=*/false) ||
      !GetPlanOf(operands.subspan(1, 1), /*may_be_plan=*/true, &after,
                 /*report_warnings=*/true)) {
    return exit_code_;
  }
  const std::string text = PlanDiff(before, after);
  if (text.empty()) return Print("the plan stays the same\n");
  const ExitCode printed = Print(text);
  return printed == ExitCode::kDone ? ExitCode::kDiffers : printed;
}

ExitCode Invocation::Check() {
  v1::ColocationPlan plan;
  if (!GetPlan(/*may_be_plan=*/true, &plan)) return exit_code_;
  const v1::Diagnostics faults = CheckPlan(plan);
  if (!faults.diagnostics().empty()) {
    Report(faults, {});
    return ExitCode::kRefused;
  }
  return Print(absl::StrCat("the plan holds: ", plan.tasks_size(),
                            plan.tasks_size() == 1 ? " task, " : " tasks, ",
                            plan.pods_size(),
                            plan.pods_size() == 1 ? " Pod\n" : " Pods\n"));
}

ExitCode Invocation::Simulate(const SimulationFlags& flags) {
  v1::ColocationPlan plan;
  std::optional<v1::PlanRequest> made_of;
  if (!GetPlan(/*may_be_plan=*/true, &plan, /*report_warnings=*/true,
               &made_of)) {
    return exit_code_;
  }
  absl::StatusOr<v1::SimulationRequest> request =
      MakeSimulation(flags, std::move(plan));
  if (!request.ok()) {
    if (DiagnosticsOf(request.status())) return Refuse(request.status());
    return WrongUsage(request.status().message(), "simulate");
  }
  // Planned again, for the nodes that are simulated.
  if (made_of) {
    *request->mutable_workloads(0)->mutable_request() = *std::move(made_of);
  }
  const absl::StatusOr<v1::SimulationResult> result =
      SimulateFiles(flags, *request);
  if (!result.ok()) return Refuse(result.status());
  const std::string output = arguments_.Get("output", "text");
  if (output == "yaml") return Print(ToYaml(*result));
  if (output == "json") return Print(ToJson(*result, /*pretty=*/true));
  return Print(SimulationText(*result));
}

ExitCode Invocation::Run() {
  absl::StatusOr<Inputs> inputs = ReadInputs(arguments_.operands, std::cin);
  if (!inputs.ok()) {
    std::cerr << "colocate: " << inputs.status().message() << "\n";
    return ExitCode::kWrongUsage;
  }
  v1::PlanRequest request;
  if (!GetRequest(std::move(inputs->documents), &request)) return exit_code_;
  return RunHere(
      arguments_, std::move(request), {.width = text_.width, .color = color_},
      {[this](const absl::Status& status) { return Refuse(status); },
       [this](const v1::ColocationPlan& plan) { ReportWarnings(plan); }});
}

// `colocate explain CODE`; nothing where `operand` is a file or a plan.
std::optional<ExitCode> ExplainDiagnostic(const std::string& operand) {
  const bool code = operand.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") ==
                    std::string::npos;
  if (!code || operand == "-" || access(operand.c_str(), F_OK) == 0) {
    return std::nullopt;
  }
  if (const auto text = ExplainCode(operand, TerminalWidth(STDOUT_FILENO))) {
    return Print(*text);
  }
  const std::vector<std::string> codes = DiagnosticCodes();
  const std::string hint = DidYouMean(
      operand, std::vector<absl::string_view>(codes.begin(), codes.end()));
  return WrongUsage(absl::StrCat("there is no file and no diagnostic named \"",
                                 operand, "\"", hint.empty() ? "" : "; ", hint),
                    "explain");
}

ExitCode PrintVersion(const ParsedArguments& arguments) {
  if (arguments.Get("output", "text") == "text") {
    return Print(absl::StrCat("colocate ", kVersion, "\n"));
  }
  return Print(absl::StrCat("{\"version\":\"", kVersion, "\",\"tekton\":\"",
                            kTektonVersion, "\",\"abi\":", COLO_ABI_VERSION,
                            "}\n"));
}

ExitCode PrintCompletion(const ParsedArguments& arguments) {
  const std::string shell =
      arguments.operands.empty() ? "" : arguments.operands[0];
  if (shell != "bash" && shell != "zsh" && shell != "fish") {
    return WrongUsage("which shell? (bash, zsh or fish)", "completion");
  }
  return Print(CompletionScript(shell));
}

ExitCode PrintLauncherImage(const ParsedArguments& arguments) {
  if (arguments.operands.size() > 1) {
    return WrongUsage("one image has one name", "launcher-image");
  }
  if (isatty(STDOUT_FILENO)) {
    return WrongUsage("the archive is no text: write it to a file (>FILE)",
                      "launcher-image");
  }
  const absl::StatusOr<std::string> archive =
      LauncherArchive(arguments.operands.empty() ? kDefaultLauncherImage
                                                 : arguments.operands[0]);
  if (!archive.ok()) {
    return WrongUsage(archive.status().message(), "launcher-image");
  }
  return Print(*archive);
}

ExitCode Main(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::cerr << MainHelp();
    return ExitCode::kWrongUsage;
  }
  // The command is the first argument that is no flag.
  size_t at = 0;
  while (at < arguments.size() && absl::StartsWith(arguments[at], "-")) ++at;
  const std::string name = at < arguments.size() ? arguments[at] : "";
  std::vector<std::string> rest = arguments;
  if (at < rest.size()) rest.erase(rest.begin() + at);

  if (name.empty()) {
    for (const std::string& argument : rest) {
      if (argument == "--help" || argument == "-h") return Print(MainHelp());
      if (argument == "--version") {
        return Print(absl::StrCat("colocate ", kVersion, "\n"));
      }
    }
    return WrongUsage("which command?", "");
  }
  const Command* command = FindCommand(name);
  if (command == nullptr) {
    std::vector<absl::string_view> names;
    for (const Command& known : Commands()) names.push_back(known.name);
    const std::string hint = DidYouMean(name, names);
    return WrongUsage(absl::StrCat("there is no command \"", name, "\"",
                                   hint.empty() ? "" : "; ", hint),
                      "");
  }
  absl::StatusOr<ParsedArguments> parsed =
      ParseArguments(FlagsOf(Flags(), command->name), rest);
  if (!parsed.ok()) {
    return WrongUsage(parsed.status().message(), command->name);
  }
  if (parsed->Has("help")) return Print(CommandHelp(*command));
  if (name == "version") return PrintVersion(*parsed);
  if (name == "completion") return PrintCompletion(*parsed);
  if (name == "man") return Print(ManPage());
  if (name == "launcher-image") return PrintLauncherImage(*parsed);
  if (name == "help") {
    if (parsed->operands.empty()) return Print(MainHelp());
    const Command* about = FindCommand(parsed->operands[0]);
    if (about == nullptr) {
      return WrongUsage(
          absl::StrCat("there is no command \"", parsed->operands[0], "\""),
          "");
    }
    return Print(CommandHelp(*about));
  }
  if (parsed->operands.empty()) {
    return WrongUsage("which files? (- is standard input)", name);
  }
  if (name == "explain" && parsed->operands.size() == 1) {
    if (const auto done = ExplainDiagnostic(parsed->operands[0])) return *done;
  }
  if (name == "simulate") {
    const SimulationFlags flags = TakeSimulationFlags(&*parsed);
    return Invocation(*parsed).Simulate(flags);
  }
  // As for simulate: what is simulated is a plan for a controller.
  if (name == "graph" && parsed->Has("durations")) {
    parsed->flags.emplace_back("controlled", "true");
  }
  Invocation invocation(*parsed);
  if (name == "validate") return invocation.Validate();
  if (name == "plan") return invocation.Plan();
  if (name == "render") return invocation.Render();
  if (name == "run") return invocation.Run();
  if (name == "explain") return invocation.Explain();
  if (name == "graph") return invocation.Graph();
  if (name == "diff") return invocation.Diff();
  return invocation.Check();
}

}  // namespace
}  // namespace colocation::cli

int main(int argc, char** argv) {
  // A reader that has seen enough is no reason to die without a word.
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(
      colocation::cli::Main(std::vector<std::string>(argv + 1, argv + argc)));
}
