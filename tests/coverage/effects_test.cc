// What becomes of each field that an author can write.
//
// Sets every field of Tekton's objects, and of the parts of Kubernetes' that
// they hold, to one value after the other in runs that are otherwise planned,
// and looks what that changes. effects.tsv has what was found; coverage_page.py
// holds it against ledger.tsv, so that no field has no effect unless somebody
// has said why.
//
//   bazel run //tests/coverage:effects_test -- --update
//
// A field is named after the message of Tekton's that holds it: "Step.image",
// and what is of Kubernetes below: "Step.securityContext.runAsUser". `effect`
// is
//
//   pod      the manifest of a Pod changes, or what its launcher is told
//   plan     only the plan does
//   warned   nothing but a warning, with its codes
//   refused  no value is accepted; the codes
//   none     accepted, and nothing changes
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/render/pod.h"
#include "colocation/v1/options.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr absl::string_view kRecord = "tests/coverage/effects.tsv";
constexpr absl::string_view kTektonFile = "colocation/v1/tekton.proto";

bool update = false;

// Values that mean something somewhere.
constexpr absl::string_view kTexts[] = {"marker",
                                        "/marker",
                                        "7",
                                        "array",
                                        "object",
                                        "notin",
                                        "continue",
                                        "Always",
                                        "Never",
                                        "Memory",
                                        "Cancelled",
                                        "enabled",
                                        "TCP",
                                        "UDP",
                                        "HTTP",
                                        "Block",
                                        "Default",
                                        "None",
                                        "Exists",
                                        "HostToContainer",
                                        "Enabled",
                                        "RuntimeDefault",
                                        "SIGTERM",
                                        "Other",
                                        "FallbackToLogsOnError",
                                        "marker.example/v1",
                                        "true",
                                        "$(tasks.a.results.r)",
                                        "Burstable"};

// What an answer is like, apart from texts for people.
struct Answer {
  // The codes of errors; empty where there is a plan.
  std::set<std::string> errors;
  std::set<std::string> warnings;
  std::string plan;
  std::string pods;
};

Answer Ask(const v1::PlanRequest& request) {
  Answer answer;
  absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  if (!plan.ok()) {
    if (const auto diagnostics = DiagnosticsOf(plan.status())) {
      for (const v1::Diagnostic& d : diagnostics->diagnostics()) {
        if (d.severity() == v1::SEVERITY_ERROR) answer.errors.insert(d.code());
      }
    }
    if (answer.errors.empty()) {
      answer.errors.insert(plan.status().code() == absl::StatusCode::kInternal
                               ? "INTERNAL"
                               : "needs");
    }
    return answer;
  }
  for (const v1::Diagnostic& d : plan->warnings()) {
    answer.warnings.insert(d.code());
  }
  plan->clear_warnings();
  answer.plan = ToJson(*plan);
  for (const v1::PlannedPod& pod : plan->pods()) {
    absl::StrAppend(&answer.pods, ToJson(RenderPod(*plan, pod)),
                    ToJson(pod.install()));
  }
  return answer;
}

// What was found of a field, over all its places and values.
struct Effect {
  bool pod = false;
  bool plan = false;
  bool none = false;
  std::set<std::string> warnings;
  std::set<std::string> errors;

  std::string ToString() const {
    if (pod) return "pod\t";
    if (plan) return "plan\t";
    if (!warnings.empty()) {
      return absl::StrCat("warned\t", absl::StrJoin(warnings, " "));
    }
    if (none || errors.empty()) return "none\t";
    return absl::StrCat("refused\t", absl::StrJoin(errors, " "));
  }
};

using Effects = std::map<std::string, Effect>;

class Sweep {
 public:
  Sweep(absl::string_view text, Effects* effects) : effects_(*effects) {
    DiagnosticList diagnostics;
    DecodeObjects("base", text, {}, request_.mutable_objects(), &diagnostics);
    const v1::Diagnostics faults = diagnostics.Sorted();
    for (const v1::Diagnostic& d : faults.diagnostics()) {
      ADD_FAILURE() << ToLogLine(d);
    }
    v1::PlanOptions& options = *request_.mutable_options();
    options.set_controlled(true);
    for (const auto& [flag, value] :
         {std::pair("enable-api-fields", "alpha"),
          std::pair("enable-param-enum", "true"),
          std::pair("enable-cel-in-whenexpression", "true")}) {
      (*options.mutable_feature_flags())[flag] = value;
    }
    base_ = Ask(request_);
    EXPECT_EQ(absl::StrJoin(base_.errors, " "), "")
        << "the base itself: " << PlanRun(request_).status();
  }

