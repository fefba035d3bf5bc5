// The launcher beside Tekton's entrypoint, in real Pods on this machine.
//
//   launcher_measurements [--tekton=FILE] [--steps=N] [--step-ms=N] [--fan=N]
//                         [--waiting=N] [--seconds=N] [--starts=N]
//
// FILE is Tekton's entrypoint, built; without it the launcher is measured
// alone. launcher_benchmark.sh builds it and calls this program.
//
// Both run the same image with one static program that says when it ran
// (step_clock.cc). The launcher's Pods are planned and rendered as any; those
// of the entrypoint have the containers, arguments and volumes that Tekton
// gives the Pod of a TaskRun (pkg/pod/pod.go, pkg/pod/entrypoint.go), save that
// of the volumes "/tekton/run/N", all of which Tekton mounts everywhere, a
// container has only those that it uses. Tekton runs no tasks at once in a Pod;
// but its program can wait for several files, and here does.
#include <dirent.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/podman/pod_runner.h"
#include "colocation/colocation.h"
#include "colocation/render/pod.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

struct Settings {
  std::string tekton;
  int steps = 100;
  int step_ms = 300;
  int fan = 50;
  int waiting = 200;
  int seconds = 60;
  int starts = 200;
} settings;

constexpr char kImage[] = "localhost/colocation-test/step-clock:latest";
constexpr char kLauncherFile[] = "launcher/launcher";
constexpr char kClockFile[] = "benchmarks/step_clock";

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) ADD_FAILURE() << path << " can't be read";
  return std::string(std::istreambuf_iterator<char>(in), {});
}

podman::LocalImage Image() {
  podman::LocalImage image;
  image.name = kImage;
  image.files.push_back({"bin/step_clock", Content(kClockFile), 0755, ""});
  image.files.push_back({"launcher", Content(kLauncherFile), 0755, ""});
  if (!settings.tekton.empty()) {
    image.files.push_back(
        {"ko-app/entrypoint", Content(settings.tekton), 0755, ""});
  }
  return image;
}

// ---------------------------------------------------------------------------
// Pods

// A step and those it comes after, by their numbers; the first waits until all
// containers are up.
using Steps = std::vector<std::vector<int>>;

Steps Chain(int size) {
  Steps steps(1);
  for (int i = 1; i < size; ++i) steps.push_back({i - 1});
  return steps;
}

Steps Fan(int width) {
  Steps steps(1);
  std::vector<int> all;
  for (int i = 1; i <= width; ++i) {
    steps.push_back({0});
    all.push_back(i);
  }
  steps.push_back(all);
  return steps;
}

// How the steps are given to the planner.
enum class As { kSteps, kTasks };

std::string RunOf(const Steps& steps, As as, int step_ms) {
  // The annotation is set when all containers are up.
  constexpr char kFirst[] =
      "image: IMAGE, command: [/bin/step_clock, /go/go], "
      "volumeMounts: [{name: go, mountPath: /go}]";
  const std::string other = absl::StrCat(
      "image: IMAGE, command: [/bin/step_clock, lasts, \"", step_ms, "\"]");
  constexpr char kVolume[] =
      "        volumes: [{name: go, downwardAPI: {items: [{path: go, fieldRef: "
      "{fieldPath: \"metadata.annotations['go']\"}}]}}]\n";
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  pipelineSpec:\n    tasks:\n";
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i == 0 || as == As::kTasks) {
      absl::StrAppend(&yaml, "    - name: t", i, "\n");
      if (!steps[i].empty()) {
        absl::StrAppend(&yaml, "      runAfter: [t",
                        absl::StrJoin(steps[i], ", t"), "]\n");
      }
      absl::StrAppend(&yaml, "      taskSpec:\n", i == 0 ? kVolume : "",
                      "        steps:\n");
    }
    absl::StrAppend(&yaml, "        - {name: s", i, ", ",
                    i == 0 ? kFirst : other, "}\n");
  }
  return yaml;
}

