#include "colocation/plan/ports.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/known_servers.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Task {
  std::string name;
  // Fields of the sidecar; none where empty.
  std::string sidecar;
  // More fields of the pipeline task.
  std::string fields = "";
};

std::string RunOf(const std::vector<Task>& tasks) {
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [{name: w, emptyDir: {}}]\n  pipelineSpec:\n"
      "    workspaces: [{name: w}]\n    tasks:\n";
  for (const Task& task : tasks) {
    absl::StrAppend(
        &yaml, "    - {name: ", task.name, task.fields,
        ", workspaces: [{name: w}], taskSpec: {params: [{name: m, "
        "default: \"\"}], workspaces: [{name: w}], steps: [{name: "
        "s, image: i, command: [c]}]",
        task.sidecar.empty()
            ? ""
            : absl::StrCat(", sidecars: [{name: d, ", task.sidecar, "}]"),
        "}}\n");
  }
  return yaml;
}

constexpr char kDeclared[] =
    "image: i, command: [d], ports: [{containerPort: 80}]";
constexpr char kUnknown[] = "image: i, command: [d]";

struct PortsCase {
  const char* name;
  const char* sidecar;
  // "SOURCE port/protocol ...".
  const char* ports;
};

class PortsOfTest : public ::testing::TestWithParam<PortsCase> {};

TEST_P(PortsOfTest, AreFound) {
  const ResolvedRun run = ResolveYaml(RunOf({{"a", GetParam().sidecar}}));
  const SidecarPorts found = PortsOf(run.tasks[0].units[0].spec.sidecars(0));
  constexpr const char* kSources[] = {"declared", "probe", "image", "unknown"};
  std::string text = kSources[static_cast<int>(found.source)];
  for (const Port& port : found.ports) {
    absl::StrAppend(&text, " ", port.first, "/", port.second);
  }
  EXPECT_EQ(text, GetParam().ports);
}

