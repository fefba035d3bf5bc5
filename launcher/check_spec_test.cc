#include "launcher/check_spec.h"

#include <gtest/gtest.h>

#include <string>

#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

struct SpecCase {
  const char* name;
  // After the version.
  const char* json;
  const char* error;
};

constexpr char kStep[] =
    R"("containers":[{"name":"a-s","role":1},{"name":"a-db","role":2}],)";

const SpecCase kSpecCases[] = {
    {"Good",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-s"],)"
     R"("sidecars":["a-db"]}]},{"name":"g","gate":true},)"
     R"({"name":"e","end":{"outcome":1},"waitFor":["a","g"]}])",
     ""},
    {"TaskTwice",
     R"("tasks":[{"name":"a","gate":true},)"
     R"({"name":"a","gate":true}])",
     "task \"a\" is there twice"},
    {"UnitTwice",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-s"]},)"
     R"({"name":"a","steps":["a-s"]}]}])",
     "unit \"a\" is there twice"},
    {"TaskThatCanNotEnd", R"("tasks":[{"name":"a"}])",
     "task \"a\" can't end: it has no units"},
    {"UnitWithoutSteps", R"("tasks":[{"name":"a","units":[{"name":"a"}]}])",
     "unit \"a\" has no steps"},
    {"StepThatIsNotThere",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["x"]}]}])",
     "unit \"a\" names \"x\", which the launch spec does not have"},
    {"StepThatIsASidecar",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-db"]}]}])",
     "unit \"a\" names \"a-db\", which the launch spec does not have"},
    {"SidecarThatIsNotThere",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-s"],)"
     R"("sidecars":["x"]}]}])",
     "unit \"a\" names \"x\", which the launch spec does not have"},
    {"WaitForNothing", R"("tasks":[{"name":"a","gate":true,"waitFor":["x"]}])",
     "task \"a\" waits for \"x\", which the launch spec does not have"},
    {"WaitForItself", R"("tasks":[{"name":"a","gate":true,"waitFor":["a"]}])",
     "task \"a\" waits for itself"},
    {"WaitInACircle",
     R"("tasks":[{"name":"z","gate":true},)"
     R"({"name":"a","gate":true,"waitFor":["z","c"]},)"
     R"({"name":"b","gate":true,"waitFor":["a"]},)"
     R"({"name":"c","gate":true,"waitFor":["b"]}])",
     "task \"a\" waits for itself"},
    {"DelayByNothing",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-s"],)"
     R"("delayedBy":["x"]}]}])",
     "unit \"a\" waits for \"x\", which the launch spec does not have"},
    {"DelayByAnotherUnit",
     R"("tasks":[{"name":"a","units":[{"name":"a-0","steps":["a-s"]},)"
     R"({"name":"a-1","steps":["a-s"],"delayedBy":["a-0"]}]}])",
     ""},
    {"DelayOfTheUnitThatDecidesByAnotherOfItsMatrix",
     R"("tasks":[{"name":"a","units":[{"name":"a-0","steps":["a-s"],)"
     R"("delayedBy":["a-1"]},{"name":"a-1","steps":["a-s"]}]}])",
     "task \"a\" waits for itself"},
    {"DelayByWhatComesLater",
     R"("tasks":[{"name":"a","units":[{"name":"a","steps":["a-s"],)"
     R"("delayedBy":["b"]}]},{"name":"b","waitFor":["a"],)"
     R"("units":[{"name":"b","steps":["a-s"]}]}])",
     "task \"a\" waits for itself"},
};

TEST(CheckSpecTest, Cases) {
  for (const SpecCase& c : kSpecCases) {
    LaunchSpec spec;
    std::string error;
    ASSERT_TRUE(ReadLaunchSpec(
        std::string(R"({"version":1,)") + kStep + c.json + "}", &spec, &error))
        << c.name << ": " << error;
    EXPECT_EQ(CheckLaunchSpec(spec, &error), *c.error == 0) << c.name;
    EXPECT_EQ(error, c.error) << c.name;
  }
}

TEST(CheckSpecTest, OtherVersionsAndContainersThatAreThereTwice) {
  LaunchSpec spec;
  std::string error;
  spec.version = 2;
  EXPECT_FALSE(CheckLaunchSpec(spec, &error));
  EXPECT_EQ(error,
            "the launch spec has version 2, this launcher knows version 1");
  spec.version = 1;
  spec.containers.resize(2);
  EXPECT_FALSE(CheckLaunchSpec(spec, &error));
  EXPECT_EQ(error, "container \"\" is there twice");
}

}  // namespace
}  // namespace colocation::launcher
