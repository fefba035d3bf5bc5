#include "tests/e2e/planned_run_testing.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/podman/local_image.h"
#include "colocation/colocation.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/render/pod.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace colocation {
namespace {

constexpr char kLauncherImage[] = "localhost/colocation-test/launcher:latest";

podman::LocalImage LauncherImage() {
  // Where Bazel puts it for a test that has it among its data.
  std::ifstream in("launcher/launcher", std::ios::binary);
  EXPECT_TRUE(in) << "launcher/launcher is not among the test's data";
  podman::LocalImage image;
  image.name = kLauncherImage;
  image.files.push_back({"launcher",
                         std::string(std::istreambuf_iterator<char>(in), {}),
                         0755, ""});
  return image;
}

const podman::LocalImage& Launcher() {
  static const podman::LocalImage& image =
      *new podman::LocalImage(LauncherImage());
  return image;
}

}  // namespace

std::string RunResult::phase() const {
  return ran.status.ok() ? ran.status->phase() : "";
}

std::string RunResult::Container(absl::string_view unit,
                                 absl::string_view step) const {
  for (const v1::PlannedPod& planned : plan.pods()) {
    for (const v1::PlannedContainer& container : planned.containers()) {
      if (container.unit() == unit && container.step() == step) {
        return container.container().name();
      }
    }
  }
  ADD_FAILURE() << "no step " << step << " of " << unit;
  return "";
}

std::string RunResult::LogOf(absl::string_view unit) const {
  std::string text;
  for (const v1::PlannedTask& task : plan.tasks()) {
    for (const v1::PlannedUnit& one : task.units()) {
      if (one.name() != unit) continue;
      for (const std::string& step : one.steps()) text += ran.LogOf(step);
    }
  }
  return text;
}

int RunResult::ExitCodeOf(absl::string_view unit,
                          absl::string_view step) const {
  return ran.EndOf(Container(unit, step)).exit_code();
}

std::string RunResult::MessageOf(absl::string_view unit, absl::string_view step,
                                 absl::string_view key) const {
  const std::string message = ran.EndOf(Container(unit, step)).message();
  google::protobuf::ListValue entries;
  if (!google::protobuf::util::JsonStringToMessage(message, &entries).ok()) {
    ADD_FAILURE() << "not a termination message of Tekton: " << message;
    return "";
  }
  for (const google::protobuf::Value& entry : entries.values()) {
    const auto& fields = entry.struct_value().fields();
    if (fields.at("key").string_value() == key) {
      return fields.at("value").string_value();
    }
  }
  return "";
}

v1::PlanRequest PlannedRunTest::Request(absl::string_view yaml) {
  v1::PlanRequest request;
  v1::Document* document = request.add_documents();
  document->set_name("run.yaml");
  document->set_content(absl::StrReplaceAll(yaml, {{"IMAGE", kBusybox}}));
  request.mutable_options()->set_launcher_image(kLauncherImage);
  return request;
}

RunResult PlannedRunTest::RunPlanned(const v1::PlanRequest& request,
                                     podman::RunOptions options) {
  RunResult result;
  absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  if (!plan.ok()) {
    ADD_FAILURE() << plan.status();
    if (const auto findings = DiagnosticsOf(plan.status())) {
      for (const v1::Diagnostic& diagnostic : findings->diagnostics()) {
        ADD_FAILURE() << ToDisplayString(diagnostic);
      }
    }
    return result;
  }
  result.plan = *std::move(plan);
  if (result.plan.pods_size() != 1) {
    ADD_FAILURE() << "planned into " << result.plan.pods_size() << " Pods";
    return result;
  }
  result.pod = RenderPod(result.plan, result.plan.pods(0));
  options.images.push_back(Launcher());
  result.ran = RunPod(result.pod, options);
  EXPECT_TRUE(result.ran.status.ok()) << result.ran.status.status();
  return result;
}

}  // namespace colocation
