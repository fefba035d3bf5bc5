// From a command line to a PlanRequest.
#ifndef COLOCATION_CLI_REQUEST_H_
#define COLOCATION_CLI_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/flags.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation::cli {

// The request for `documents` with what the flags say. Reads the files that
// flags name. An error is InvalidArgument, with a sentence for the user.
absl::StatusOr<v1::PlanRequest> MakeRequest(
    const ParsedArguments& arguments, std::vector<v1::Document> documents);

// A parameter as `tkn pipeline start --param` has it: "NAME=VALUE". `type` is
// that of its declaration in the input, empty where there is none. An array is
// "a,b" or JSON, an object "key:value,key2:value2" or JSON; without a
// declaration, JSON alone makes them.
absl::StatusOr<v1::Param> ParseParam(absl::string_view text,
                                     absl::string_view type);

// The type of the parameter `name` that `objects` declare for a run: in a
// Pipeline, an embedded pipeline, else in a Task.
std::string DeclaredType(const v1::ObjectSet& objects, absl::string_view name);

// A workspace, in one of two forms:
//   NAME=emptyDir, NAME=claim:CLAIM, NAME=configMap:NAME, NAME=secret:NAME,
//     NAME=claimTemplate:FILE
//   as tkn has it: name=NAME,emptyDir= (or Memory), name=NAME,claimName=CLAIM,
//     name=NAME,config=NAME[,item=KEY=PATH], name=NAME,secret=NAME,
//     name=NAME,volumeClaimTemplateFile=FILE; each with subPath=DIRECTORY
absl::StatusOr<v1::WorkspaceBinding> ParseWorkspace(absl::string_view text);

// "IMAGE=COMMAND", the command's words separated by blanks or a JSON list.
absl::StatusOr<v1::ImageConfig> ParseImageConfig(absl::string_view text);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_REQUEST_H_
