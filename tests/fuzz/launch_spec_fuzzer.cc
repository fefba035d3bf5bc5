// What the launcher reads: its spec, events of other containers, results. What
// is accepted can be written and read again to the same.
#include "launcher/check_spec.h"
#include "launcher/spec.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"
#include "launcher/value.h"
#include "tests/fuzz/fuzz_target.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  return {
      R"({"version":1,"tasks":[{"name":"a","wait_for":["b"],"units":[)"
      R"({"name":"a","steps":["a-s"]}],"end":{"outcome":"OUTCOME_FAILED",)"
      R"("results":[{"name":"r","type":2,"value":"[\"x\"]"}]}}],)"
      R"("containers":[{"name":"a-s","ready":{"http":{"port":80}},)"
      R"("timeoutNs":"12"}],"pipelineTimeoutNs":3600000000000})",
      R"({"version":1,"tasks":[{"name":"a","units":[{"name":"a",)"
      R"("steps":["a-s"],"sidecars":["a-db"]}]},{"name":"b","gate":true,)"
      R"("waitFor":["a"]}],"containers":[{"name":"a-s","role":1,)"
      R"("ownDirectories":["/workspace"]},{"name":"a-db","role":2}]})",
      R"({"launch":{"version":1},"scripts":[{"container":"c",)"
      R"("content":"\u0024\ud83d\ude00"}],"directories":["a/b"]})",
      R"(["a","\u00e9",null])",
      R"({"k":"v","n":null})",
      "plain",
  };
}

std::vector<std::string> Words() {
  return {"\"",
          "\\",
          "\\u",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "null",
          "1e9",
          "\xff",
          "\xf0\x9f",
          "-",
          "0",
          " ",
          std::string("\0", 1)};
}

namespace {

template <typename Event>
void ReadAndWriteEvent(std::string_view text) {
  Event event;
  std::string error;
  if (!launcher::ReadEvent(text, &event, &error)) {
    Require(!error.empty(), "what can't be read says why");
    return;
  }
  const std::string json = launcher::ToJson(event);
  Event again;
  Require(launcher::ReadEvent(json, &again, &error), "an event can be read");
  Require(launcher::ToJson(again) == json, "an event is what was written");
}

}  // namespace
}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation::launcher;
  using namespace colocation::fuzz;
  const std::string_view text = ToText(data, size);
  std::string error;
  LaunchSpec spec;
  if (ReadLaunchSpec(text, &spec, &error)) {
    const std::string json = ToJson(spec);
    LaunchSpec again;
    Require(ReadLaunchSpec(json, &again, &error), "a spec can be read");
    Require(ToJson(again) == json, "a spec is what was written");
    Require(CheckLaunchSpec(spec, &error) == CheckLaunchSpec(again, &error),
            "a spec is judged as what was written");
  } else {
    Require(!error.empty(), "what can't be read says why");
  }
  InstallSpec install;
  std::string_view launch;
  if (ReadInstallSpec(text, &install, &launch, &error)) {
    Require(launch.size() <= text.size(), "the launch spec is in the text");
  }
  ReadAndWriteEvent<UnitStart>(text);
  ReadAndWriteEvent<StepEnd>(text);
  ReadAndWriteEvent<TaskEnd>(text);
  ReadAndWriteEvent<CleanUp>(text);
  ReadAndWriteEvent<SidecarState>(text);
  ReadAndWriteEvent<DeclaredEnds>(text);
  const Value value = ParseValue(text);
  if (value.type == ValueType::kArray) {
    Require(ParseValue(ListJson(value.list)).list == value.list,
            "a list is what was written");
  }
  return 0;
}
