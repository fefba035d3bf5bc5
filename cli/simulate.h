// `colocate simulate`: what would happen in a cluster.
#ifndef COLOCATION_CLI_SIMULATE_H_
#define COLOCATION_CLI_SIMULATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/flags.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::cli {

// What the command line says about the simulation, as written.
struct SimulationFlags {
  std::string cluster;
  std::string durations;
  std::string runs;
  std::string interval;
  std::string arrivals;
  std::string seed;
  std::string details;
};

// Takes them out of `arguments`: what is left concerns the plan, which is made
// for a controller.
SimulationFlags TakeSimulationFlags(ParsedArguments* arguments);

// Those of `arguments` that a timeline of the plan's picture needs: the cluster
// and the durations. They stay in `arguments`, as the cluster concerns the plan,
// too.
SimulationFlags TimelineFlags(const ParsedArguments& arguments);

// Reads the files. An error without Diagnostics is one of the command line.
absl::StatusOr<v1::SimulationRequest> MakeSimulation(
    const SimulationFlags& flags, v1::ColocationPlan plan);

// Simulates; what is wrong with the files has its place in them.
absl::StatusOr<v1::SimulationResult> SimulateFiles(
    const SimulationFlags& flags, const v1::SimulationRequest& request);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_SIMULATE_H_
