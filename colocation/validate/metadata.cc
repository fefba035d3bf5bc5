#include "colocation/validate/metadata.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/names.h"

namespace colocation {
namespace {

constexpr size_t kLongestName = 63;

// The API server adds five characters to a generateName, which it cuts where
// the two would not fit (k8s.io/apiserver/pkg/storage/names/generate.go).
constexpr size_t kLongestGenerateName = kLongestName - 5;
constexpr absl::string_view kGenerated = "00000";

}  // namespace

// pkg/apis/validate/metadata.go, ObjectMetadata. A generated name has been
// filled in when Tekton sees the object.
void ValidateMetadata(const ValidationContext& context,
                      const v1::ObjectMeta& metadata, const FieldPath& path) {
  const bool generated =
      metadata.name().empty() && !metadata.generate_name().empty();
  std::string filled_in;
  if (generated) {
    filled_in = absl::StrCat(
        metadata.generate_name().substr(0, kLongestGenerateName), kGenerated);
  }
  const std::string& name = generated ? filled_in : metadata.name();
  const FieldPath at = path.Field(generated ? "generateName" : "name");
  if (!IsDns1123Subdomain(name)) {
    context
        .Error("invalid-name", at,
               name.empty()
                   ? "this object has no name"
                   : absl::StrCat("\"",
                                  generated ? metadata.generate_name() : name,
                                  "\" is no valid name"))
        .set_hint(
            "lower-case letters, digits, \"-\" and \".\", with a letter or "
            "digit at both ends");
  } else if (name.size() > kLongestName) {
    context
        .Error("name-too-long", at,
               absl::StrCat("a name of ", name.size(), " characters"))
        .set_hint(absl::StrCat("at most ", kLongestName));
  }
}

}  // namespace colocation
