#include "colocation/plan/resources.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/every_graph_testing.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using absl::int128;

Quantity Cpu(int64_t millis) {
  return Quantity::FromNanos(int128(millis) * 1'000'000,
                             Quantity::Notation::kDecimalSuffix);
}

int128 NanosOf(const std::string& text) {
  return Quantity::Parse(text)->nanos();
}

// A unit of steps and sidecars that ask for so many thousandths of a cpu.
UnitNeed Need(const std::vector<int64_t>& steps,
              const std::vector<int64_t>& sidecars = {}) {
  UnitNeed need;
  const auto add = [](const std::vector<int64_t>& asked,
                      std::vector<ContainerNeed>* containers) {
    for (const int64_t millis : asked) {
      ContainerNeed& c = containers->emplace_back();
      if (millis > 0) c.asked["cpu"] = c.spread["cpu"] = Cpu(millis);
    }
  };
  add(steps, &need.steps);
  add(sidecars, &need.sidecars);
  int64_t all = 0;
  for (const int64_t millis : steps) all = std::max(all, millis);
  for (const int64_t millis : sidecars) all += millis;
  if (all > 0) need.need["cpu"] = Cpu(all);
  return need;
}

int128 TotalOf(const PodResources& resources) {
  int128 total = 0;
  for (const auto* lists : {&resources.steps, &resources.sidecars}) {
    for (const auto& unit : *lists) {
      for (const Quantities& requests : unit) {
        const auto found = requests.find("cpu");
        if (found != requests.end()) total += found->second.nanos();
      }
    }
  }
  return total;
}

// Each task's units by brute force: every set of units that can run at once.
int128 HeaviestByBruteForce(const std::vector<UnitNeed>& needs,
                            const std::vector<int>& task_of_unit,
                            const Graph& order) {
  const auto reach = ReachabilityOf(order);
  int128 heaviest = 0;
  for (uint32_t set = 0; set < 1u << needs.size(); ++set) {
    int128 weight = 0;
    bool at_once = true;
    for (size_t a = 0; a < needs.size(); ++a) {
      if (!(set >> a & 1)) continue;
      const auto found = needs[a].need.find("cpu");
      if (found != needs[a].need.end()) weight += found->second.nanos();
      for (size_t b = 0; b < needs.size(); ++b) {
        at_once &= !(set >> b & 1) || !reach[task_of_unit[a]][task_of_unit[b]];
      }
    }
    if (at_once) heaviest = std::max(heaviest, weight);
  }
  return heaviest;
}

TEST(ResourcesTest, PeakIsTheHeaviestSetAndRequestsAddUpToIt) {
  constexpr int kSeed = 11;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 400; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", Pod ", i));
    const Vertex tasks = 1 + random() % 6;
    const Graph order = RandomDag(tasks, 0.4, random);
    std::vector<UnitNeed> needs;
    std::vector<int> task_of_unit;
    std::vector<std::string> names;
    for (Vertex task = 0; task < tasks; ++task) {
      for (size_t unit = 0, n = 1 + random() % 2; unit < n; ++unit) {
        std::vector<int64_t> steps(1 + random() % 3), sidecars(random() % 3);
        for (int64_t& millis : steps) millis = random() % 5 * 333;
        for (int64_t& millis : sidecars) millis = random() % 3 * 77;
        needs.push_back(Need(steps, sidecars));
        task_of_unit.push_back(task);
        names.push_back(absl::StrCat("u", names.size()));
      }
    }
    const PodResources resources =
        PlanResources(needs, names, UnitOrder(task_of_unit, order),
                      v1::REQUEST_MODE_PEAK, {});
    const int128 heaviest = HeaviestByBruteForce(needs, task_of_unit, order);
    EXPECT_EQ(TotalOf(resources), heaviest);
    if (resources.uses.empty()) {
      EXPECT_EQ(heaviest, 0);
      continue;
    }
    ASSERT_EQ(resources.uses.size(), 1);
    const v1::ResourceUse& use = resources.uses[0];
    EXPECT_EQ(NanosOf(use.peak()), heaviest);
    EXPECT_EQ(NanosOf(use.requested()), heaviest);
    // The proof: the witness weighs as much, and so do the chains.
    int128 witness = 0, cover = 0;
    for (const v1::UnitNeed& need : use.witness()) {
      witness += NanosOf(need.quantity());
    }
    std::map<std::string, int128> covered;
    for (const v1::Chain& chain : use.cover()) {
      cover += NanosOf(chain.share());
      for (const std::string& u : chain.units()) {
        covered[u] += NanosOf(chain.share());
      }
    }
    EXPECT_EQ(witness, heaviest);
    EXPECT_EQ(cover, heaviest);
    for (size_t u = 0; u < needs.size(); ++u) {
      const auto found = needs[u].need.find("cpu");
      if (found == needs[u].need.end()) continue;
      EXPECT_GE(covered[names[u]], found->second.nanos());
      // No container asks for more than was asked for it.
      for (size_t s = 0; s < needs[u].steps.size(); ++s) {
        for (const auto& [resource, share] : resources.steps[u][s]) {
          EXPECT_FALSE(needs[u].steps[s].asked.at(resource) < share);
        }
      }
    }
  }
}

