// Simulations as a whole: small runs in small clusters with timelines that can
// be worked out by hand, one rule of the model each.
//
// A run is "a:1 b:2<a c<ab!": tasks with their CPUs (and retries: "1*2"), what
// they come after, and "!" for one in `finally`. Unless a case says otherwise
// every cost is zero, a task takes 10s, all tasks share a workspace that is an
// emptyDir in the plan and a ReadWriteOnce volume under Tekton.
#include "colocation/simulate/simulate.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

std::string RunYaml(absl::string_view tasks, absl::string_view extra = "") {
  std::string main;
  std::string finally;
  for (const absl::string_view word : absl::StrSplit(tasks, ' ')) {
    const bool last = absl::EndsWith(word, "!");
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(absl::StripSuffix(word, "!"), absl::MaxSplits('<', 1));
    const std::pair<std::string, std::string> named =
        absl::StrSplit(parts.first, absl::MaxSplits(':', 1));
    const std::pair<std::string, std::string> cpu_and_retries =
        absl::StrSplit(named.second, absl::MaxSplits('*', 1));
    const std::string& cpu = cpu_and_retries.first;
    std::vector<std::string> after;
    for (const char c : parts.second) after.emplace_back(1, c);
    absl::StrAppend(
        last ? &finally : &main, "      - name: ", named.first,
        "\n        workspaces: [{name: w}]\n",
        after.empty() || last ? ""
                              : absl::StrCat("        runAfter: [",
                                             absl::StrJoin(after, ", "), "]\n"),
        cpu_and_retries.second.empty()
            ? ""
            : absl::StrCat("        retries: ", cpu_and_retries.second, "\n"),
        "        taskSpec:\n"
        "          workspaces: [{name: w}]\n"
        "          steps:\n"
        "            - name: s\n"
        "              image: i\n"
        "              command: [c]\n",
        cpu.empty()
            ? ""
            : absl::StrCat("              computeResources: {requests: {cpu: "
                           "\"",
                           cpu, "\"}}\n"));
  }
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
      "spec:\n  workspaces: [{name: w, emptyDir: {}}]\n",
      extra, "  pipelineSpec:\n    workspaces: [{name: w}]\n    tasks:\n", main,
      finally.empty() ? "" : "    finally:\n", finally);
}

constexpr char kNoCosts[] =
    "costs: {reconcile: 0s, podScheduling: 0s, podStart: 0s, containerStart: "
    "0s, imagePull: 0s, volumeProvision: 0s, volumeAttach: 0s, volumeDetach: "
    "0s, gate: 0s}\n";

// With memory on all nodes, and no costs where it says none.
std::string WithDefaults(const std::string& cluster) {
  return absl::StrCat(
      absl::StrReplaceAll(cluster,
                          {{"allocatable: {", "allocatable: {memory: 8Gi, "}}),
      absl::StrContains(cluster, "costs:") ? "" : kNoCosts);
}

template <typename Message>
Message Read(const std::string& yaml) {
  Message message;
  DiagnosticList diagnostics;
  DecodeMessage("test.yaml", yaml, {}, &message, &diagnostics);
  const v1::Diagnostics faults = diagnostics.Sorted();
  for (const v1::Diagnostic& d : faults.diagnostics()) {
    ADD_FAILURE() << ToDisplayString(d) << yaml;
  }
  return message;
}

v1::SimulationRequest RequestFor(const std::string& run,
                                 const std::string& cluster,
                                 const std::string& durations,
                                 const std::string& arrivals = "") {
  v1::SimulationRequest request;
  v1::SimulatedWorkload* workload = request.add_workloads();
  v1::Document* document = workload->mutable_request()->add_documents();
  document->set_name("run.yaml");
  document->set_content(run);
  workload->mutable_request()->mutable_options()->set_controlled(true);
  *workload->mutable_durations() =
      Read<v1::Durations>(durations.empty() ? "default: 10s\n" : durations);
  *workload->mutable_arrivals() =
      Read<v1::Arrivals>(arrivals.empty() ? "count: 1\n" : arrivals);
  *request.mutable_cluster() = Read<v1::SimulationCluster>(cluster);
  return request;
}

