// What Kubernetes allows as a name, and names made to fit.
//
// k8s.io/apimachinery/pkg/util/validation/validation.go has the rules.
#ifndef COLOCATION_SYNTAX_NAMES_H_
#define COLOCATION_SYNTAX_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Lower-case letters, digits and "-", not at an end; 1 to 63 characters.
// Containers, volumes and pipeline tasks have such names.
bool IsDns1123Label(absl::string_view name);

// Labels joined by "."; up to 253 characters. Most objects have such names.
bool IsDns1123Subdomain(absl::string_view name);

// A label of at most `limit` characters that stands for `text`: the text itself
// where that is one already; else what can be kept of it, "-", and eight
// characters of a hash of the whole, so that two texts don't become one name.
// `limit` is at least 16.
std::string MakeDns1123Label(absl::string_view text, size_t limit = 63);

// Eight lower-case hexadecimal digits that depend on all of `text` (FNV-1a, the
// same on every machine; not for security).
std::string ShortHash(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_NAMES_H_
