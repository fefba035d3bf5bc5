// A program with a protobuf of its own, and in it the messages that the library
// is made of as well: what the library answers is read with them.
#include <colocation.h>

#include <cstdio>
#include <string>

#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/options.pb.h"

namespace v1 = colocation::v1;

namespace {

constexpr char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: p}\n"
    "spec:\n"
    "  tasks:\n"
    "  - name: a\n"
    "    runAfter: [nobody]\n"
    "    taskSpec: {steps: [{image: busybox, script: echo}]}\n";

// What the library says of a pipeline that it refuses.
std::string RefusedReport() {
  colo_planner* planner = nullptr;
  colo_request* request = nullptr;
  colo_bytes answer = {nullptr, 0};
  std::string report;
  if (colo_planner_new(nullptr, &planner) == COLO_OK &&
      colo_request_new(&request) == COLO_OK &&
      colo_request_add_document(request, colo_text("p.yaml"),
                                colo_text(kPipeline)) == COLO_OK &&
      colo_request_plan(planner, request, &answer) == COLO_REFUSED) {
    report.assign(answer.data, answer.size);
  }
  colo_bytes_free(&answer);
  colo_request_free(request);
  colo_planner_free(planner);
  return report;
}

}  // namespace

int main() {
  // A Report begins as one of these.
  v1::Diagnostics report;
  if (!report.ParseFromString(RefusedReport()) ||
      report.diagnostics_size() != 1 ||
      report.diagnostics(0).path() != "spec.tasks[0].runAfter[0]") {
    std::puts("the report isn't what the library says");
    return 1;
  }
  // The extension is registered here as it is inside the library.
  google::protobuf::FieldOptions options;
  options.SetExtension(v1::format, v1::FORMAT_QUANTITY);
  google::protobuf::FieldOptions read;
  if (!read.ParseFromString(options.SerializeAsString()) ||
      read.GetExtension(v1::format) != v1::FORMAT_QUANTITY) {
    std::puts("the extension is lost");
    return 1;
  }
  std::puts("no clash");
  return 0;
}