INSTANTIATE_TEST_SUITE_P(
    , PortsOfTest,
    ::testing::ValuesIn(std::vector<PortsCase>{
        {"DeclaredOnesCount",
         "image: postgres, ports: [{containerPort: 1}, {containerPort: 53, "
         "protocol: UDP}, {containerPort: 1}]",
         "declared 1/TCP 53/UDP"},
        {"AProbeSaysWhereTheServerIs",
         "image: i, command: [d], readinessProbe: {httpGet: {port: 8080}}",
         "probe 8080/TCP"},
        {"EachKindOfProbeDoes",
         "image: i, command: [d], livenessProbe: {tcpSocket: {port: \"9\"}}, "
         "startupProbe: {grpc: {port: 7}}",
         "probe 7/TCP 9/TCP"},
        {"AProbeOfAnotherHostDoesNot",
         "image: i, command: [d], readinessProbe: {tcpSocket: {port: 9, host: "
         "example.org}}",
         "unknown"},
        {"AProbeByCommandDoesNot",
         "image: i, command: [d], readinessProbe: {exec: {command: [c]}}",
         "unknown"},
        {"AWellKnownImageHasADefault", "image: \"postgres:16\"",
         "image 5432/TCP"},
        {"WhateverItsRegistry",
         "image: \"registry.example.org:5000/library/redis:7@sha256:00\"",
         "image 6379/TCP"},
        {"DockerInDocker",
         "image: \"docker.io/library/docker:24-dind-rootless\"",
         "image 2375/TCP 2376/TCP"},
        {"DockerItselfListensNowhere", "image: \"docker:24-cli\"", "unknown"},
        {"AnotherProgramOfAKnownImage", "image: postgres, command: [psql]",
         "unknown"},
        {"AScriptInAKnownImage", "image: postgres, script: psql", "unknown"},
        {"ArgumentsThatSayNothingOfPorts",
         "image: \"docker:dind\", args: [--storage-driver=vfs]",
         "image 2375/TCP 2376/TCP"},
        {"AnArgumentThatGivesAPort", "image: redis, args: [--port, \"6380\"]",
         "unknown"},
        {"AnArgumentThatGivesAnAddress",
         "image: etcd, args: [\"--listen-client-urls=http://0.0.0.0:1\"]",
         "unknown"},
        {"AShortArgumentThatGivesAPort",
         "image: postgres, args: [-p, \"5433\"]", "unknown"},
        {"AVariableThatGivesAPort",
         "image: postgres, env: [{name: PGPORT, value: \"5433\"}]", "unknown"},
        {"AnythingElse", "image: postgres-exporter", "unknown"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(KnownServersTest, TheTableIsSorted) {
  // A binary search looks each up.
  for (const char* image : {"cassandra", "httpd", "mongo", "mysql", "nginx",
                            "registry", "standalone-chrome", "zookeeper"}) {
    EXPECT_FALSE(DefaultPortsOf(image).empty()) << image;
  }
  EXPECT_TRUE(DefaultPortsOf("").empty());
  EXPECT_TRUE(DefaultPortsOf("zzz").empty());
}

// What the images' own programs are.
v1::PlanRequest WithEntrypoints() {
  v1::PlanRequest request;
  for (const char* image : {"docker:dind", "postgres"}) {
    v1::ImageConfig* config = request.add_images();
    config->set_image(image);
    config->add_entrypoint("/serve");
  }
  return request;
}

TEST(PortsTest, WellKnownServersAtOnceAreRefused) {
  const Planned planned = PlanYaml(
      RunOf({{"a", "image: \"docker:dind\""}, {"b", "image: \"docker:dind\""}}),
      WithEntrypoints());
  EXPECT_THAT(
      planned.errors,
      ElementsAre(
          AllOf(StartsWith("port-conflict at "
                           "spec.pipelineSpec.tasks[1].taskSpec.sidecars[0]:"),
                HasSubstr("listens on port 2375/TCP, as servers of this "
                          "image do unless told otherwise"))));
}

TEST(PortsTest, WhatIsDeclaredCountsInsteadOfTheDefault) {
  const Planned planned = PlanYaml(
      RunOf({{"a", "image: postgres"},
             {"b", "image: postgres, ports: [{containerPort: 5433}]"}}),
      WithEntrypoints());
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings, IsEmpty());
}

struct WarningCase {
  const char* name;
  std::vector<Task> tasks;
  // Part of the only warning; empty: there is none.
  const char* warning;
};

class UnknownPortsTest : public ::testing::TestWithParam<WarningCase> {};

TEST_P(UnknownPortsTest, AreWarnedOf) {
  const Planned planned = PlanYaml(RunOf(GetParam().tasks));
  EXPECT_THAT(planned.errors, IsEmpty());
  if (*GetParam().warning == 0) {
    EXPECT_THAT(planned.warnings, IsEmpty());
    return;
  }
  EXPECT_THAT(planned.warnings,
              ElementsAre(AllOf(StartsWith("undeclared-port at "),
                                HasSubstr(GetParam().warning))));
}

INSTANTIATE_TEST_SUITE_P(
    , UnknownPortsTest,
    ::testing::ValuesIn(std::vector<WarningCase>{
        {"OfTwoAtOnce",
         {{"a", kUnknown}, {"b", kUnknown}},
         "sidecars of \"a\" and \"b\" can run at once in one Pod, which has "
         "one "
         "network, and the sidecar \"d\" of \"a\""},
        {"OfOneBesideADeclaredOne",
         {{"a", kDeclared}, {"b", kUnknown}},
         "the sidecar \"d\" of \"b\""},
        {"NotOneAfterTheOther",
         {{"a", kUnknown}, {"b", kUnknown, ", runAfter: [a]"}},
         ""},
        {"NotOfOneAlone", {{"a", kUnknown}, {"b", ""}}, ""},
        {"NotWhereAllAreDeclared",
         {{"a", kDeclared},
          {"b", "image: i, command: [d], ports: [{containerPort: 81}]"}},
         ""},
        {"OfAMatrix",
         {{"a", kUnknown, ", matrix: {params: [{name: m, value: [u, v]}]}"}},
         "the units of the matrix of \"a\" can run at once"},
        {"AlsoWhereOthersLieBetweenInTopologicalOrder",
         {{"a", kUnknown},
          {"b", kDeclared, ", runAfter: [a]"},
          {"x", ""},
          {"c", kUnknown, ", runAfter: [x]"},
          {"d", "image: i, command: [d], ports: [{containerPort: 81}]",
           ", runAfter: [c, b]"}},
         "\"a\", \"b\" and \"c\""},
    }),
    [](const auto& info) { return std::string(info.param.name); });

// Neighbours in topological order stand for all pairs.
TEST(SharedPortsTest, FindsAConflictExactlyWhereSomeTwoCanRunAtOnce) {
  std::mt19937 random(7);
  int conflicts = 0;
  for (int round = 0; round < 300; ++round) {
    const int n = 2 + random() % 6;
    std::vector<Task> tasks;
    for (int i = 0; i < n; ++i) {
      std::vector<std::string> after;
      for (int j = 0; j < i; ++j) {
        if (random() % 2 == 0) after.push_back(absl::StrCat("t", j));
      }
      tasks.push_back(
          {absl::StrCat("t", i), random() % 3 == 0 ? "" : kDeclared,
           absl::StrCat(", runAfter: [", absl::StrJoin(after, ", "), "]")});
    }
    std::shuffle(tasks.begin(), tasks.end(), random);
    const ResolvedRun run = ResolveYaml(RunOf(tasks));
    WaitSets waits(run);
    bool expected = false;
    for (TaskIndex a = 0; a < n; ++a) {
      for (TaskIndex b = 0; b < a; ++b) {
        expected |= !tasks[a].sidecar.empty() && !tasks[b].sidecar.empty() &&
                    !waits.IsBefore(a, b) && !waits.IsBefore(b, a);
      }
    }
    SharedPorts ports;
    bool found = false;
    for (TaskIndex t = 0; t < n && !found; ++t) {
      const auto conflict = ports.FindConflict(run, t, &waits);
      if (conflict) {
        found = true;
        EXPECT_FALSE(waits.IsBefore(conflict->first, conflict->second));
        EXPECT_FALSE(waits.IsBefore(conflict->second, conflict->first));
      }
      ports.Add(run, t, waits);
    }
    EXPECT_EQ(found, expected) << RunOf(tasks);
    conflicts += found;
  }
  EXPECT_GT(conflicts, 50);
  EXPECT_LT(conflicts, 250);
}

}  // namespace
}  // namespace colocation
