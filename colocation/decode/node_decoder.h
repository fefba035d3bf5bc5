// Fills one message from the events of one YAML node; decode.h's engine.
//
// One class in three sources: the structure of mappings and lists
// (node_decoder.cc), the values in them (node_decoder_values.cc), and what is
// wrong with either (node_decoder_errors.cc).
//
// Cost: linear in the events, and one hash lookup for each key. Not
// thread-safe.
#ifndef COLOCATION_DECODE_NODE_DECODER_H_
#define COLOCATION_DECODE_NODE_DECODER_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/event_reader.h"
#include "colocation/decode/field_table.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/field_path.h"

namespace colocation {

class NodeDecoder {
 public:
  // A member of a mapping that was read before its message was known.
  struct Member;

  NodeDecoder(EventReader& reader, absl::string_view text,
              const DecodeOptions& options, DiagnosticList& diagnostics)
      : reader_(reader),
        text_(text),
        options_(options),
        diagnostics_(diagnostics) {}

  // The object that diagnostics are about from now on, and how its fields are
  // called.
  void Begin(Subject subject, ApiVersion version) {
    subject_ = std::move(subject);
    version_ = version;
  }

  // Reads the members that are left of a mapping whose start has been read,
  // after those in `before`, into `message`.
  void DecodeMembers(const FieldTable& table, const std::vector<Member>& before,
                     google::protobuf::Message* message, const FieldPath& path);

  // Reads one node into `message`.
  void DecodeNode(const FieldTable& table, google::protobuf::Message* message,
                  const FieldPath& path);

  // A key of a mapping, whose value is the next node.
  struct Key {
    std::string name;
    Mark start, end;
    // It came out of a `<<`.
    bool merged = false;
  };

  // Reads a mapping's key; false at its end or where the text ends. `*merge`
  // says that it is a merge key, `<<`.
  bool ReadKey(Key* key, bool* merge);

  // Calls `member` for each member of the mapping whose start has been read;
  // `member` reads the value. A merge key gives the members of its mapping, or
  // of each of its mappings, the earlier ones of a list last. As with
  // Kubernetes' reader, what comes later in this order wins.
  void ForEachMember(const FieldPath& path,
                     absl::FunctionRef<void(const Key&)> member);

  // Adds an error with the position of the range, which is in the text.
  v1::Diagnostic& Error(absl::string_view code, const FieldPath& path,
                        std::string message, Mark start, Mark end);

  // A hint where the line holds "{{", which YAML takes for two mappings and an
  // author for a template's variable; else nothing.
  std::string TemplateHint(int line) const;

 private:
  // Which fields of a mapping have been set: by a key, or by a merge.
  struct Seen {
    std::array<uint64_t, 4> by_key = {};
    std::array<uint64_t, 4> by_merge = {};
    // Those of the above whose name was in other letters.
    std::array<uint64_t, 4> in_other_case = {};
  };

  void DecodeMember(const FieldTable& table, const Key& key, Seen& seen,
                    google::protobuf::Message* message, const FieldPath& path);
  void ForEachMerged(const FieldPath& path,
                     absl::FunctionRef<void(const Key&)> member);
  // Passes over the rest of a list or mapping whose start has been read.
  void SkipOpened();
  void DecodeField(const FieldInfo& info, google::protobuf::Message* message,
                   const FieldPath& path);
  void DecodeList(const FieldInfo& info, google::protobuf::Message* message,
                  const FieldPath& path);
  void DecodeMap(const FieldInfo& info, google::protobuf::Message* message,
                 const FieldPath& path);
  // Reads a scalar into a singular field, or adds it to a list.
  void DecodeScalar(const FieldInfo& info, google::protobuf::Message* message,
                    const FieldPath& path);
  void DecodeText(const FieldInfo& info, google::protobuf::Message* message,
                  const FieldPath& path);
  void DecodeBool(const google::protobuf::FieldDescriptor* field,
                  const Event& event, google::protobuf::Message* message,
                  const FieldPath& path);
  void DecodeInteger(const google::protobuf::FieldDescriptor* field,
                     const Event& event, google::protobuf::Message* message,
                     const FieldPath& path);
  void DecodeEnum(const google::protobuf::FieldDescriptor* field,
                  const Event& event, google::protobuf::Message* message,
                  const FieldPath& path);
  void DecodeParamValue(google::protobuf::Message* message,
                        const FieldPath& path);
  void DecodeIntOrString(google::protobuf::Message* message,
                         const FieldPath& path);
  void DecodeRaw(google::protobuf::Message* message);

  // Reads a scalar that has to be text. False, with an error, where it isn't.
  bool ReadString(v1::Format format, std::string* value, const FieldPath& path);
  bool CheckFormat(v1::Format format, const std::string& value,
                   const FieldPath& path, Mark start, Mark end);
  // Reads any node as JSON text.
  void AppendJson(std::string* json);

  void WrongType(absl::string_view wanted, const Event& event,
                 const FieldPath& path, absl::string_view hint = "");
  void UnknownField(const FieldTable& table, const Key& key,
                    const FieldPath& path);
  void DuplicateKey(const Key& key, const FieldPath& path);
  void OtherCase(const FieldInfo& info, const Key& key, const FieldPath& path,
                 bool passed_over);

  EventReader& reader_;
  absl::string_view text_;
  const DecodeOptions& options_;
  DiagnosticList& diagnostics_;
  Subject subject_;
  ApiVersion version_ = ApiVersion::kV1;
  // Below a field that the CRD keeps whole, names of fields are read as Go's
  // encoding/json does, by which Tekton's webhook decodes: those in other
  // letters count where there is no exact one (knative.dev/pkg, webhook/json/
  // decode.go; cmd/webhook/main.go). Above, the API server has thrown them out.
  bool any_case_ = false;
};

// A member of a mapping that was read before its message was known.
struct NodeDecoder::Member {
  Key key;
  bool merge = false;
  std::shared_ptr<const CapturedNode> value;
};

}  // namespace colocation

#endif  // COLOCATION_DECODE_NODE_DECODER_H_
