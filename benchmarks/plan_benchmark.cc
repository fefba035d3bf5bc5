// Planning beside decoding the same pipeline: the first should take less.
//
//   bazel run --config=opt //benchmarks:plan_benchmark [-- TASKS...]
//
// For each policy and size one line: how long decoding, resolving, planning and
// checking take (the fastest of several rounds, all in each round, so that what
// else the machine does falls on all alike), the ratio of planning, that is
// resolve and plan, and of the check to decoding, the time for each task, and
// the most memory that one PlanRun took, as a multiple of the input's size.
// Every line is of a process of its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "benchmarks/pipeline_generator.h"
#include "colocation/check/check.h"
#include "colocation/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/plan.h"
#include "colocation/resolve/resolve.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {
namespace {

using Clock = std::chrono::steady_clock;

double Micros(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

struct Times {
  double decode = 1e18, resolve = 1e18, plan = 1e18, check = 1e18;

  void KeepFastest(const Times& other) {
    decode = std::min(decode, other.decode);
    resolve = std::min(resolve, other.resolve);
    plan = std::min(plan, other.plan);
    check = std::min(check, other.check);
  }
};

v1::PlanRequest RequestFor(v1::Policy policy) {
  v1::PlanRequest request;
  v1::PlanOptions* options = request.mutable_options();
  options->set_policy(policy);
  // As many tasks in a Pod as the policy says, however large it is; for a
  // controller there may be no more than 240 (pod_caps.cc).
  options->mutable_limits()->set_pod_bytes(int64_t{1} << 40);
  v1::ImageConfig* image = request.add_images();
  image->set_image("registry.example/check:1.4");
  image->add_entrypoint("/check");
  return request;
}

Times Round(const std::string& text, const v1::PlanRequest& request) {
  Times times;
  DiagnosticList diagnostics;
  std::vector<v1::Need> needs;
  const auto start = Clock::now();
  v1::ObjectSet objects;
  DecodeObjects("generated.yaml", text, {}, &objects, &diagnostics);
  const auto decoded = Clock::now();
  const ResolvedRun run = Resolve(objects, request, &diagnostics, &needs);
  const auto resolved = Clock::now();
  const v1::ColocationPlan plan = Plan(run, request, &diagnostics, &needs);
  const auto planned = Clock::now();
  const v1::Diagnostics faults = CheckPlan(plan);
  const auto checked = Clock::now();
  if (diagnostics.has_errors() || faults.diagnostics_size() > 0) {
    std::fprintf(stderr, "the generated pipeline can't be planned\n");
    std::exit(1);
  }
  times.decode = Micros(start, decoded);
  times.resolve = Micros(decoded, resolved);
  times.plan = Micros(resolved, planned);
  times.check = Micros(planned, checked);
  return times;
}

// The most memory that the process has had, in bytes.
double MostMemory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

// What one PlanRun takes of it beside its request.
double MemoryOfPlanRun(const std::string& text, v1::PlanRequest request) {
  v1::Document* document = request.add_documents();
  document->set_name("generated.yaml");
  document->set_content(text);
  const double before = MostMemory();
  if (const auto plan = PlanRun(request); !plan.ok()) {
    std::fprintf(stderr, "the generated pipeline can't be planned\n");
    std::exit(1);
  }
  return MostMemory() - before;
}

void Line(const char* name, v1::Policy policy, int tasks) {
  const std::string text = GeneratePipeline({.tasks = tasks});
  const v1::PlanRequest request = RequestFor(policy);
  const double memory = MemoryOfPlanRun(text, request);
  Times fastest;
  const int rounds = std::clamp(200'000 / tasks, 3, 2000);
  for (int i = 0; i < rounds; ++i) fastest.KeepFastest(Round(text, request));
  const double planning = fastest.resolve + fastest.plan;
  std::printf("%-12s %7d %10.0f %10.0f %10.0f %10.0f %8.2f %8.2f %8.2f %8.1f\n",
              name, tasks, fastest.decode, fastest.resolve, fastest.plan,
              fastest.check, planning / fastest.decode,
              fastest.check / fastest.decode, planning / tasks,
              memory / static_cast<double>(text.size()));
}

int Main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::max(1, atoi(argv[i])));
  if (sizes.empty()) sizes = {10, 1000, 10'000, 100'000};
  std::printf("%-12s %7s %10s %10s %10s %10s %8s %8s %8s %8s\n", "policy",
              "tasks", "decode us", "resolve", "plan", "check", "plan/dec",
              "chk/dec", "us/task", "memory");
  struct Named {
    const char* name;
    v1::Policy policy;
  };
  constexpr Named kPolicies[] = {{"workspaces", v1::POLICY_WORKSPACES},
                                 {"pipelinerun", v1::POLICY_PIPELINERUN},
                                 {"isolated", v1::POLICY_ISOLATED}};
  for (const Named& policy : kPolicies) {
    for (const int tasks : sizes) {
      std::fflush(stdout);
      const pid_t child = fork();
      if (child == 0) {
        Line(policy.name, policy.policy, tasks);
        std::fflush(stdout);
        _exit(0);
      }
      int status = 0;
      if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) { return colocation::Main(argc, argv); }
