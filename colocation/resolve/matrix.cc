#include "colocation/resolve/matrix.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

namespace colocation {
namespace {

using Combination = std::map<std::string, std::string>;

// Whether the two have the same value wherever they have the same name.
bool Agree(const Combination& combination, const Combination& include) {
  for (const auto& [name, value] : include) {
    const auto found = combination.find(name);
    if (found != combination.end() && found->second != value) return false;
  }
  return true;
}

bool ShareAValue(const Combination& combination, const Combination& include) {
  for (const auto& [name, value] : include) {
    const auto found = combination.find(name);
    if (found != combination.end() && found->second == value) return true;
  }
  return false;
}

}  // namespace

int64_t CountCombinations(const v1::Matrix& matrix) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t count = matrix.params_size() == 0 ? 0 : 1;
  for (const v1::Param& param : matrix.params()) {
    const int64_t size = param.value().array_value().items_size();
    if (size != 0 && count > kMost / size) return kMost;
    count *= size;
  }
  const int64_t includes = matrix.include_size();
  return count > kMost - includes ? kMost : count + includes;
}

std::vector<std::vector<v1::Param>> FanOut(const v1::Matrix& matrix) {
  std::vector<Combination> includes;
  for (const v1::IncludeParams& include : matrix.include()) {
    Combination combination;
    for (const v1::Param& param : include.params()) {
      combination[param.name()] = param.value().string_value();
    }
    includes.push_back(std::move(combination));
  }
  std::vector<Combination> combinations;
  for (const v1::Param& param : matrix.params()) {
    std::vector<Combination> expanded;
    for (const std::string& value : param.value().array_value().items()) {
      if (combinations.empty()) expanded.push_back({{param.name(), value}});
      for (Combination combination : combinations) {
        combination[param.name()] = value;
        expanded.push_back(std::move(combination));
      }
    }
    combinations = std::move(expanded);
  }
  if (matrix.params_size() == 0) {
    combinations = includes;
  } else {
    for (Combination& combination : combinations) {
      for (const Combination& include : includes) {
        if (!Agree(combination, include)) continue;
        for (const auto& [name, value] : include) combination[name] = value;
      }
    }
    for (const Combination& include : includes) {
      bool shared = include.empty();
      for (const Combination& c : combinations)
        shared |= ShareAValue(c, include);
      if (!shared) combinations.push_back(include);
    }
  }
  std::vector<std::vector<v1::Param>> all;
  for (const Combination& combination : combinations) {
    std::vector<v1::Param>& params = all.emplace_back();
    for (const auto& [name, value] : combination) {
      v1::Param& param = params.emplace_back();
      param.set_name(name);
      param.mutable_value()->set_string_value(value);
    }
  }
  return all;
}

}  // namespace colocation