// "0-10@m" for each Pod from its node to its end, by name; placeholders in
// parentheses; "-" for one without a node. Then the run's outcome.
std::string Summary(const v1::ExecutionResult& execution) {
  std::vector<std::string> words;
  for (const v1::SimulatedRun& run : execution.detailed()) {
    for (const v1::SimulatedPod& pod : run.pods()) {
      std::string word = absl::StrCat(
          pod.placeholder() ? "aa" : absl::StrJoin(pod.tasks(), ""), ":",
          pod.node().empty() ? "-"
                             : absl::StrCat(pod.scheduled(), "-", pod.ended(),
                                            "@", pod.node()));
      words.push_back(pod.placeholder() ? absl::StrCat("(", word, ")") : word);
    }
    static const auto* outcomes =
        new std::map<int, std::string>{{v1::RUN_SUCCEEDED, "ok"},
                                       {v1::RUN_FAILED, "failed"},
                                       {v1::RUN_TIMED_OUT, "timeout"},
                                       {v1::RUN_DEADLOCKED, "deadlock"}};
    words.push_back(outcomes->at(run.outcome()));
  }
  return absl::StrJoin(words, " ");
}

struct SimulationCase {
  std::string name;  // the claim
  std::string tasks;
  std::string cluster;
  std::string durations;
  std::string per_task;
  std::string colocated;
  std::string run_extra = {};
};

class SimulationTest : public testing::TestWithParam<SimulationCase> {};

TEST_P(SimulationTest, Timeline) {
  const SimulationCase& c = GetParam();
  const auto result = Simulate(RequestFor(
      RunYaml(c.tasks, c.run_extra), WithDefaults(c.cluster), c.durations));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Summary(result->executions(0)), c.per_task);
  EXPECT_EQ(Summary(result->executions(1)), c.colocated);
  EXPECT_EQ(result->executions(0).kind(), v1::POD_PER_TASK);
  EXPECT_EQ(result->executions(1).kind(), v1::COLOCATED);
}

constexpr char kOne[] = "nodes: [{name: m, allocatable: {cpu: 8}}]\n";

