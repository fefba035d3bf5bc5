// How planning grows with its input, by the form of the pipeline.
//
//   bazel run --config=opt //benchmarks:growth_benchmark [-- TASKS]
//
// For each form one line: the CPU seconds of one PlanRun, from YAML to the
// checked plan, for TASKS (default 1,000), four and sixteen times as many; the
// exponent between the last two (1 is linear); the plan's size as a multiple of
// the input's, and the most memory, for the largest. Every number is of a
// process of its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "benchmarks/pipeline_shapes.h"
#include "colocation/colocation.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {
namespace {

struct Measured {
  double seconds = 0;
  double plan_per_input = 0;
  double memory_mb = 0;
  bool planned = false;
};

rusage Usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double Seconds(const rusage& usage) {
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
             1e6;
}

Measured Measure(const std::string& text) {
  Measured measured;
  v1::PlanRequest request;
  v1::Document* document = request.add_documents();
  document->set_name("generated.yaml");
  document->set_content(text);
  request.mutable_options()->mutable_limits()->set_pod_bytes(int64_t{1} << 40);
  const double before = Seconds(Usage());
  const auto plan = PlanRun(request);
  const rusage after = Usage();
  measured.seconds = Seconds(after) - before;
  measured.memory_mb = static_cast<double>(after.ru_maxrss) / 1024;
  measured.planned = plan.ok();
  if (!plan.ok()) {
    std::fprintf(stderr, "%s\n", plan.status().ToString().c_str());
    return measured;
  }
  measured.plan_per_input = static_cast<double>(plan->ByteSizeLong()) /
                            static_cast<double>(text.size());
  return measured;
}

Measured MeasureInChild(const PipelineShape& shape, int tasks) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  const pid_t child = fork();
  if (child < 0) std::exit(1);
  if (child == 0) {
    const Measured measured = Measure(shape.make(tasks));
    const bool written =
        write(ends[1], &measured, sizeof measured) == sizeof measured;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  Measured measured;
  if (read(ends[0], &measured, sizeof measured) != sizeof measured) {
    measured = {};
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return measured;
}

int Run(int tasks) {
  std::printf("%-20s %9d %9d %9d %9s %9s %9s\n", "CPU s of", tasks, tasks * 4,
              tasks * 16, "exponent", "plan", "MB");
  bool all = true;
  for (const PipelineShape& shape : PipelineShapes()) {
    const Measured small = MeasureInChild(shape, tasks);
    const Measured middle = MeasureInChild(shape, tasks * 4);
    const Measured large = MeasureInChild(shape, tasks * 16);
    all &= small.planned && middle.planned && large.planned;
    std::printf("%-20s %9.3f %9.3f %9.3f %9.2f %9.1f %9.0f\n", shape.name,
                small.seconds, middle.seconds, large.seconds,
                std::log2(large.seconds / middle.seconds) / 2,
                large.plan_per_input, large.memory_mb);
    std::fflush(stdout);
  }
  return all ? 0 : 1;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  return colocation::Run(argc > 1 ? std::atoi(argv[1]) : 1000);
}