  void Run() {
    v1::ObjectSet& objects = *request_.mutable_objects();
    const auto each = [&](auto* list) {
      for (auto& object : *list) {
        // One that only is there to be named.
        if (object.metadata().name() == "marker") continue;
        Fields(&object, object.GetDescriptor()->name(), 0);
      }
    };
    each(objects.mutable_pipeline_runs());
    each(objects.mutable_task_runs());
    each(objects.mutable_pipelines());
    each(objects.mutable_tasks());
    each(objects.mutable_step_actions());
    each(objects.mutable_limit_ranges());
    each(objects.mutable_resource_quotas());
    each(objects.mutable_service_accounts());
    each(objects.mutable_secrets());
    each(objects.mutable_nodes());
  }

 private:
  static bool IsTektons(const Descriptor& type) {
    return type.file()->name() == kTektonFile;
  }

  bool IsFound(const std::string& key) const {
    const auto found = effects_.find(key);
    return found != effects_.end() && found->second.pod;
  }

  void Try(const std::string& key) {
    Effect& effect = effects_[key];
    const Answer answer = Ask(request_);
    if (!answer.errors.empty()) {
      effect.errors.insert(answer.errors.begin(), answer.errors.end());
      return;
    }
    effect.pod |= answer.pods != base_.pods;
    effect.plan |= answer.plan != base_.plan;
    bool warned = false;
    for (const std::string& code : answer.warnings) {
      if (base_.warnings.contains(code)) continue;
      effect.warnings.insert(code);
      warned = true;
    }
    effect.none |=
        answer.pods == base_.pods && answer.plan == base_.plan && !warned;
  }

