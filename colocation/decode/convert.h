// tekton.dev/v1beta1 to v1, in place.
//
// Reading has already given the renamed fields their place; what is left are
// the fields that moved and those that v1 hasn't (pkg/apis/pipeline/v1beta1/
// *_conversion.go in Tekton).
#ifndef COLOCATION_DECODE_CONVERT_H_
#define COLOCATION_DECODE_CONVERT_H_

#include <google/protobuf/message.h>

namespace colocation {

// `object` is a Pipeline, Task, PipelineRun or TaskRun as read from v1beta1.
// PipelineResources and bundles stay: Tekton has removed them, and validation
// refuses them.
void ConvertToV1(google::protobuf::Message* object);

}  // namespace colocation

#endif  // COLOCATION_DECODE_CONVERT_H_
