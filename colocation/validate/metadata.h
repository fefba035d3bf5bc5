// The rules for an object's metadata.
#ifndef COLOCATION_VALIDATE_METADATA_H_
#define COLOCATION_VALIDATE_METADATA_H_

#include "colocation/v1/kubernetes.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// `path` is that of the metadata.
void ValidateMetadata(const ValidationContext& context,
                      const v1::ObjectMeta& metadata, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_METADATA_H_
