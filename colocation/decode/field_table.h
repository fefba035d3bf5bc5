// How the fields of a message are called in YAML and JSON.
//
// One table for each message type, made once in the life of the process and
// then shared: looking a key up is one hash lookup, and a field leads to its
// message's table directly. Thread-safe.
#ifndef COLOCATION_DECODE_FIELD_TABLE_H_
#define COLOCATION_DECODE_FIELD_TABLE_H_

#include <google/protobuf/descriptor.h>

#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/options.pb.h"

namespace colocation {

// Which names count: those of tekton.dev/v1 or of v1beta1.
enum class ApiVersion { kV1, kV1beta1 };

class FieldTable;

struct FieldInfo {
  const google::protobuf::FieldDescriptor* field = nullptr;
  // The inline message that `field` is in; null where it is in the table's own.
  const google::protobuf::FieldDescriptor* via = nullptr;
  v1::Format format = v1::FORMAT_UNSPECIFIED;
  // The name in each version; empty where the version lacks the field.
  absl::string_view name;
  absl::string_view v1beta1_name;
  // The bool that is set where the list or mapping is written empty; or null.
  const google::protobuf::FieldDescriptor* empty_flag = nullptr;
  // Position in FieldTable::fields().
  int index = 0;
  // Tekton's CRD keeps everything below this field as it is written, so that
  // the webhook is the first to look at the names in it.
  bool kept_whole = false;
  // Of the message type of the field or of the map's values; else null.
  const FieldTable* table = nullptr;

  absl::string_view NameIn(ApiVersion version) const {
    return version == ApiVersion::kV1 ? name : v1beta1_name;
  }
};

class FieldTable {
 public:
  static const FieldTable& For(const google::protobuf::Descriptor* type);

  // Null where the version has no field of that name.
  const FieldInfo* Find(absl::string_view name, ApiVersion version) const;

  // The first field whose name differs from `name` in the case of its letters
  // at most; null where there is none.
  const FieldInfo* FindInAnyCase(absl::string_view name,
                                 ApiVersion version) const;

  // In declaration order; inline fields where the inline message stands.
  const std::deque<FieldInfo>& fields() const { return fields_; }

  // For "did you mean".
  std::vector<absl::string_view> Names(ApiVersion version) const;

  const google::protobuf::Descriptor* type() const { return type_; }
  v1::Form form() const { return form_; }
  // What a message takes in which nothing is set, and the pointer to it.
  size_t message_bytes() const { return message_bytes_; }

 private:
  friend class FieldTableRegistry;

  const google::protobuf::Descriptor* type_ = nullptr;
  v1::Form form_ = v1::FORM_UNSPECIFIED;
  size_t message_bytes_ = 0;
  std::deque<FieldInfo> fields_;
  absl::flat_hash_map<absl::string_view, const FieldInfo*> v1_;
  absl::flat_hash_map<absl::string_view, const FieldInfo*> v1beta1_;
};

}  // namespace colocation

#endif  // COLOCATION_DECODE_FIELD_TABLE_H_
