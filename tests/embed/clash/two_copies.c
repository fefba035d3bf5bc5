/* Two copies of the library in one process, as plugins bring them, and a third in
 * a namespace of the dynamic linker's own: each plans, all alike.
 *
 *   two_copies PATH OTHER_PATH */
#define _GNU_SOURCE
#include <colocation.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kCopies = 3 };

static const char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: p}\n"
    "spec:\n"
    "  tasks:\n"
    "  - name: a\n"
    "    taskSpec: {steps: [{image: busybox, script: echo}]}\n";

static void fail(const char* what) {
  puts(what);
  exit(1);
}

/* The function of that name; a pointer to a function can't be cast to. */
static void find(void* library, const char* name, void* function) {
  void* symbol = dlsym(library, name);
  if (symbol == NULL) fail(dlerror());
  memcpy(function, &symbol, sizeof symbol);
}

/* Keeps the copy's answer as the copy gave it. */
static void plan(void* library, colo_bytes* answer) {
  colo_status (*planner_new)(const colo_planner_options*, colo_planner**);
  void (*planner_free)(colo_planner*);
  colo_status (*request_new)(colo_request**);
  void (*request_free)(colo_request*);
  colo_status (*add_document)(colo_request*, colo_view, colo_view);
  colo_status (*request_plan)(const colo_planner*, const colo_request*,
                              colo_bytes*);
  const colo_view name = {"p.yaml", 6};
  const colo_view content = {kPipeline, sizeof kPipeline - 1};
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  colo_planner* planner = NULL;
  colo_request* request = NULL;
  find(library, "colo_planner_new", &planner_new);
  find(library, "colo_planner_free", &planner_free);
  find(library, "colo_request_new", &request_new);
  find(library, "colo_request_free", &request_free);
  find(library, "colo_request_add_document", &add_document);
  find(library, "colo_request_plan", &request_plan);
  options.format = COLO_FORMAT_YAML;
  if (planner_new(&options, &planner) != COLO_OK ||
      request_new(&request) != COLO_OK ||
      add_document(request, name, content) != COLO_OK ||
      request_plan(planner, request, answer) != COLO_OK) {
    fail("a copy doesn't plan");
  }
  request_free(request);
  planner_free(planner);
}

int main(int argc, char** argv) {
  void* libraries[kCopies];
  colo_bytes answers[kCopies];
  if (argc != 3) fail("usage: two_copies PATH OTHER_PATH");
  /* RTLD_GLOBAL: what one exports is offered to the other. */
  libraries[0] = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  libraries[1] = dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL);
  libraries[2] = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW);
  for (int i = 0; i < kCopies; ++i) {
    if (libraries[i] == NULL) fail(dlerror());
    for (int j = 0; j < i; ++j) {
      if (dlsym(libraries[i], "colo_plan") == dlsym(libraries[j], "colo_plan")) {
        fail("two copies are one");
      }
    }
    plan(libraries[i], &answers[i]);
    if (answers[i].size == 0 || answers[i].size != answers[0].size ||
        memcmp(answers[i].data, answers[0].data, answers[0].size) != 0) {
      fail("the copies differ");
    }
  }
  for (int i = 0; i < kCopies; ++i) {
    void (*bytes_free)(colo_bytes*);
    find(libraries[i], "colo_bytes_free", &bytes_free);
    bytes_free(&answers[i]);
  }
  puts("no clash");
  return 0;
}
