// Kubernetes' references to environment variables: $(NAME).
//
// As the API reference has it for `env[].value`, `command` and `args`: "$(X)"
// is replaced by the variable's value, stays as it is when there is none, and
// "$$" stands for one "$", so that "$$(X)" is the text "$(X)". What replaces a
// reference is not looked at again. A "$" or "$(" that begins no reference is
// itself. (k8s.io/kubernetes/third_party/forked/golang/expansion is the
// kubelet's implementation.)
#ifndef COLOCATION_CLI_PODMAN_EXPANSION_H_
#define COLOCATION_CLI_PODMAN_EXPANSION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace colocation::podman {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string Expand(absl::string_view text, const Variables& variables);

// The names that `text` refers to and that `variables` doesn't have.
std::vector<std::string> UnknownReferences(absl::string_view text,
                                           const Variables& variables);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_EXPANSION_H_