INSTANTIATE_TEST_SUITE_P(
    Rules, SimulationTest,
    testing::ValuesIn(std::vector<SimulationCase>{
        {"AChainRunsOneAfterTheOther", "a:1 b:1<a", kOne, "",
         "(aa:0s-20s@m) a:0s-10s@m b:10s-20s@m ok", "ab:0s-20s@m ok"},
        {"ParallelTasksRunAtOnce", "a:1 b:1<a c:1<a", kOne, "",
         "(aa:0s-20s@m) a:0s-10s@m b:10s-20s@m c:10s-20s@m ok",
         "abc:0s-20s@m ok"},
        {"FinallyComesLast", "a:1 b:1 f:1!", kOne, "",
         "(aa:0s-20s@m) a:0s-10s@m b:0s-10s@m f:10s-20s@m ok",
         "abf:0s-20s@m ok"},
        {"AFailureStopsTheRestButNotFinally", "a:1 b:1<a f:1!", kOne,
         "default: 10s\ntasks: [{name: a, outcome: failed}]\n",
         "(aa:0s-20s@m) a:0s-10s@m f:10s-20s@m failed", "abf:0s-20s@m failed"},
        {"ASkippedParentLetsOrderingDependentRun", "a:1 b:1<a", kOne,
         "default: 10s\ntasks: [{name: a, outcome: skipped}]\n",
         "(aa:0s-10s@m) b:0s-10s@m ok", "ab:0s-10s@m ok"},
        // 8 CPUs, 50m of them the assistant's: two of 3 fit.
        {"WhatDoesNotFitWaits", "a:3 b:3 c:3", kOne, "",
         "(aa:0s-20s@m) a:0s-10s@m b:0s-10s@m c:10s-20s@m ok",
         "abc:0s-20s@m ok"},
        {"FollowersStayWithTheAssistant", "a b:3<a",
         "nodes: [{name: small, allocatable: {cpu: 2}}, {name: big, "
         "allocatable: {cpu: 4}, inUse: {cpu: 1}}]\n",
         "", "(aa:0s-1h0m0s@small) a:0s-10s@small b:- deadlock",
         "ab:0s-20s@big ok"},
        {"WithoutAssistantEachGoesWhereItFits", "a b:3<a",
         "nodes: [{name: small, allocatable: {cpu: 2}}, {name: big, "
         "allocatable: {cpu: 4}, inUse: {cpu: 1}}]\ntekton: {coschedule: "
         "disabled}\n",
         "", "a:0s-10s@small b:10s-20s@big ok", "ab:0s-20s@big ok"},
        {"AReadWriteOnceVolumeIsOnOneNode", "a:2 b:2",
         "nodes: [{name: m, count: 2, allocatable: {cpu: 2}}]\ntekton: "
         "{coschedule: disabled}\n",
         "", "a:0s-10s@m-0 b:0s-20s@m-1 ok", "ab:0s-20s@m-0 ok"},
        {"AReadWriteManyVolumeIsEverywhere", "a:2 b:2",
         "nodes: [{name: m, count: 2, allocatable: {cpu: 2}}]\ntekton: "
         "{coschedule: disabled, accessMode: ReadWriteMany}\n",
         "", "a:0s-10s@m-0 b:0s-10s@m-1 ok", "ab:0s-20s@m-0 ok"},
        {"MaxPodsCountsTheAssistant", "a b",
         "nodes: [{name: m, allocatable: {cpu: 8}, maxPods: 2}]\n", "",
         "(aa:0s-20s@m) a:0s-10s@m b:10s-20s@m ok", "ab:0s-10s@m ok"},
        {"PodsOfOthersCount", "a b<a",
         "nodes: [{name: m, allocatable: {cpu: 8}, maxPods: 4, podsInUse: "
         "3}]\n",
         "", "(aa:0s-1h0m0s@m) a:- deadlock", "ab:0s-20s@m ok"},
        {"ACordonedNodeTakesNoMore", "a:1 b:1<a",
         "nodes: [{name: m, count: 2, allocatable: {cpu: 8}}]\nevents: [{at: "
         "5s, cordon: m-0}]\ntekton: {keepAssistantOnCordonedNode: true}\n",
         "", "(aa:0s-1h0m0s@m-0) a:0s-10s@m-0 b:- deadlock",
         "ab:0s-20s@m-0 ok"},
        {"ACordonedAssistantIsReplaced", "a:1 b:1<a",
         "nodes: [{name: m, count: 2, allocatable: {cpu: 8}}]\nevents: [{at: "
         "5s, cordon: m-0}]\n",
         "", "(aa:0s-10s@m-0) a:0s-10s@m-0 (aa:10s-20s@m-1) b:10s-20s@m-1 ok",
         "ab:0s-20s@m-0 ok"},
        {"UncordonedNodesTakeWhatWaits", "a:1",
         "nodes: [{name: m, allocatable: {cpu: 8}, cordoned: true}]\nevents: "
         "[{at: 30s, uncordon: m}]\n",
         "", "a:30s-40s@m ok", "a:30s-40s@m ok"},
        {"ARemovedNodeTakesItsPods", "a:1 b:1<a f:1!",
         "nodes: [{name: m, count: 2, allocatable: {cpu: 8}}]\nevents: [{at: "
         "5s, remove: m-0}]\n",
         "", "(aa:0s-5s@m-0) a:0s-5s@m-0 (aa:5s-15s@m-1) f:5s-15s@m-1 failed",
         "abf:0s-5s@m-0 failed"},
        {"AVolumeKeepsItsZone", "a:1 b:1<a",
         "nodes: [{name: x, zone: x, allocatable: {cpu: 8}}, {name: z, zone: "
         "z, allocatable: {cpu: 8}}]\nstorageClasses: [{name: s, zonal: true, "
         "volumeBindingMode: WaitForFirstConsumer}]\nevents: [{at: 5s, cordon: "
         "x}]\ntekton: {coschedule: disabled}\n",
         "", "a:0s-10s@x b:- deadlock", "ab:0s-20s@x ok"},
        {"TheAutoscalerAddsANode", "a:4",
         "nodeGroups: [{node: {name: g, allocatable: {cpu: 4}}, maxSize: 1, "
         "provision: 60s}]\n",
         "", "a:1m0s-1m10s@g-0 ok", "a:1m0s-1m10s@g-0 ok"},
        {"TheAutoscalerCannotHelpFollowers", "a b:3<a",
         "nodes: [{name: small, allocatable: {cpu: 2}}]\nnodeGroups: [{node: "
         "{name: g, allocatable: {cpu: 4}}, maxSize: 1, provision: 60s}]\n",
         "", "(aa:0s-1h0m0s@small) a:0s-10s@small b:- deadlock",
         "ab:1m0s-1m20s@g-0 ok"},
        {"TaintsKeepPodsAway", "a:1",
         "nodes: [{name: t, allocatable: {cpu: 8}, taints: [{key: k, effect: "
         "NoSchedule}]}, {name: m, allocatable: {cpu: 8}, inUse: {cpu: 4}}]\n",
         "", "a:0s-10s@m ok", "a:0s-10s@m ok"},
        {"SelectorsChoose", "a:1",
         "nodes: [{name: m, allocatable: {cpu: 8}}, {name: d, allocatable: "
         "{cpu: 8}, inUse: {cpu: 4}, labels: {disk: ssd}}]\n",
         "", "a:0s-10s@d ok", "a:0s-10s@d ok",
         "  taskRunTemplate: {podTemplate: {nodeSelector: {disk: ssd}}}\n"},
        {"TolerationsAllow", "a:1",
         "nodes: [{name: t, allocatable: {cpu: 8}, taints: [{key: k, value: "
         "v, effect: NoSchedule}]}]\n",
         "", "a:0s-10s@t ok", "a:0s-10s@t ok",
         "  taskRunTemplate: {podTemplate: {tolerations: [{key: k, value: v}]}}"
         "\n"},
        {"RetriesAreNewPodsUnderTekton", "a:1*2 b:1<a", kOne,
         "default: 10s\ntasks: [{name: a, failingAttempts: 1}]\n",
         "(aa:0s-30s@m) a:0s-10s@m a:10s-20s@m b:20s-30s@m ok",
         "ab:0s-30s@m ok"},
        {"RetriesAreSpent", "a:1*1 b:1<a", kOne,
         "default: 10s\ntasks: [{name: a, outcome: failed}]\n",
         "(aa:0s-20s@m) a:0s-10s@m a:10s-20s@m failed", "ab:0s-20s@m failed"},
        {"APipelineTimeoutEndsTheRun", "a:1 b:1<a", kOne, "default: 40s\n",
         "(aa:0s-1m0s@m) a:0s-40s@m b:40s-1m0s@m timeout",
         "ab:0s-1m0s@m timeout", "  timeouts: {pipeline: 60s}\n"},
        {"CostsAddUp", "a:1 b:1<a",
         "nodes: [{name: m, allocatable: {cpu: 8}}]\nstorageClasses: [{name: "
         "s, volumeBindingMode: WaitForFirstConsumer}]\ncosts: {reconcile: 1s, "
         "podScheduling: 1s, podStart: 2s, containerStart: 1s, imagePull: 3s, "
         "volumeProvision: 4s, volumeAttach: 5s, volumeDetach: 1s, gate: 0s}\n",
         "",
         // Begin at 1, both scheduled at 2; volume at 11; a: start 2, two
         // images 6, container 1, then 10 of work: 30. b: created at 31,
         // scheduled at 32, start 2, container 1, 10 of work: 45.
         "(aa:2s-45s@m) a:2s-30s@m b:32s-45s@m ok",
         // Scheduled at 2; start 2, two images 6, container 1: a from 11 to 21,
         // b's container has come at 12.
         "ab:2s-31s@m ok"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace colocation