constexpr char kHead[] =
    "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: "
    "run}\nspec:\n";

// A run of two tasks over one emptyDir, the second after the first, with so
// much for the step of each.
std::string TwoTasks(const std::string& first, const std::string& second,
                     const std::string& run_fields = "") {
  const auto task = [](const std::string& name, const std::string& resources,
                       const std::string& more) {
    return absl::StrCat("    - {name: ", name, more,
                        ", workspaces: [{name: w}], taskSpec: {workspaces: "
                        "[{name: w}], steps: [{name: s, image: i, command: "
                        "[c], computeResources: {",
                        resources, "}}]}}\n");
  };
  return absl::StrCat(kHead, "  workspaces: [{name: w, emptyDir: {}}]\n",
                      run_fields, "  pipelineSpec:\n    tasks:\n",
                      task("a", first, ""),
                      task("b", second, ", runAfter: [a]"));
}

// "cpu 3=2/2 a=500m b=1500m": sum, peak and requested, then each container's.
std::string Requests(const v1::ColocationPlan& plan) {
  std::vector<std::string> texts;
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::ResourceUse& use : pod.resources()) {
      std::string text = absl::StrCat(use.resource(), " ", use.sum(), "=",
                                      use.peak(), "/", use.requested());
      for (const v1::PlannedContainer& c : pod.containers()) {
        const auto& requests = c.container().resources().requests();
        const auto found = requests.find(use.resource());
        if (found == requests.end()) continue;
        absl::StrAppend(&text, " ", c.unit(), "=", found->second);
      }
      texts.push_back(text);
    }
  }
  return absl::StrJoin(texts, "; ");
}

struct RequestCase {
  const char* name;
  const char* first;
  const char* second;
  const char* requests;
};

constexpr RequestCase kRequestCases[] = {
    {"NothingAskedNothingRequested", "", "", ""},
    {"ChainAsksForItsLargest", "requests: {cpu: 1}", "requests: {cpu: 3}",
     "cpu 4=3/3 a=250m b=2750m"},
    {"PartsOfMemoryAreWholeMebibytes", "requests: {memory: 1Gi}",
     "requests: {memory: 2Gi}", "memory 3Gi=2Gi/2Gi a=341Mi b=1707Mi"},
    {"LimitIsTheRequestThatIsMissing", "limits: {cpu: 1}", "", "cpu 1=1/1 a=1"},
    {"RequestOfNothingWhereKubernetesWouldTakeTheLimit",
     "limits: {memory: 1Mi}", "requests: {memory: 8Mi}",
     "memory 9Mi=8Mi/8Mi a=0 b=8Mi"},
    {"DevicesCantBePassedOn", "limits: {nvidia.com/gpu: 1}",
     "limits: {nvidia.com/gpu: 2}", "nvidia.com/gpu 3=2/3 a=1 b=2"},
    {"FractionsOfAThousandthAreRoundedUp", "requests: {cpu: 0.1m}", "",
     "cpu 1m=1m/1m a=1m"},
};

TEST(ResourcesTest, Requests) {
  for (const RequestCase& c : kRequestCases) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(TwoTasks(c.first, c.second));
    EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    EXPECT_EQ(Requests(planned.plan), c.requests);
  }
}

TEST(ResourcesTest, RequestOfNothingIsLeftOutWithoutALimit) {
  // A mebibyte can't be shared in whole ones.
  const Planned planned =
      PlanYaml(TwoTasks("requests: {memory: 1Mi}", "requests: {memory: 1Mi}"));
  EXPECT_EQ(Requests(planned.plan), "memory 2Mi=1Mi/1Mi b=1Mi");
}

TEST(ResourcesTest, SumAsksForWhatIsWritten) {
  v1::PlanRequest request;
  request.mutable_options()->set_requests(v1::REQUEST_MODE_SUM);
  const Planned planned =
      PlanYaml(TwoTasks("requests: {cpu: 1}", "requests: {cpu: 3}"), request);
  EXPECT_EQ(Requests(planned.plan), "cpu 4=3/4 a=1 b=3");
}

