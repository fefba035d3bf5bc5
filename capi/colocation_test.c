/* The C interface, from C: what a caller may do, and what it may get wrong. */
#include "capi/colocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                   \
  do {                                                                     \
    if (!(condition)) {                                                    \
      fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, test, \
              #condition);                                                 \
      ++failures;                                                          \
    }                                                                      \
  } while (0)

static const char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: build}\n"
    "spec:\n"
    "  params: [{name: revision}]\n"
    "  workspaces: [{name: source}]\n"
    "  tasks:\n"
    "  - name: clone\n"
    "    workspaces: [{name: source}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: source}]\n"
    "      steps: [{name: git, image: busybox, command: [echo, "
    "$(params.revision)]}]\n"
    "  - name: test\n"
    "    runAfter: [clone]\n"
    "    workspaces: [{name: source}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: source}]\n"
    "      steps: [{name: run, image: busybox, script: ls}]\n";

static const colo_view kNone = {NULL, 0};

static colo_view view_of(const colo_bytes* bytes) {
  colo_view view;
  view.data = bytes->data;
  view.size = bytes->size;
  return view;
}

static int contains(const colo_bytes* bytes, const char* text) {
  const size_t length = strlen(text);
  size_t i;
  for (i = 0; i + length <= bytes->size; ++i) {
    if (memcmp(bytes->data + i, text, length) == 0) return 1;
  }
  return 0;
}

static colo_planner* new_planner(colo_format format) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  colo_planner* planner = NULL;
  options.format = format;
  if (colo_planner_new(&options, &planner) != COLO_OK) abort();
  return planner;
}

static colo_request* new_request(const char* text) {
  colo_request* request = NULL;
  if (colo_request_new(&request) != COLO_OK) abort();
  if (colo_request_add_document(request, colo_text("build.yaml"),
                                colo_text(text)) != COLO_OK) {
    abort();
  }
  return request;
}

/* A plan of kPipeline in that format. */
static colo_bytes make_plan(colo_format format) {
  colo_planner* planner = new_planner(format);
  colo_request* request = new_request(kPipeline);
  colo_bytes plan;
  colo_request_add_param(request, colo_text("revision"), colo_text("main"));
  if (colo_request_plan(planner, request, &plan) != COLO_OK) {
    fprintf(stderr, "%.*s\n", (int)plan.size, plan.data);
    abort();
  }
  colo_request_free(request);
  colo_planner_free(planner);
  return plan;
}

static void plans_in_every_format(void) {
  const char* test = "plans_in_every_format";
  colo_bytes plan = make_plan(COLO_FORMAT_PROTOBUF);
  CHECK(plan.size > 0 && plan.data[0] == 0x08);
  CHECK(contains(&plan, "clone"));
  colo_bytes_free(&plan);
  CHECK(plan.data == NULL && plan.size == 0);
  plan = make_plan(COLO_FORMAT_JSON);
  CHECK(contains(&plan, "{\"version\":1,"));
  colo_bytes_free(&plan);
  plan = make_plan(COLO_FORMAT_YAML);
  CHECK(contains(&plan, "version: 2\n"));
  colo_bytes_free(&plan);
}

static void same_input_same_bytes(void) {
  const char* test = "same_input_same_bytes";
  colo_bytes one = make_plan(COLO_FORMAT_PROTOBUF);
  colo_bytes two = make_plan(COLO_FORMAT_PROTOBUF);
  CHECK(one.size == two.size && memcmp(one.data, two.data, one.size) == 0);
  colo_bytes_free(&one);
  colo_bytes_free(&two);
}

static void request_as_a_message(void) {
  const char* test = "request_as_a_message";
  colo_planner* planner = new_planner(COLO_FORMAT_YAML);
  colo_bytes plan;
  const char request[] =
      "objects:\n"
      "  tasks:\n"
      "  - metadata: {name: hello}\n"
      "    spec: {steps: [{image: busybox, script: ls}]}\n";
  CHECK(colo_plan(planner, colo_text(request), &plan) == COLO_OK);
  CHECK(contains(&plan, "hello"));
  colo_bytes_free(&plan);
  colo_planner_free(planner);
}

