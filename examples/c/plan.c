/* Plans the Tekton objects in the files named, and prints the plan.
 *
 *   plan FILE...
 *
 * Exit codes: 0 planned, 1 refused, 2 wrong usage. */
#include <colocation.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a whole file; the caller frees *data. Zero on failure. */
static int read_file(const char* path, char** data, size_t* size) {
  FILE* file = fopen(path, "rb");
  size_t capacity = 0;
  *data = NULL;
  *size = 0;
  if (file == NULL) return 0;
  for (;;) {
    if (*size == capacity) {
      char* larger = realloc(*data, capacity * 2 + 4096);
      if (larger == NULL) break;
      *data = larger;
      capacity = capacity * 2 + 4096;
    }
    *size += fread(*data + *size, 1, capacity - *size, file);
    if (feof(file)) {
      fclose(file);
      return 1;
    }
    if (ferror(file)) break;
  }
  fclose(file);
  free(*data);
  *data = NULL;
  return 0;
}

static int plan_files(colo_planner* planner, colo_request* request, int count,
                      char** paths) {
  colo_bytes answer;
  colo_bytes text;
  colo_status status;
  int i;
  for (i = 0; i < count; ++i) {
    colo_view content;
    char* data;
    size_t size;
    if (!read_file(paths[i], &data, &size)) {
      perror(paths[i]);
      return 2;
    }
    content.data = data;
    content.size = size;
    status = colo_request_add_document(request, colo_text(paths[i]), content);
    free(data); /* The request has its own copy. */
    if (status != COLO_OK) return 2;
  }

  status = colo_request_plan(planner, request, &answer);
  if (status == COLO_OK) {
    colo_view plan;
    plan.data = answer.data;
    plan.size = answer.size;
    status = colo_describe(planner, plan, &text);
    fwrite(text.data, 1, text.size, stdout);
    colo_bytes_free(&text);
  } else {
    /* What is wrong, where, and what to do. */
    colo_view report;
    report.data = answer.data;
    report.size = answer.size;
    colo_report_text(planner, report, &text);
    fprintf(stderr, "%s\n", colo_status_name(status));
    fwrite(text.data, 1, text.size, stderr);
    colo_bytes_free(&text);
  }
  colo_bytes_free(&answer);
  return status == COLO_OK ? 0 : 1;
}

int main(int argc, char** argv) {
  colo_planner* planner = NULL;
  colo_request* request = NULL;
  int exit_code = 2;
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE...\n", argv[0]);
    return 2;
  }
  if (colo_planner_new(NULL, &planner) == COLO_OK &&
      colo_request_new(&request) == COLO_OK) {
    exit_code = plan_files(planner, request, argc - 1, argv + 1);
  }
  colo_request_free(request);
  colo_planner_free(planner);
  return exit_code;
}