TEST(ResourcesTest, ResourcesOfTheTaskStandForItsSteps) {
  const Planned planned = PlanYaml(TwoTasks(
      "requests: {cpu: 5}", "",
      "  taskRunSpecs: [{pipelineTaskName: a, computeResources: {requests: "
      "{cpu: 2}, limits: {cpu: 4}}}]\n"));
  EXPECT_EQ(Requests(planned.plan), "cpu 2=2/2 a=2");
  EXPECT_EQ(ContainerOf(planned.plan, "a-step-s")
                .container()
                .resources()
                .limits()
                .at("cpu"),
            "4");
}

TEST(ResourcesTest, PodLevelRequestsAreThePeakWhereTheClusterHasThem) {
  v1::PlanRequest request;
  request.mutable_cluster()->set_pod_level_resources(true);
  const Planned planned =
      PlanYaml(TwoTasks("requests: {cpu: 1, ephemeral-storage: 1Gi}",
                        "requests: {cpu: 3}"),
               request);
  const auto& requests = planned.plan.pods(0).spec().resources().requests();
  EXPECT_EQ(requests.size(), 1);
  EXPECT_EQ(requests.at("cpu"), "3");
}

v1::PlanRequest WithLimitRange(const char* default_request,
                               const char* minimum) {
  v1::PlanRequest request;
  v1::LimitRangeItem* item = request.mutable_cluster()
                                 ->add_limit_ranges()
                                 ->mutable_spec()
                                 ->add_limits();
  item->set_type("Container");
  if (*default_request != 0) {
    (*item->mutable_default_request())["cpu"] = default_request;
  }
  if (*minimum != 0) (*item->mutable_min())["cpu"] = minimum;
  return request;
}

TEST(ResourcesTest, LimitRangeDefaultIsPassedOnLikeARequest) {
  const Planned planned =
      PlanYaml(TwoTasks("", "requests: {cpu: 3}"), WithLimitRange("1", ""));
  EXPECT_EQ(Requests(planned.plan), "cpu 4=3/3 a=250m b=2750m");
}

// Tekton writes it in before Kubernetes takes the limit for the request.
TEST(ResourcesTest, LimitRangeDefaultGoesBeforeTheLimit) {
  const Planned planned =
      PlanYaml(TwoTasks("limits: {cpu: 2}", "requests: {cpu: 3}"),
               WithLimitRange("1", ""));
  EXPECT_EQ(ContainerOf(planned.plan, "a-step-s").asked().at("cpu"), "1");
  const Planned without =
      PlanYaml(TwoTasks("limits: {cpu: 2}", "requests: {cpu: 3}"));
  EXPECT_EQ(ContainerOf(without.plan, "a-step-s").asked().at("cpu"), "2");
  // But no more is asked for than the limit allows, be it nothing.
  const Planned below =
      PlanYaml(TwoTasks("limits: {cpu: 100u}", "limits: {cpu: 50m}"),
               WithLimitRange("1", ""));
  EXPECT_EQ(ContainerOf(below.plan, "a-step-s").asked().at("cpu"), "0");
  EXPECT_EQ(ContainerOf(below.plan, "b-step-s").asked().at("cpu"), "50m");
}

TEST(ResourcesTest, LimitRangeMinimumRaisesEachContainer) {
  const Planned planned =
      PlanYaml(TwoTasks("requests: {cpu: 1}", "requests: {cpu: 1}"),
               WithLimitRange("", "800m"));
  EXPECT_EQ(Requests(planned.plan), "cpu 2=1/1600m a=800m b=800m");
  EXPECT_NE(DecisionsOf(planned.plan).find("limit-range-minimum"),
            std::string::npos);
}

TEST(ResourcesTest, OrderThroughATaskElsewhereCounts) {
  // a and c are in one Pod, b in another: a -> b -> c.
  const std::string step =
      "steps: [{name: s, image: i, command: [c], computeResources: {requests: "
      "{cpu: 1}}}]";
  const std::string yaml = absl::StrCat(
      kHead, "  workspaces: [{name: w, emptyDir: {}}]\n",
      "  pipelineSpec:\n    tasks:\n",
      "    - {name: a, workspaces: [{name: w}], taskSpec: {workspaces: [{name: "
      "w}], ",
      step, "}}\n    - {name: b, runAfter: [a], taskSpec: {", step,
      "}}\n    - {name: c, runAfter: [b], workspaces: [{name: w}], taskSpec: "
      "{workspaces: [{name: w}], ",
      step, "}}\n");
  const Planned planned = PlanYaml(yaml);
  EXPECT_EQ(GroupsOf(planned.plan), "{a c} {b}");
  EXPECT_EQ(Requests(planned.plan), "cpu 2=1/1 a=500m c=500m; cpu 1=1/1 b=1");
}

}  // namespace
}  // namespace colocation