  // `prefix` is the name of the message, or of what leads to it from Tekton's.
  void Fields(Message* message, const std::string& prefix, int beyond) {
    const Descriptor& type = *message->GetDescriptor();
    const std::string name = IsTektons(type) ? type.name() : prefix;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (field->options().GetExtension(v1::hidden) ||
          field->options().GetExtension(v1::v1beta1_only)) {
        continue;
      }
      std::unique_ptr<Message> before(message->New());
      before->CopyFrom(*message);
      const std::string key = field->options().GetExtension(v1::inlined)
                                  ? name
                                  : absl::StrCat(name, ".", field->json_name());
      if (field->is_map()) {
        Map(message, field, key);
      } else if (field->is_repeated()) {
        List(message, field, key, beyond);
      } else {
        One(message, field, key, beyond);
      }
      message->CopyFrom(*before);
    }
  }

  void Inner(Message* inner, const std::string& key, bool had, int beyond) {
    const Descriptor& type = *inner->GetDescriptor();
    const v1::Form form = type.options().GetExtension(v1::form);
    if (form == v1::FORM_RAW) {
      inner->GetReflection()->SetString(inner, type.FindFieldByName("json"),
                                        "{\"marker\":7}");
      Try(key);
      return;
    }
    if (form != v1::FORM_UNSPECIFIED) {
      Value(inner, key);
      return;
    }
    if (!had && IsTektons(type) && beyond > 0) return;
    Fields(inner, key, had ? 0 : beyond + 1);
  }

  // A parameter's value, or IntOrString.
  void Value(Message* value, const std::string& key) {
    const FieldDescriptor* text =
        value->GetDescriptor()->FindFieldByName("string_value");
    for (const absl::string_view candidate : kTexts) {
      if (IsFound(key)) return;
      value->GetReflection()->SetString(value, text, std::string(candidate));
      Try(key);
    }
  }

  void One(Message* message, const FieldDescriptor* field,
           const std::string& key, int beyond) {
    const Reflection& r = *message->GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const bool had = r.HasField(*message, field);
      Inner(r.MutableMessage(message, field), key, had, beyond);
      return;
    }
    for (const auto& set : Setters(*field)) {
      if (IsFound(key)) return;
      set(message, -1);
      Try(key);
    }
  }

  void List(Message* message, const FieldDescriptor* field,
            const std::string& key, int beyond) {
    const Reflection& r = *message->GetReflection();
    const int size = r.FieldSize(*message, field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < size; ++i) {
        Inner(r.MutableRepeatedMessage(message, field, i), key, true, beyond);
      }
      const Descriptor& type = *field->message_type();
      if (size > 0 && IsTektons(type)) return;
      // What the others have may forbid what is tried: a volume has one source.
      Message* added = r.AddMessage(message, field);
      const FieldDescriptor* name = type.FindFieldByName("name");
      if (name != nullptr && !IsTektons(type)) {
        added->GetReflection()->SetString(added, name, "marker");
      }
      Inner(added, key, false, beyond);
      return;
    }
    for (const auto& set : Setters(*field)) {
      if (IsFound(key)) return;
      set(message, size);
      Try(key);
    }
  }

  // One more entry.
  void Map(Message* message, const FieldDescriptor* field,
           const std::string& key) {
    const FieldDescriptor* value = field->message_type()->map_value();
    const Reflection& r = *message->GetReflection();
    for (const char* name : {"marker", "cpu"}) {
      if (IsFound(key)) return;
      Message* entry = r.AddMessage(message, field);
      const Reflection& of_entry = *entry->GetReflection();
      of_entry.SetString(entry, field->message_type()->map_key(), name);
      if (value->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        of_entry.SetString(entry, value, "7");
      } else if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        of_entry.MutableMessage(entry, value);
      }
      Try(key);
      r.RemoveLast(message, field);
    }
  }

  using Setter = std::function<void(Message*, int)>;

  // Each puts a value into a field, or into one more element of a list, which
  // is at the index; the element is made where it isn't there.
  static std::vector<Setter> Setters(const FieldDescriptor& field) {
    std::vector<Setter> setters;
    const FieldDescriptor* f = &field;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        for (const std::string& text : TextsFor(field)) {
          setters.push_back([f, text](Message* m, int index) {
            const Reflection& r = *m->GetReflection();
            if (index < 0) return r.SetString(m, f, text);
            if (r.FieldSize(*m, f) == index) r.AddString(m, f, "");
            r.SetRepeatedString(m, f, index, text);
          });
        }
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        for (const bool value : {true, false}) {
          setters.push_back([f, value](Message* m, int) {
            m->GetReflection()->SetBool(m, f, value);
          });
        }
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        for (const int32_t value : {7, 1, 0}) {
          setters.push_back([f, value](Message* m, int index) {
            const Reflection& r = *m->GetReflection();
            if (index < 0) return r.SetInt32(m, f, value);
            if (r.FieldSize(*m, f) == index) r.AddInt32(m, f, 0);
            r.SetRepeatedInt32(m, f, index, value);
          });
        }
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        for (const int64_t value : {7, 1, 0}) {
          setters.push_back([f, value](Message* m, int index) {
            const Reflection& r = *m->GetReflection();
            if (index < 0) return r.SetInt64(m, f, value);
            if (r.FieldSize(*m, f) == index) r.AddInt64(m, f, 0);
            r.SetRepeatedInt64(m, f, index, value);
          });
        }
        break;
      default:
        ADD_FAILURE() << field.full_name() << " is of a type that is not tried";
    }
    return setters;
  }

  static std::vector<std::string> TextsFor(const FieldDescriptor& field) {
    switch (field.options().GetExtension(v1::format)) {
      case v1::FORMAT_DURATION:
        return {"7m", "0s"};
      case v1::FORMAT_QUANTITY:
        return {"7", "1Mi"};
      case v1::FORMAT_TIME:
        return {"2026-01-01T00:00:00Z"};
      default:
        return {std::begin(kTexts), std::end(kTexts)};
    }
  }

  v1::PlanRequest request_;
  Answer base_;
  Effects& effects_;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(EffectsTest, AreAsRecorded) {
  Effects effects;
  for (const char* base : {"pipeline_run", "pipeline", "task_run", "task"}) {
    Sweep(ReadFile(absl::StrCat("tests/coverage/bases/", base, ".yaml")),
          &effects)
        .Run();
  }
  std::string found = "field\teffect\tcodes\n";
  for (const auto& [key, effect] : effects) {
    EXPECT_FALSE(effect.errors.contains("INTERNAL")) << key;
    absl::StrAppend(&found, key, "\t", effect.ToString(), "\n");
  }
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string path = workspace == nullptr
                               ? std::string(kRecord)
                               : absl::StrCat(workspace, "/", kRecord);
  if (update) {
    std::ofstream(path) << found;
    return;
  }
  EXPECT_EQ(ReadFile(path), found);
}

}  // namespace

void Update() { update = true; }

}  // namespace colocation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (absl::string_view(argv[i]) == "--update") colocation::Update();
  }
  return RUN_ALL_TESTS();
}
