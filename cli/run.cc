#include "cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/config_objects.h"
#include "cli/edited_run.h"
#include "cli/inputs.h"
#include "cli/launcher_image.h"
#include "cli/plan_file.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_runner.h"
#include "cli/podman/podman.h"
#include "cli/print.h"
#include "cli/run_pods.h"
#include "cli/run_progress.h"
#include "cli/run_results.h"
#include "cli/run_summary.h"
#include "cli/run_words.h"
#include "cli/terminal.h"
#include "colocation/colocation.h"
#include "colocation/render/text.h"

namespace colocation::cli {
namespace {

namespace fs = std::filesystem;

// "NAME=DIRECTORY".
absl::StatusOr<std::pair<std::string, std::string>> NamedDirectory(
    absl::string_view flag, absl::string_view text) {
  std::pair<std::string, std::string> named =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  std::error_code error;
  if (named.first.empty() || !fs::is_directory(named.second, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, " ", text,
                     ": it has to be NAME=DIRECTORY, an existing one"));
  }
  named.second = fs::absolute(named.second, error);
  return named;
}

// A directory that is gone when this object is.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* tmpdir = getenv("TMPDIR");
    path_ = absl::StrCat(tmpdir == nullptr ? "/var/tmp" : tmpdir,
                         "/colocate-XXXXXX");
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty() && !kept_) fs::remove_all(path_, ignored);
  }

  // Empty where it could not be made.
  const std::string& path() const { return path_; }
  void Keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

class Runner {
 public:
  Runner(const ParsedArguments& arguments, v1::PlanRequest request,
         const TextOptions& text, const RunReports& reports)
      : arguments_(arguments),
        request_(std::move(request)),
        text_(text),
        reports_(reports) {}

  ExitCode Run();

 private:
  absl::Status ReadObjects();
  absl::Status MakePlan();
  // Adds what podman knows of the images in `needs`.
  absl::Status AskForImages(const v1::Needs& needs);
  ExitCode RunPlan();
  // In place of running it.
  ExitCode PrintPlan();
  ExitCode Cannot(const absl::Status& status);
  // Whether to show what goes on at the end of the terminal.
  bool IsLive() const;

  const ParsedArguments& arguments_;
  v1::PlanRequest request_;
  const TextOptions text_;
  const RunReports& reports_;
  podman::PodControl control_;
  podman::RunOptions options_;
  TemporaryDirectory directory_;
  v1::ColocationPlan plan_;
};

bool Runner::IsLive() const {
  const std::string wanted = arguments_.Get("progress", "auto");
  if (wanted != "auto") return wanted == "live";
  const char* terminal = getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && getenv("CI") == nullptr &&
         (terminal == nullptr || absl::string_view(terminal) != "dumb");
}

ExitCode Runner::Cannot(const absl::Status& status) {
  std::cerr << "colocate: " << status.message() << "\n";
  return ExitCode::kCannot;
}

absl::Status Runner::ReadObjects() {
  for (const v1::Document& document : request_.documents()) {
    absl::Status status = AddConfigObjects(document, &options_.objects);
    if (!status.ok()) return status;
  }
  for (const char* flag : {"config-map", "secret"}) {
    for (const std::string& text : arguments_.All(flag)) {
      const auto named = NamedDirectory(flag, text);
      if (!named.ok()) return named.status();
      absl::StatusOr<podman::ObjectData> data = ReadObjectData(named->second);
      if (!data.ok()) return data.status();
      auto& objects = absl::string_view(flag) == "secret"
                          ? options_.objects.secrets
                          : options_.objects.config_maps;
      objects[named->first] = *std::move(data);
    }
  }
  for (const std::string& text : arguments_.All("claim")) {
    const auto named = NamedDirectory("claim", text);
    if (!named.ok()) return named.status();
    options_.objects.claims[named->first] = named->second;
  }
  return absl::OkStatus();
}

absl::Status Runner::AskForImages(const v1::Needs& needs) {
  podman::PodmanOptions options;
  options.command = options_.podman;
  options.directory = directory_.path();
  options.cancel_fd = control_.stop_fd();
  const absl::StatusOr<podman::Podman> podman = podman::Podman::Start(options);
  if (!podman.ok()) return podman.status();
  for (const v1::Need& need : needs.needs()) {
    absl::StatusOr<podman::api::Image> image =
        podman->InspectImage(need.name());
    if (absl::IsNotFound(image.status())) {
      std::cerr << "colocate: pulling " << need.name() << "\n";
      if (absl::Status status = podman->PullImage(need.name()); !status.ok()) {
        return absl::Status(
            status.code(),
            absl::StrCat("cannot pull ", need.name(), ": ", status.message()));
      }
      image = podman->InspectImage(need.name());
    }
    if (!image.ok()) return image.status();
    v1::ImageConfig* config = request_.add_images();
    config->set_image(need.name());
    *config->mutable_entrypoint() = image->config().entrypoint();
    *config->mutable_cmd() = image->config().cmd();
  }
  return absl::OkStatus();
}

// True where all that is missing is something that podman knows.
bool OnlyImages(const v1::Needs& needs) {
  return !needs.needs().empty() &&
         std::all_of(needs.needs().begin(), needs.needs().end(),
                     [](const v1::Need& need) {
                       return need.kind() == v1::Need::IMAGE_CONFIG;
                     });
}

