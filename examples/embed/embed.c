/* Plans a small pipeline, and prints the plan: what a program outside of
 * colocation's own tree does. */
#include <colocation.h>
#include <stdio.h>

static const char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: embed}\n"
    "spec:\n"
    "  tasks:\n"
    "  - name: hello\n"
    "    taskSpec: {steps: [{image: busybox, script: echo}]}\n";

int main(void) {
  colo_planner* planner = NULL;
  colo_request* request = NULL;
  colo_bytes plan = {NULL, 0};
  colo_bytes text = {NULL, 0};
  int planned = 0;
  if (colo_planner_new(NULL, &planner) == COLO_OK &&
      colo_request_new(&request) == COLO_OK &&
      colo_request_add_document(request, colo_text("embed.yaml"),
                                colo_text(kPipeline)) == COLO_OK &&
      colo_request_plan(planner, request, &plan) == COLO_OK) {
    colo_view view;
    view.data = plan.data;
    view.size = plan.size;
    planned = colo_describe(planner, view, &text) == COLO_OK;
    fwrite(text.data, 1, text.size, stdout);
  }
  colo_bytes_free(&text);
  colo_bytes_free(&plan);
  colo_request_free(request);
  colo_planner_free(planner);
  return planned && colo_abi_version() >= COLO_ABI_VERSION ? 0 : 1;
}