static void what_becomes_of_a_plan(void) {
  const char* test = "what_becomes_of_a_plan";
  const colo_format formats[] = {COLO_FORMAT_PROTOBUF, COLO_FORMAT_JSON,
                                 COLO_FORMAT_YAML};
  size_t i;
  for (i = 0; i < 3; ++i) {
    colo_planner* planner = new_planner(formats[i]);
    colo_bytes plan = make_plan(formats[i]);
    colo_bytes out;
    CHECK(colo_check(planner, view_of(&plan), &out) == COLO_OK);
    CHECK(out.size == 0);
    CHECK(colo_render(planner, view_of(&plan), kNone, &out) == COLO_OK);
    CHECK(contains(&out, "busybox"));
    colo_bytes_free(&out);
    CHECK(colo_describe(planner, view_of(&plan), &out) == COLO_OK);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    CHECK(colo_explain(planner, view_of(&plan), colo_text("test"), &out) ==
          COLO_OK);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    CHECK(colo_graph(planner, view_of(&plan), COLO_DRAWING_DOT, &out) ==
          COLO_OK);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    CHECK(colo_graph(planner, view_of(&plan), COLO_DRAWING_SVG, &out) ==
          COLO_OK);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    CHECK(colo_graph(planner, view_of(&plan), COLO_DRAWING_HTML, &out) ==
          COLO_OK);
    CHECK(contains(&out, "<svg"));
    colo_bytes_free(&out);

    CHECK(colo_graph(planner, view_of(&plan), 99, &out) == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    CHECK(colo_explain(planner, view_of(&plan), colo_text("none"), &out) ==
          COLO_BAD_ARGUMENT);
    CHECK(contains(&out, "none"));
    colo_bytes_free(&out);
    CHECK(colo_render(planner, view_of(&plan), colo_text("none"), &out) ==
          COLO_BAD_ARGUMENT);
    CHECK(contains(&out, "none"));
    colo_bytes_free(&out);
    colo_bytes_free(&plan);
    colo_planner_free(planner);
  }
}

/* In each format, what was refused; and what is no report. */
static void reports_are_text_for_people(void) {
  const char* test = "reports_are_text_for_people";
  const colo_format formats[] = {COLO_FORMAT_PROTOBUF, COLO_FORMAT_JSON,
                                 COLO_FORMAT_YAML};
  size_t i;
  for (i = 0; i < 3; ++i) {
    colo_planner* planner = new_planner(formats[i]);
    colo_request* request = new_request("apiVersion: tekton.dev/v1\nkind: [");
    colo_bytes report;
    colo_bytes text;
    CHECK(colo_request_validate(planner, request, &report) == COLO_REFUSED);
    CHECK(colo_report_text(planner, view_of(&report), &text) == COLO_OK);
    CHECK(contains(&text, "build.yaml:"));
    CHECK(contains(&text, " error: "));
    CHECK(contains(&text, "[yaml-syntax]\n"));
    CHECK(text.size > 0 && text.data[text.size - 1] == '\n');
    colo_bytes_free(&text);
    CHECK(colo_report_text(planner, view_of(&report), NULL) ==
          COLO_BAD_ARGUMENT);
    CHECK(colo_report_text(NULL, view_of(&report), &text) == COLO_BAD_ARGUMENT);
    CHECK(text.data == NULL && text.size == 0);
    colo_bytes_free(&report);
    CHECK(colo_report_text(planner, colo_text("\377"), &text) ==
          COLO_BAD_ARGUMENT);
    CHECK(text.size > 0);
    colo_bytes_free(&text);
    colo_request_free(request);
    colo_planner_free(planner);
  }
}

static void refusals_say_where(void) {
  const char* test = "refusals_say_where";
  colo_planner* planner = new_planner(COLO_FORMAT_JSON);
  colo_bytes out;
  colo_request* request = new_request(kPipeline);
  /* The parameter is missing. */
  CHECK(colo_request_plan(planner, request, &out) == COLO_REFUSED);
  CHECK(contains(&out, "\"file\":\"build.yaml\""));
  CHECK(contains(&out, "\"line\":5"));
  CHECK(contains(&out, "revision"));
  colo_bytes_free(&out);
  /* That is no fault of the object. */
  CHECK(colo_request_validate(planner, request, &out) == COLO_OK);
  colo_bytes_free(&out);
  colo_request_free(request);

  request = new_request("apiVersion: tekton.dev/v1\nkind: [");
  CHECK(colo_request_validate(planner, request, &out) == COLO_REFUSED);
  CHECK(contains(&out, "yaml-syntax"));
  colo_bytes_free(&out);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void needs_are_named(void) {
  const char* test = "needs_are_named";
  colo_planner* planner = new_planner(COLO_FORMAT_JSON);
  colo_request* request = new_request(
      "apiVersion: tekton.dev/v1\n"
      "kind: Pipeline\n"
      "metadata: {name: p}\n"
      "spec: {tasks: [{name: a, taskRef: {name: git-clone}}]}\n");
  colo_bytes out;
  CHECK(colo_request_plan(planner, request, &out) == COLO_NEEDS);
  CHECK(contains(&out, "\"needs\":[{\"kind\":\"TASK\",\"name\":\"git-clone\""));
  colo_bytes_free(&out);
  /* Given, and asked again. */
  CHECK(colo_request_add_document(
            request, colo_text("task.yaml"),
            colo_text("apiVersion: tekton.dev/v1\n"
                      "kind: Task\n"
                      "metadata: {name: git-clone}\n"
                      "spec: {steps: [{image: i, script: ls}]}\n")) == COLO_OK);
  CHECK(colo_request_plan(planner, request, &out) == COLO_OK);
  colo_bytes_free(&out);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void limits_hold(void) {
  const char* test = "limits_hold";
  colo_planner* planner = new_planner(COLO_FORMAT_JSON);
  colo_request* request = new_request(kPipeline);
  colo_bytes out;
  CHECK(colo_request_merge(request, COLO_FORMAT_YAML,
                           colo_text("options: {limits: {inputBytes: 10}}"),
                           &out) == COLO_OK);
  CHECK(out.data == NULL);
  CHECK(colo_request_plan(planner, request, &out) == COLO_LIMIT);
  CHECK(contains(&out, "input_bytes"));
  colo_bytes_free(&out);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void options_by_name(void) {
  const char* test = "options_by_name";
  static const struct {
    const char* name;
    const char* value;
    colo_status status;
  } cases[] = {
      {"policy", "pipelinerun", COLO_OK},
      {"policy", "POLICY_ISOLATED", COLO_OK},
      {"policy", "everything", COLO_BAD_ARGUMENT},
      {"api_fields", "alpha", COLO_OK},
      {"run", "build", COLO_OK},
      {"controlled", "true", COLO_OK},
      {"controlled", "yes", COLO_BAD_ARGUMENT},
      {"default_timeout_minutes", "30", COLO_OK},
      {"default_timeout_minutes", "soon", COLO_BAD_ARGUMENT},
      {"limits", "1", COLO_BAD_ARGUMENT},
      {"params", "1", COLO_BAD_ARGUMENT},
      {"novelty", "1", COLO_BAD_ARGUMENT},
      {"", "", COLO_BAD_ARGUMENT},
  };
  size_t i;
  colo_request* request = new_request(kPipeline);
  for (i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    const colo_status status = colo_request_set_option(
        request, colo_text(cases[i].name), colo_text(cases[i].value));
    if (status != cases[i].status) {
      fprintf(stderr, "%s=%s: %s\n", cases[i].name, cases[i].value,
              colo_status_name(status));
    }
    CHECK(status == cases[i].status);
  }
  colo_request_free(request);
}

static void options_have_an_effect(void) {
  const char* test = "options_have_an_effect";
  colo_planner* planner = new_planner(COLO_FORMAT_JSON);
  colo_request* request = new_request(kPipeline);
  colo_bytes plan;
  CHECK(colo_request_set_option(request, colo_text("policy"),
                                colo_text("pipelinerun")) == COLO_OK);
  CHECK(colo_request_add_param(request, colo_text("revision"),
                               colo_text("main")) == COLO_OK);
  CHECK(colo_request_plan(planner, request, &plan) == COLO_OK);
  CHECK(contains(&plan, "\"policy\":\"POLICY_PIPELINERUN\""));
  CHECK(contains(&plan, "\"main\""));
  colo_bytes_free(&plan);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void a_failed_merge_changes_nothing(void) {
  const char* test = "a_failed_merge_changes_nothing";
  colo_planner* planner = new_planner(COLO_FORMAT_JSON);
  colo_request* request = new_request(kPipeline);
  colo_bytes out;
  CHECK(colo_request_merge(request, COLO_FORMAT_YAML,
                           colo_text("documents: [{name: x}]\nnovelty: 1\n"),
                           &out) == COLO_BAD_ARGUMENT);
  CHECK(contains(&out, "novelty"));
  colo_bytes_free(&out);
  CHECK(colo_request_merge(request, COLO_FORMAT_PROTOBUF, colo_text("\xff\xff"),
                           NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_merge(request, 99, kNone, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_validate(planner, request, &out) == COLO_OK);
  colo_bytes_free(&out);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void null_arguments(void) {
  const char* test = "null_arguments";
  colo_planner* planner = new_planner(COLO_FORMAT_PROTOBUF);
  colo_request* request = new_request(kPipeline);
  colo_view null_view;
  colo_bytes out = {(char*)1, 1};
  null_view.data = NULL;
  null_view.size = 1;
  colo_bytes_free(NULL);
  colo_planner_free(NULL);
  colo_request_free(NULL);
  CHECK(colo_text(NULL).size == 0);
  CHECK(colo_planner_new(NULL, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_new(NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_add_document(NULL, kNone, kNone) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_add_document(request, null_view, kNone) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_request_add_document(request, kNone, null_view) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_request_add_param(NULL, kNone, kNone) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_add_param(request, null_view, kNone) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_set_option(NULL, kNone, kNone) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_set_option(request, kNone, null_view) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_request_merge(NULL, COLO_FORMAT_JSON, kNone, NULL) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_plan(NULL, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(out.data == NULL && out.size == 0);
  CHECK(colo_plan(planner, kNone, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_plan(planner, null_view, &out) == COLO_BAD_ARGUMENT);
  CHECK(out.size > 0);
  colo_bytes_free(&out);
  CHECK(colo_request_plan(planner, NULL, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_plan(NULL, request, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_plan(planner, request, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_validate(NULL, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_validate(planner, NULL, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_request_validate(planner, request, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_render(planner, kNone, kNone, NULL) == COLO_BAD_ARGUMENT);
  CHECK(colo_render(NULL, kNone, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_describe(NULL, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_explain(NULL, kNone, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_graph(NULL, kNone, COLO_DRAWING_DOT, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_check(NULL, kNone, &out) == COLO_BAD_ARGUMENT);
  CHECK(colo_simulate(NULL, kNone, &out) == COLO_BAD_ARGUMENT);
  colo_request_free(request);
  colo_planner_free(planner);
}

static void no_bytes_are_no_message(void) {
  const char* test = "no_bytes_are_no_message";
  const colo_format formats[] = {COLO_FORMAT_JSON, COLO_FORMAT_YAML};
  size_t i;
  for (i = 0; i < 2; ++i) {
    colo_planner* planner = new_planner(formats[i]);
    colo_bytes out;
    CHECK(colo_plan(planner, kNone, &out) == COLO_BAD_ARGUMENT);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    colo_planner_free(planner);
  }
}

static void an_empty_request_has_nothing_to_plan(void) {
  const char* test = "an_empty_request_has_nothing_to_plan";
  colo_planner* planner = new_planner(COLO_FORMAT_PROTOBUF);
  colo_bytes out;
  CHECK(colo_plan(planner, kNone, &out) == COLO_REFUSED);
  CHECK(contains(&out, "nothing-to-plan"));
  colo_bytes_free(&out);
  CHECK(colo_validate(planner, kNone, &out) == COLO_OK);
  CHECK(out.size == 0);
  colo_planner_free(planner);
}

/* Every beginning of a plan, and a plan with every byte changed, is either read
 * or refused. */
static void broken_plans(void) {
  const char* test = "broken_plans";
  /* An Observation whose first field is "2026-01-02T03:04:05Z". */
  const colo_view now = colo_text("\n\0242026-01-02T03:04:05Z");
  colo_planner* planner = new_planner(COLO_FORMAT_PROTOBUF);
  colo_bytes plan = make_plan(COLO_FORMAT_PROTOBUF);
  size_t i;
  for (i = 0; i < plan.size; ++i) {
    colo_view part = view_of(&plan);
    colo_bytes out;
    colo_status status;
    part.size = i;
    status = colo_check(planner, part, &out);
    CHECK(status == COLO_OK || status == COLO_REFUSED ||
          status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    status = colo_render(planner, part, kNone, &out);
    CHECK(status == COLO_OK || status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    status = colo_advance(planner, part, now, &out);
    CHECK(status == COLO_OK || status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);

    plan.data[i] = (char)(plan.data[i] ^ 0x15);
    status = colo_check(planner, view_of(&plan), &out);
    CHECK(status == COLO_OK || status == COLO_REFUSED ||
          status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    status = colo_describe(planner, view_of(&plan), &out);
    CHECK(status == COLO_OK || status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    status = colo_advance(planner, view_of(&plan), now, &out);
    CHECK(status == COLO_OK || status == COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    plan.data[i] = (char)(plan.data[i] ^ 0x15);
  }
  colo_bytes_free(&plan);
  colo_planner_free(planner);
}

/* Every beginning of a text is planned or refused. */
static void a_run_is_simulated(void) {
  const char* test = "a_run_is_simulated";
  const char* request =
      "workloads:\n"
      "  - request:\n"
      "      objects:\n"
      "        tasks:\n"
      "          - metadata: {name: hello}\n"
      "            spec: {steps: [{image: busybox, command: [echo]}]}\n"
      "cluster:\n"
      "  nodes:\n"
      "    - name: node-1\n"
      "      allocatable: {cpu: \"4\", memory: 8Gi}\n";
  colo_planner* planner = new_planner(COLO_FORMAT_YAML);
  colo_bytes out;
  CHECK(colo_simulate(planner, colo_text(request), &out) == COLO_OK);
  CHECK(contains(&out, "COLOCATED"));
  CHECK(contains(&out, "RUN_SUCCEEDED"));
  CHECK(contains(&out, "node-1"));
  colo_bytes_free(&out);
  /* No cluster, and nothing that comes to it. */
  CHECK(colo_simulate(planner, colo_text("workloads: []"), &out) ==
        COLO_REFUSED);
  CHECK(contains(&out, "simulation-value"));
  colo_bytes_free(&out);
  CHECK(colo_simulate(planner, colo_text("nodes: []"), &out) ==
        COLO_BAD_ARGUMENT);
  CHECK(contains(&out, "unknown-field"));
  colo_bytes_free(&out);
  CHECK(colo_simulate(planner, kNone, NULL) == COLO_BAD_ARGUMENT);
  colo_planner_free(planner);
}

static void truncated_documents(void) {
  const char* test = "truncated_documents";
  colo_planner* planner = new_planner(COLO_FORMAT_PROTOBUF);
  size_t i;
  for (i = 0; i < sizeof kPipeline; i += 3) {
    colo_request* request = NULL;
    colo_view part;
    colo_bytes out;
    colo_status status;
    part.data = kPipeline;
    part.size = i;
    CHECK(colo_request_new(&request) == COLO_OK);
    colo_request_add_document(request, colo_text("p"), part);
    status = colo_request_plan(planner, request, &out);
    if (status == COLO_INTERNAL || status == COLO_BAD_ARGUMENT) {
      fprintf(stderr, "%d bytes: %.*s\n", (int)i, (int)out.size, out.data);
    }
    CHECK(status != COLO_INTERNAL && status != COLO_BAD_ARGUMENT);
    CHECK(out.size > 0);
    colo_bytes_free(&out);
    colo_request_free(request);
  }
  colo_planner_free(planner);
}

static void messages_convert(void) {
  const char* test = "messages_convert";
  static const colo_format formats[] = {COLO_FORMAT_PROTOBUF, COLO_FORMAT_JSON,
                                        COLO_FORMAT_YAML};
  const colo_view type = colo_text("ColocationPlan");
  size_t from, to;
  colo_bytes out;
  for (from = 0; from < 3; ++from) {
    for (to = 0; to < 3; ++to) {
      colo_bytes plan = make_plan(formats[from]);
      colo_bytes expected = make_plan(formats[to]);
      CHECK(colo_convert(type, formats[from], view_of(&plan), formats[to],
                         &out) == COLO_OK);
      CHECK(out.size == expected.size &&
            memcmp(out.data, expected.data, out.size) == 0);
      colo_bytes_free(&out);
      colo_bytes_free(&expected);
      colo_bytes_free(&plan);
    }
  }
  CHECK(colo_convert(colo_text("Novelty"), COLO_FORMAT_JSON, colo_text("{}"),
                     COLO_FORMAT_JSON, &out) == COLO_BAD_ARGUMENT);
  CHECK(contains(&out, "Novelty"));
  colo_bytes_free(&out);
  CHECK(colo_convert(type, COLO_FORMAT_PROTOBUF, colo_text("\xff"),
                     COLO_FORMAT_JSON, &out) == COLO_BAD_ARGUMENT);
  CHECK(contains(&out, "\"bad-argument\""));
  colo_bytes_free(&out);
  CHECK(colo_convert(type, COLO_FORMAT_JSON, colo_text("{\"version\": []}"),
                     COLO_FORMAT_YAML, &out) == COLO_BAD_ARGUMENT);
  CHECK(contains(&out, "code: wrong-type"));
  colo_bytes_free(&out);
  CHECK(colo_convert(colo_text("Pod"), COLO_FORMAT_JSON,
                     colo_text("{\"kind\": \"Pod\", \"novelty\": 1}"),
                     COLO_FORMAT_YAML, &out) == COLO_OK);
  CHECK(contains(&out, "kind: Pod"));
  CHECK(!contains(&out, "novelty"));
  colo_bytes_free(&out);
  CHECK(colo_convert(type, 99, kNone, COLO_FORMAT_JSON, &out) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_convert(type, COLO_FORMAT_JSON, kNone, 99, &out) ==
        COLO_BAD_ARGUMENT);
  CHECK(colo_convert(type, COLO_FORMAT_JSON, kNone, COLO_FORMAT_JSON, NULL) ==
        COLO_BAD_ARGUMENT);
}

static void option_structs_grow(void) {
  const char* test = "option_structs_grow";
  struct {
    colo_planner_options known;
    size_t unknown;
  } longer = {COLO_PLANNER_OPTIONS_INIT, 0};
  colo_planner_options shorter = COLO_PLANNER_OPTIONS_INIT;
  colo_planner* planner = NULL;
  longer.known.struct_size = sizeof longer;
  CHECK(colo_planner_new(&longer.known, &planner) == COLO_OK);
  colo_planner_free(planner);
  longer.unknown = 1;
  CHECK(colo_planner_new(&longer.known, &planner) == COLO_BAD_ARGUMENT);
  CHECK(planner == NULL);
  /* Only the size: what is behind it isn't looked at. */
  shorter.struct_size = sizeof shorter.struct_size;
  shorter.format = 99;
  CHECK(colo_planner_new(&shorter, &planner) == COLO_OK);
  colo_planner_free(planner);
  shorter.struct_size = sizeof shorter;
  CHECK(colo_planner_new(&shorter, &planner) == COLO_BAD_ARGUMENT);
  shorter.struct_size = 0;
  CHECK(colo_planner_new(&shorter, &planner) == COLO_BAD_ARGUMENT);
}

static void versions_and_names(void) {
  const char* test = "versions_and_names";
  CHECK(colo_abi_version() == COLO_ABI_VERSION);
  CHECK(strchr(colo_version(), '.') != NULL);
  CHECK(strcmp(colo_status_name(COLO_NEEDS), "COLO_NEEDS") == 0);
  CHECK(strcmp(colo_status_name(1000), "unknown") == 0);
}

/* The first look at a run: its Pod has to be created. */
static void a_run_advances(void) {
  const char* test = "a_run_advances";
  const colo_format formats[] = {COLO_FORMAT_JSON, COLO_FORMAT_YAML};
  colo_planner* planner;
  colo_bytes plan;
  colo_bytes out;
  size_t i;
  for (i = 0; i < 2; ++i) {
    planner = new_planner(formats[i]);
    plan = make_plan(formats[i]);
    CHECK(colo_advance(planner, view_of(&plan),
                       colo_text("{\"now\": \"2026-01-02T03:04:05Z\", "
                                 "\"pods\": [{\"metadata\": {\"name\": "
                                 "\"another\", \"novelty\": 1}}]}"),
                       &out) == COLO_OK);
    CHECK(contains(&out, "createPod"));
    CHECK(contains(&out, "2026-01-02T03:04:05Z"));
    CHECK(contains(&out, "busybox"));
    colo_bytes_free(&out);
    /* Without the time nothing can be said. */
    CHECK(colo_advance(planner, view_of(&plan), colo_text("{}"), &out) ==
          COLO_BAD_ARGUMENT);
    CHECK(contains(&out, "now"));
    colo_bytes_free(&out);
    CHECK(colo_advance(planner, view_of(&plan), colo_text("[]"), &out) ==
          COLO_BAD_ARGUMENT);
    colo_bytes_free(&out);
    CHECK(colo_advance(planner, view_of(&plan), kNone, NULL) ==
          COLO_BAD_ARGUMENT);
    CHECK(colo_advance(NULL, view_of(&plan), kNone, &out) == COLO_BAD_ARGUMENT);
    colo_bytes_free(&plan);
    colo_planner_free(planner);
  }
}

int main(void) {
  plans_in_every_format();
  same_input_same_bytes();
  request_as_a_message();
  what_becomes_of_a_plan();
  reports_are_text_for_people();
  refusals_say_where();
  needs_are_named();
  limits_hold();
  options_by_name();
  options_have_an_effect();
  a_failed_merge_changes_nothing();
  null_arguments();
  no_bytes_are_no_message();
  an_empty_request_has_nothing_to_plan();
  broken_plans();
  a_run_advances();
  a_run_is_simulated();
  truncated_documents();
  messages_convert();
  option_structs_grow();
  versions_and_names();
  if (failures > 0) fprintf(stderr, "%d failed\n", failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
