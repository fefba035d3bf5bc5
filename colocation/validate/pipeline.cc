#include "colocation/validate/pipeline.h"

#include "colocation/validate/metadata.h"

namespace colocation {

void ValidatePipeline(const ValidationContext& context,
                      const v1::Pipeline& pipeline) {
  const FieldPath root("");
  ValidateMetadata(context, pipeline.metadata(), root.Field("metadata"));
}

}  // namespace colocation
