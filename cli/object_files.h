// Which files of a directory are meant for a cluster.
#ifndef COLOCATION_CLI_OBJECT_FILES_H_
#define COLOCATION_CLI_OBJECT_FILES_H_

#include "absl/strings/string_view.h"

namespace colocation::cli {

// False where no document of `text`, YAML or JSON, is an object with apiVersion
// and kind: a package.json, a workflow of the forge. A document that has only
// one of the two counts where that is Tekton's, and a text that is not YAML
// counts, since a fault in it must not hide it.
bool HoldsObjects(absl::string_view text);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_OBJECT_FILES_H_
