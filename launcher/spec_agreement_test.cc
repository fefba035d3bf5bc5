// The launcher's structs and launch.proto say the same: every field of every
// message, set to something, arrives through both of the encoders that write
// specs, and what the launcher writes is read by protobuf.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "colocation/decode/encode.h"
#include "colocation/v1/launch.pb.h"
#include "launcher/spec.h"
#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

// Sets every field to a value of its own; of a oneof the member `variant`.
class Filler {
 public:
  explicit Filler(int variant) : variant_(variant) {}

  void Fill(Message* message) {
    const auto* descriptor = message->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const auto* oneof = field->containing_oneof();
      if (oneof != nullptr &&
          field->index_in_oneof() != variant_ % oneof->field_count()) {
        continue;
      }
      for (int n = field->is_repeated() ? 2 : 1; n > 0; --n) {
        FillField(message, field);
      }
    }
  }

 private:
  void FillField(Message* message, const FieldDescriptor* field) {
    const Reflection* reflection = message->GetReflection();
    const bool repeated = field->is_repeated();
    ++count_;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = "é\"$(" + std::to_string(count_) + ")\n";
        repeated ? reflection->AddString(message, field, text)
                 : reflection->SetString(message, field, text);
        break;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(message, field, true);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection->SetInt32(message, field, -count_);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(message, field,
                             int64_t{9'007'199'254'740'993} + count_);
        break;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* type = field->enum_type();
        reflection->SetEnum(
            message, field,
            type->value(1 + count_ % (type->value_count() - 1)));
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(repeated ? reflection->AddMessage(message, field)
                      : reflection->MutableMessage(message, field));
        break;
      default:
        FAIL() << "a type that the launcher does not know: "
               << field->full_name();
    }
  }

  int variant_;
  int count_ = 0;
};

// The message, read back by protobuf from what the launcher wrote.
template <typename Proto, typename Struct>
void ExpectSame(const Proto& proto, const Struct& read) {
  Proto back;
  const std::string json = ToJson(read);
  const auto status = google::protobuf::util::JsonStringToMessage(json, &back);
  ASSERT_TRUE(status.ok()) << status.ToString() << "\n" << json;
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(proto, back)) << difference;
}

bool Read(std::string_view json, InstallSpec* spec, std::string* error) {
  std::string_view launch;
  return ReadInstallSpec(json, spec, &launch, error);
}
template <typename Event>
bool Read(std::string_view json, Event* event, std::string* error) {
  return ReadEvent(json, event, error);
}

template <typename Proto, typename Struct>
void ExpectAgreement() {
  for (int variant = 0; variant < 4; ++variant) {
    Proto proto;
    Filler(variant).Fill(&proto);
    std::string of_protobuf;
    ASSERT_TRUE(
        google::protobuf::util::MessageToJsonString(proto, &of_protobuf).ok());
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_enums_as_ints = true;
    std::string with_proto_names;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(
                    proto, &with_proto_names, options)
                    .ok());
    for (const std::string& json :
         {of_protobuf, with_proto_names, ::colocation::ToJson(proto)}) {
      Struct read;
      std::string error;
      ASSERT_TRUE(Read(json, &read, &error)) << error << "\n" << json;
      ExpectSame(proto, read);
    }
  }
}

TEST(SpecAgreementTest, InstallSpec) {
  ExpectAgreement<v1::InstallSpec, InstallSpec>();
}
TEST(SpecAgreementTest, UnitStart) {
  ExpectAgreement<v1::UnitStart, UnitStart>();
}
TEST(SpecAgreementTest, StepEnd) { ExpectAgreement<v1::StepEnd, StepEnd>(); }
TEST(SpecAgreementTest, TaskEnd) { ExpectAgreement<v1::TaskEnd, TaskEnd>(); }
TEST(SpecAgreementTest, DeclaredEnds) {
  ExpectAgreement<v1::DeclaredEnds, DeclaredEnds>();
}

TEST(SpecAgreementTest, CleanUp) { ExpectAgreement<v1::CleanUp, CleanUp>(); }

TEST(SpecAgreementTest, SidecarState) {
  ExpectAgreement<v1::SidecarState, SidecarState>();
}

TEST(SpecAgreementTest, EveryMessageOfTheProtoIsCovered) {
  // Those above contain all others.
  EXPECT_EQ(v1::InstallSpec::descriptor()->file()->message_type_count(), 26);
}

TEST(SpecJsonTest, ErrorsSayWhere) {
  LaunchSpec spec;
  std::string error;
  EXPECT_FALSE(ReadLaunchSpec(
      R"({"tasks":[{"name":"a"},{"units":[{"steps":"x"}]}]})", &spec, &error));
  EXPECT_EQ(error, "tasks[1].units[0].steps: byte 42: expected a list");
  EXPECT_FALSE(ReadLaunchSpec(R"({"tasks":[{"nam":"a"}]})", &spec, &error));
  EXPECT_EQ(error, "tasks[0].nam: byte 17: unknown field");
}

TEST(SpecJsonTest, EventsMayHaveFieldsThatAreNotKnown) {
  TaskEnd end;
  std::string error;
  EXPECT_TRUE(ReadEvent(R"({"new":{"x":[1]},"outcome":"OUTCOME_SKIPPED"})",
                        &end, &error));
  EXPECT_EQ(end.outcome, Outcome::kSkipped);
}

TEST(SpecJsonTest, TheLaunchSpecIsStoredAsItCame) {
  InstallSpec spec;
  std::string_view launch;
  std::string error;
  ASSERT_TRUE(
      ReadInstallSpec(R"({"launch": { "version" : 1 } ,"directories":[]})",
                      &spec, &launch, &error));
  EXPECT_EQ(launch, R"({ "version" : 1 })");
}

}  // namespace
}  // namespace colocation::launcher