std::string TektonPodOf(const Steps& steps, int step_ms) {
  std::string volumes =
      "  - {name: bin, emptyDir: {}}\n  - {name: steps, emptyDir: {}}\n"
      "  - {name: results, emptyDir: {}}\n  - {name: home, emptyDir: {}}\n"
      "  - {name: workspace, emptyDir: {}}\n"
      "  - {name: downward, downwardAPI: {items: [{path: ready, fieldRef: "
      "{fieldPath: \"metadata.annotations['tekton.dev/ready']\"}}]}}\n";
  std::string names, containers;
  for (size_t i = 0; i < steps.size(); ++i) {
    absl::StrAppend(&volumes, "  - {name: run-", i, ", emptyDir: {}}\n");
    absl::StrAppend(&names, ", step-s", i);
    std::string mounts = absl::StrCat(
        "{name: bin, mountPath: /tekton/bin, readOnly: true}, {name: steps, "
        "mountPath: /tekton/steps, readOnly: true}, {name: results, "
        "mountPath: /tekton/results}, {name: home, mountPath: /tekton/home}, "
        "{name: workspace, mountPath: /workspace}, {name: run-",
        i, ", mountPath: /tekton/run/", i, "}");
    std::vector<std::string> args;
    if (steps[i].empty()) {
      absl::StrAppend(&mounts,
                      ", {name: downward, mountPath: "
                      "/tekton/downward, readOnly: true}");
      args = {"-wait_file", "/tekton/downward/ready", "-wait_file_content"};
    } else {
      std::vector<std::string> files;
      for (const int before : steps[i]) {
        files.push_back(absl::StrCat("/tekton/run/", before, "/out"));
        absl::StrAppend(&mounts, ", {name: run-", before,
                        ", mountPath: /tekton/run/", before,
                        ", readOnly: true}");
      }
      args = {"-wait_file",
              absl::StrCat("\"", absl::StrJoin(files, ","), "\"")};
    }
    absl::StrAppend(
        &containers, "  - name: step-s", i, "\n    image: ", kImage,
        "\n    command: [/tekton/bin/entrypoint]\n    args: [",
        absl::StrJoin(args, ", "), ", -post_file, /tekton/run/", i,
        "/out, -termination_path, /tekton/termination, -step_metadata_dir, "
        "/tekton/run/",
        i, "/status, -entrypoint, /bin/step_clock, --",
        i == 0 ? "" : absl::StrCat(", lasts, \"", step_ms, "\""), "]\n",
        "    terminationMessagePath: /tekton/termination\n    volumeMounts: [",
        mounts, "]\n");
  }
  return absl::StrCat(
      "metadata: {name: tekton, annotations: {tekton.dev/ready: \"\"}}\nspec:\n"
      "  volumes:\n",
      volumes, "  initContainers:\n  - name: prepare\n    image: ", kImage,
      "\n    command: [/ko-app/entrypoint, init, /ko-app/entrypoint, "
      "/tekton/bin/entrypoint",
      names,
      "]\n    volumeMounts: [{name: bin, mountPath: /tekton/bin}, {name: "
      "steps, mountPath: /tekton/steps}]\n  containers:\n",
      containers);
}

// ---------------------------------------------------------------------------
// Figures

// `q` of the sorted values lie below, by rank.
double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t rank =
      static_cast<size_t>(q * static_cast<double>(values.size()));
  return values[std::min(rank, values.size() - 1)];
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

std::string Load() {
  const std::vector<std::string> words =
      absl::StrSplit(Content("/proc/loadavg"), ' ');
  return words.front();
}

std::string Line(const std::string& who, const std::vector<double>& ms) {
  return absl::StrFormat(
      "  %-34s median %9.3f ms   p99 %9.3f ms   max %9.3f ms", who,
      Quantile(ms, 0.5), Quantile(ms, 0.99), Quantile(ms, 1));
}

void PrintRatio(const std::vector<double>& ours,
                const std::vector<double>& theirs) {
  std::cout << absl::StrFormat("  %-34s median %9.1f x    p99 %9.1f x\n",
                               "Tekton's over ours",
                               Quantile(theirs, 0.5) / Quantile(ours, 0.5),
                               Quantile(theirs, 0.99) / Quantile(ours, 0.99));
}

