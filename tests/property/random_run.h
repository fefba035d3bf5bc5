// Small random pipeline runs, as plain data and as YAML.
//
// What a run may have is what matters to order and skipping: runAfter, results
// in params and in `when`, `when` over constants and statuses, finally, shared
// emptyDir workspaces, service accounts, custom tasks, matrices, retries,
// onError, requests.
#ifndef COLOCATION_TESTS_PROPERTY_RANDOM_RUN_H_
#define COLOCATION_TESTS_PROPERTY_RANDOM_RUN_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace colocation {

struct RandomWhen {
  // Index of the task whose result, or in finally tasks status, is the input;
  // -1 for a constant.
  int task = -1;
  bool status = false;
  // Of a constant.
  bool constant_holds = true;
  bool negated = false;  // "notin"
};

struct RandomTask {
  std::string name;
  bool finally = false;
  std::vector<int> run_after;
  // Tasks whose result is the value of a param, in the order of the params.
  std::vector<int> params;
  std::vector<RandomWhen> when;
  bool custom = false;
  int units = 1;  // more than one: a matrix
  int retries = 0;
  bool continue_on_error = false;
  bool other_account = false;
  // Bits: which of the run's workspaces it uses.
  int workspaces = 0;
  // For each of its steps.
  std::vector<int> milli_cpu;
};

struct RandomRun {
  std::vector<RandomTask> tasks;  // those of finally last
};

RandomRun MakeRandomRun(std::mt19937* random, int most_tasks);

// In the order of `order`, a permutation that keeps finally tasks last; the
// identity where it is empty.
std::string ToYaml(const RandomRun& run, const std::vector<int>& order = {});

// The value that a `when` over a result asks for.
inline constexpr char kYes[] = "yes";
// Any other value that a result can have.
inline constexpr char kOther[] = "other";

}  // namespace colocation

#endif  // COLOCATION_TESTS_PROPERTY_RANDOM_RUN_H_