absl::Status Runner::MakePlan() {
  absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request_);
  if (absl::IsNotFound(plan.status()) && OnlyImages(NeedsOf(plan.status()))) {
    const absl::Status asked = AskForImages(NeedsOf(plan.status()));
    if (absl::IsCancelled(asked)) return asked;
    if (!asked.ok()) return absl::UnavailableError(asked.message());
    plan = PlanRun(request_);
  }
  if (!plan.ok()) return plan.status();
  plan_ = *std::move(plan);
  const RunEdits edits = {arguments_.Get("name", ""),
                          arguments_.Get("only", "")};
  if (!edits.empty()) {
    const absl::StatusOr<v1::PlanRequest> edited =
        EditRun(request_, edits, plan_);
    if (!edited.ok()) return edited.status();
    plan = PlanRun(*edited);
    if (!plan.ok()) return plan.status();
    // Those of the run as it is written say where it is.
    *plan->mutable_warnings() = plan_.warnings();
    plan_ = *std::move(plan);
  }
  if (absl::Status status = CheckStarts(plan_); !status.ok()) return status;
  return CheckRunsHere(plan_);
}

ExitCode Runner::PrintPlan() {
  std::set<std::string> images;
  for (const v1::PlannedPod& pod : plan_.pods()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      images.insert(container.container().image());
    }
  }
  const ExitCode printed = Print(
      absl::StrCat(PlanText(plan_, {.width = TerminalWidth(STDOUT_FILENO)}),
                   "\nimages\n  ", absl::StrJoin(images, "\n  "), "\n"));
  std::cerr << "colocate: nothing was run (--dry-run)\n";
  return printed;
}

ExitCode Runner::RunPlan() {
  ProgressOptions progress_options;
  progress_options.color = text_.color;
  progress_options.logs = arguments_.All("logs");
  if (arguments_.Has("timestamps")) {
    progress_options.timestamp = [] {
      return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ ", absl::Now(),
                              absl::UTCTimeZone());
    };
  }
  if (IsLive()) {
    progress_options.live = [] {
      return LiveSize{TerminalWidth(STDERR_FILENO),
                      TerminalHeight(STDERR_FILENO) / 2};
    };
  }
  RunProgress progress(plan_, std::move(progress_options), &std::cerr);
  const absl::Time start = absl::Now();
  const absl::StatusOr<v1::RunStatus> status =
      RunPods(plan_, options_, directory_.path(), &progress, &control_);
  progress.EndLive();
  if (!status.ok()) {
    if (!DiagnosticsOf(status.status())) return Cannot(status.status());
    reports_.refuse(status.status());
    return ExitCode::kCannot;
  }
  const ExitCode printed =
      Print(ResultsText(*status, arguments_.Get("output", "yaml") == "json"));
  const bool succeeded = status->conditions(0).status() == "True";
  RunFacts facts;
  facts.start_ns = absl::ToUnixNanos(start);
  facts.times = [&](absl::string_view unit) { return progress.TimesOf(unit); };
  facts.message = [&](absl::string_view unit) {
    return progress.MessageOf(unit);
  };
  facts.lines = [&](absl::string_view container) {
    return progress.LastLines(container);
  };
  std::cerr << "\n" << SummaryText(plan_, *status, facts, text_) << "\n";
  const std::string failed = FailedText(plan_, *status, facts);
  progress.OnNote(absl::StrCat(
      plan_.run().name(),
      control_.stopped() ? " was stopped after "
      : succeeded        ? " succeeded in "
                         : " failed after ",
      DurationText(absl::ToInt64Nanoseconds(absl::Now() - start)), ": ",
      failed.empty() ? status->conditions(0).message() : failed));
  if (printed != ExitCode::kDone) return printed;
  return succeeded ? ExitCode::kDone : ExitCode::kFailed;
}

ExitCode Runner::Run() {
  if (absl::Status status = ReadObjects(); !status.ok()) {
    std::cerr << "colocate: " << status.message() << "\n";
    return ExitCode::kWrongUsage;
  }
  if (directory_.path().empty()) {
    return Cannot(absl::UnavailableError("cannot make a temporary directory"));
  }
  if (arguments_.Has("podman")) {
    options_.podman =
        absl::StrSplit(arguments_.Get("podman", ""), ' ', absl::SkipEmpty());
  }
  options_.network = arguments_.Get("network", "host");
  options_.keep = arguments_.Has("keep");
  if (options_.keep) directory_.Keep();
  options_.images = {LauncherImage()};
  request_.mutable_options()->set_launcher_image(kLauncherImage);
  request_.mutable_options()->set_controlled(true);

  const podman::StopOnSignals signals(&control_);
  if (absl::Status status = MakePlan(); !status.ok()) {
    if (absl::IsCancelled(status)) {
      std::cerr << "colocate: stopped before anything was started\n";
      return ExitCode::kFailed;
    }
    return absl::IsUnavailable(status) ? Cannot(status)
                                       : reports_.refuse(status);
  }
  reports_.warn(plan_);
  return arguments_.Has("dry-run") ? PrintPlan() : RunPlan();
}

}  // namespace

ExitCode RunHere(const ParsedArguments& arguments, v1::PlanRequest request,
                 const TextOptions& text, const RunReports& reports) {
  return Runner(arguments, std::move(request), text, reports).Run();
}

}  // namespace colocation::cli