// What a process has used since it began, its threads added up: nanoseconds of
// CPU time. Those of threads that have ended are not there any more; a Go
// program's stay.
double CpuNs(int pid) {
  const std::string tasks = absl::StrCat("/proc/", pid, "/task");
  double sum = 0;
  DIR* directory = opendir(tasks.c_str());
  if (directory == nullptr) return 0;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream in(absl::StrCat(tasks, "/", entry->d_name, "/schedstat"));
    double ns = 0;
    in >> ns;
    sum += ns;
  }
  closedir(directory);
  return sum;
}

// A figure of smaps_rollup, in KiB.
double MemoryKib(int pid, absl::string_view key) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/smaps_rollup"));
  for (std::string line; std::getline(in, line);) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, absl::StrCat(key, ":"))) continue;
    int kib = 0;
    if (absl::SimpleAtoi(absl::StripSuffix(rest, "kB"), &kib)) return kib;
  }
  return 0;
}

// ---------------------------------------------------------------------------

class LauncherBenchmark : public PlannedRunTest {
 protected:
  static bool HasTekton() { return !settings.tekton.empty(); }

  // Our Pod.
  v1::Pod Planned(const Steps& steps, As as, int step_ms) {
    v1::PlanRequest request = Request(RunOf(steps, as, step_ms));
    v1::Document& document = *request.mutable_documents(0);
    std::string content = document.content();
    for (size_t at; (at = content.find(kBusybox)) != content.npos;) {
      content.replace(at, std::string(kBusybox).size(), kImage);
    }
    document.set_content(content);
    request.mutable_options()->set_launcher_image(kImage);
    request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
    const absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok() || plan->pods_size() != 1) {
      ADD_FAILURE() << "not one Pod";
      return {};
    }
    return RenderPod(*plan, plan->pods(0));
  }

  // Runs the Pod; `when_up` is called once all its containers have started, in
  // a thread of its own, and lets the first step go on, or stops the Pod.
  PodResult RunWhenUp(const v1::Pod& pod, std::function<void()> when_up) {
    podman::RunOptions options = Options();
    options.images = {Image()};
    PodResult result;
    podman::RunObserver observer;
    int up = 0;
    std::thread thread;
    observer.on_log = [&](absl::string_view container, absl::string_view line) {
      result.log.emplace_back(container, line);
    };
    observer.on_container = [&](const v1::ContainerStatus& status) {
      if (!status.state().has_running()) return;
      const auto& containers = pod.spec().containers();
      up += std::any_of(containers.begin(), containers.end(),
                        [&](const v1::Container& container) {
                          return container.name() == status.name();
                        });
      if (up == containers.size() && when_up && !thread.joinable()) {
        thread = std::thread([&] {
          // The programs in the last containers have to get as far as waiting.
          std::this_thread::sleep_for(std::chrono::seconds(2));
          when_up();
        });
      }
    };
    podman::PodControl control;
    pod_control_ = &control;
    result.status = podman::RunPod(pod, options, observer, &control);
    if (thread.joinable()) thread.join();
    pod_control_ = nullptr;
    EXPECT_TRUE(result.status.ok()) << result.status.status();
    return result;
  }

  void Go() {
    pod_control_->Annotate({{"go", "now"}, {"tekton.dev/ready", "READY"}});
  }

  // From the end of the last of those that a step waits for to its own start.
  std::vector<double> HandOvers(const v1::Pod& pod, const Steps& steps) {
    const PodResult result = RunWhenUp(pod, [this] { Go(); });
    if (!result.status.ok()) return {};
    EXPECT_EQ(result.status->phase(), "Succeeded")
        << result.status->ShortDebugString();
    // Containers end in "s12".
    std::map<int, std::pair<int64_t, int64_t>> times;
    for (const auto& [container, line] : result.log) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      int64_t start = 0, end = 0;
      int step = 0;
      if (words.size() == 2 && absl::SimpleAtoi(words[0], &start) &&
          absl::SimpleAtoi(words[1], &end) &&
          absl::SimpleAtoi(container.substr(container.rfind('s') + 1), &step)) {
        times[step] = {start, end};
      }
    }
    EXPECT_EQ(times.size(), steps.size());
    std::vector<double> ms;
    for (size_t i = 1; i < steps.size(); ++i) {
      int64_t ready = 0;
      for (const int before : steps[i]) {
        ready = std::max(ready, times[before].second);
      }
      const int64_t taken = times[static_cast<int>(i)].first - ready;
      EXPECT_GT(taken, 0) << "step " << i << " did not wait";
      ms.push_back(static_cast<double>(taken) / 1e6);
    }
    return ms;
  }

  podman::PodControl* pod_control_ = nullptr;
};

