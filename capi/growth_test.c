/* A million calls, twenty thousand of them plans, and none of them leaves
 * anything: the process doesn't grow. */
#include <colocation.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char kPipeline[] =
    "{apiVersion: tekton.dev/v1, kind: Pipeline, metadata: {name: p}, spec: "
    "{tasks: [{name: a, taskSpec: {steps: [{image: i, script: ls}]}}]}}";
static const char kBroken[] = "kind: [";

/* Megabytes that are resident. */
static double resident(void) {
  long size = 0, pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2) abort();
  fclose(file);
  return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void calls(const colo_planner* planner, long cheap, long plans) {
  long i;
  for (i = 0; i < cheap; ++i) {
    colo_request* request = NULL;
    colo_bytes out;
    if (colo_request_new(&request) != COLO_OK ||
        colo_request_add_document(request, colo_text("p"),
                                  colo_text(kPipeline)) != COLO_OK ||
        colo_request_set_option(request, colo_text("run"), colo_text("p")) !=
            COLO_OK ||
        colo_request_set_option(request, colo_text("novelty"), colo_text("")) !=
            COLO_BAD_ARGUMENT ||
        colo_check(planner, colo_text("\xff"), &out) != COLO_BAD_ARGUMENT) {
      abort();
    }
    colo_bytes_free(&out);
    colo_request_free(request);
  }
  for (i = 0; i < plans; ++i) {
    colo_request* request = NULL;
    colo_bytes out;
    const int broken = i % 4 == 3;
    colo_request_new(&request);
    colo_request_add_document(request, colo_text("p"),
                              colo_text(broken ? kBroken : kPipeline));
    if (colo_request_plan(planner, request, &out) !=
        (broken ? COLO_REFUSED : COLO_OK)) {
      abort();
    }
    colo_bytes_free(&out);
    colo_request_free(request);
  }
}

int main(void) {
  /* Rounds of six calls. */
  enum { kCheap = 1000000 / 6, kPlans = 20000 };
  colo_planner* planner = NULL;
  double before, after;
  if (colo_planner_new(NULL, &planner) != COLO_OK) abort();
  calls(planner, 1000, 500);
  before = resident();
  calls(planner, kCheap, kPlans);
  after = resident();
  colo_planner_free(planner);
  printf("%.1f MB before, %.1f MB after\n", before, after);
  /* Three bytes a call, or a hundred a plan, would be more. */
  return after < before + 2.0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