TEST_F(LauncherBenchmark, Size) {
  std::cout << absl::StrFormat("Size\n  %-34s %9.2f MB\n", "launcher",
                               Content(kLauncherFile).size() / 1e6);
  if (HasTekton()) {
    std::cout << absl::StrFormat("  %-34s %9.2f MB\n", "Tekton's entrypoint",
                                 Content(settings.tekton).size() / 1e6);
  }
}

TEST_F(LauncherBenchmark, StartUp) {
  const PodResult result = RunWhenUp(
      Parse(absl::StrCat("spec:\n  volumes: [{name: files, emptyDir: {medium: "
                         "Memory}}]\n  containers:\n  - name: starts\n"
                         "    image: ",
                         kImage, "\n    command: [/bin/step_clock, starts, \"",
                         settings.starts, "\", /files, /launcher, \"",
                         HasTekton() ? "/ko-app/entrypoint" : "",
                         "\"]\n    volumeMounts: [{name: files, mountPath: "
                         "/files}]\n")),
      nullptr);
  ASSERT_EQ(result.EndOf("starts").exit_code(), 0) << result.LogOf("starts");
  std::map<std::string, std::vector<double>> ms;
  for (const auto& [container, line] : result.log) {
    const std::pair<std::string, std::string> words =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    double ns = 0;
    if (absl::SimpleAtod(words.second, &ns)) {
      ms[words.first].push_back(ns / 1e6);
    }
  }
  ASSERT_EQ(ms["launcher"].size(), settings.starts);
  std::cout << "Start-up: from before the fork until the step's program runs, "
            << settings.starts << " times (load " << Load() << ")\n"
            << Line("the step's program alone", ms["alone"]) << "\n"
            << Line("launcher", ms["launcher"]) << "\n";
  if (HasTekton()) {
    std::cout << Line("Tekton's entrypoint", ms["entrypoint"]) << "\n";
    PrintRatio(ms["launcher"], ms["entrypoint"]);
  }
}

// podman starts a program of its own for each container that ends, to clean up
// after it: some 0.1 s of CPU time. Steps that end sooner leave so many of
// these running that a hand-over mostly waits for a CPU, with either program.
// So there are figures for steps that last a while, as real ones do, and for
// such that don't.
TEST_F(LauncherBenchmark, ChainHandOver) {
  const Steps steps = Chain(settings.steps);
  for (const int step_ms : {settings.step_ms, 0}) {
    std::cout << "Hand-over, " << settings.steps
              << " steps one after the other, of " << step_ms
              << " ms each (load " << Load() << ")\n";
    const std::vector<double> of_steps =
        HandOvers(Planned(steps, As::kSteps, step_ms), steps);
    std::cout << Line("launcher, steps of one task", of_steps) << std::endl;
    const std::vector<double> of_tasks =
        HandOvers(Planned(steps, As::kTasks, step_ms), steps);
    std::cout << Line("launcher, tasks of one step", of_tasks) << std::endl;
    if (!HasTekton()) continue;
    const std::vector<double> theirs =
        HandOvers(Parse(TektonPodOf(steps, step_ms)), steps);
    std::cout << Line("Tekton's entrypoint, steps", theirs) << std::endl;
    PrintRatio(of_steps, theirs);
  }
}

TEST_F(LauncherBenchmark, FanOutHandOver) {
  const Steps steps = Fan(settings.fan);
  std::cout << "Hand-over, 1 -> " << settings.fan << " -> 1, of "
            << settings.step_ms << " ms each (load " << Load() << ")\n";
  const auto print = [](const std::string& who, std::vector<double> ms) {
    if (ms.empty()) return;
    const double last = ms.back();
    ms.pop_back();
    std::cout << Line(absl::StrCat(who, ", out"), ms) << "\n"
              << absl::StrFormat("  %-34s        %9.3f ms",
                                 absl::StrCat(who, ", in"), last)
              << std::endl;
  };
  const std::vector<double> ours =
      HandOvers(Planned(steps, As::kTasks, settings.step_ms), steps);
  print("launcher", ours);
  if (!HasTekton()) return;
  const std::vector<double> theirs =
      HandOvers(Parse(TektonPodOf(steps, settings.step_ms)), steps);
  print("Tekton's entrypoint", theirs);
  PrintRatio(ours, theirs);
}

TEST_F(LauncherBenchmark, Waiting) {
  const Steps steps = Chain(settings.waiting + 1);
  struct Figures {
    std::vector<double> cpu_ms, pss, own;
  };
  const auto measure = [&](const v1::Pod& pod) {
    Figures figures;
    RunWhenUp(pod, [&] {
      std::vector<int> pids;
      const std::string output =
          PodmanOutput({"ps", "--format", "{{.Names}} {{.Pid}}"});
      for (const absl::string_view line :
           absl::StrSplit(output, '\n', absl::SkipEmpty())) {
        const std::pair<std::string, std::string> words =
            absl::StrSplit(line, absl::MaxSplits(' ', 1));
        int pid = 0;
        // Not the first step, which doesn't wait but runs.
        if (absl::StrContains(words.first, "step-s") &&
            !absl::EndsWith(words.first, "step-s0") &&
            absl::SimpleAtoi(words.second, &pid)) {
          pids.push_back(pid);
        }
      }
      EXPECT_EQ(pids.size(), settings.waiting);
      std::vector<double> before;
      for (const int pid : pids) before.push_back(CpuNs(pid));
      std::this_thread::sleep_for(std::chrono::seconds(settings.seconds));
      for (size_t i = 0; i < pids.size(); ++i) {
        figures.cpu_ms.push_back((CpuNs(pids[i]) - before[i]) / 1e6);
      }
      for (const int pid : pids) {
        figures.pss.push_back(MemoryKib(pid, "Pss"));
        figures.own.push_back(MemoryKib(pid, "Private_Clean") +
                              MemoryKib(pid, "Private_Dirty"));
      }
      // Once is SIGTERM; nothing here has anything to clean up.
      pod_control_->Stop();
      pod_control_->Stop();
    });
    return figures;
  };
  const auto print = [&](const std::string& who, const Figures& figures) {
    const double n = static_cast<double>(figures.pss.size());
    std::cout << absl::StrFormat(
                     "  %-34s CPU %9.2f ms in all   memory each %8.0f KiB "
                     "(Pss), %.0f KiB its own",
                     who, Sum(figures.cpu_ms), Sum(figures.pss) / n,
                     Sum(figures.own) / n)
              << std::endl;
  };
  std::cout << settings.waiting << " containers that wait, for "
            << settings.seconds << " s (load " << Load() << ")\n";
  const Figures ours = measure(Planned(steps, As::kSteps, 0));
  print("launcher", ours);
  if (!HasTekton()) return;
  const Figures theirs = measure(Parse(TektonPodOf(steps, 0)));
  print("Tekton's entrypoint", theirs);
  // Ours may be nothing at all.
  std::cout << absl::StrFormat(
      "  %-34s CPU %9.1f x            memory each %8.1f x (Pss)\n",
      "Tekton's over ours", Sum(theirs.cpu_ms) / Sum(ours.cpu_ms),
      Sum(theirs.pss) / Sum(ours.pss));
}

bool ReadSettings(int argc, char** argv) {
  const std::map<absl::string_view, int*> numbers = {
      {"--steps", &settings.steps},     {"--step-ms", &settings.step_ms},
      {"--fan", &settings.fan},         {"--waiting", &settings.waiting},
      {"--seconds", &settings.seconds}, {"--starts", &settings.starts}};
  for (int i = 1; i < argc; ++i) {
    const std::pair<std::string, std::string> words =
        absl::StrSplit(argv[i], absl::MaxSplits('=', 1));
    if (words.first == "--tekton") {
      settings.tekton = words.second;
      continue;
    }
    const auto found = numbers.find(words.first);
    if (found == numbers.end() ||
        !absl::SimpleAtoi(words.second, found->second) || *found->second < 1) {
      std::cerr << "not understood: " << argv[i] << "\n";
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!colocation::ReadSettings(argc, argv)) return 2;
  return RUN_ALL_TESTS();
}
