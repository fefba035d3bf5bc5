/* colocation: plans the tasks of a Tekton pipeline into shared Pods. C interface.
 *
 *   colo_planner* planner;
 *   colo_request* request;
 *   colo_bytes plan;
 *   colo_planner_new(NULL, &planner);
 *   colo_request_new(&request);
 *   colo_request_add_document(request, colo_text("build.yaml"), text);
 *   if (colo_request_plan(planner, request, &plan) == COLO_OK) { ... }
 *   colo_bytes_free(&plan);
 *   colo_request_free(request);
 *   colo_planner_free(planner);
 *
 * One message goes in, colocation.v1.PlanRequest; one comes out,
 * colocation.v1.ColocationPlan. Their .proto files, which are installed beside
 * this header, say what is in them.
 *
 * Conventions
 *
 * 1. Ownership. A colo_view is borrowed for the call and no longer. A colo_bytes
 *    belongs to the caller, who releases it with colo_bytes_free and with
 *    nothing else. A handle (colo_planner, colo_request) belongs to the caller,
 *    who releases it with the function that ends in _free; that accepts NULL.
 *
 * 2. Bytes. A colo_view is a pointer and a length; the pointer may be NULL where
 *    the length is 0. Names and texts are UTF-8; documents may be anything. Texts
 *    that come back have no terminating zero.
 *
 * 3. Errors. A function that can fail returns a colo_status. Out-parameters are
 *    set on every return, an out-parameter that is NULL excepted, which is
 *    COLO_BAD_ARGUMENT. Where a function gives a colo_bytes, that holds the
 *    answer on COLO_OK; on any other status it holds a colocation.v1.Report that
 *    says what is wrong and where, and is empty only where there was no memory
 *    to say it. No input, however broken, ends the process; nothing is written
 *    to standard output or error.
 *
 *    Memory. A call first sees whether memory in the order of what it will use
 *    can be had, and is COLO_NO_MEMORY if not. Nothing more can be promised:
 *    the libraries underneath, Abseil and protobuf, do not survive an
 *    allocation that fails, so one that fails later, because another thread
 *    took the memory or because a small input means a very large plan, may end
 *    the process. (On most systems the kernel ends it anyway; malloc never
 *    fails there.)
 *
 * 4. Formats. A planner reads and writes messages in one format: protobuf's
 *    binary form, JSON or YAML. JSON and YAML have Tekton's field names.
 *
 * 5. Threads. A const handle may be used by several threads at once; one that is
 *    not const, by one thread at a time. There are no globals to set up and no
 *    thread-local state.
 *
 * 6. Purity. An answer depends on the arguments alone: no clock, network, file
 *    or environment is looked at, and the same input gives the same bytes.
 *
 * 7. Versions. A promise: what was built with one libcolocation.so.N runs with
 *    every later one of the same N. (A description of the interface is checked
 *    in, and compared with abidiff whenever this library is tested.) What is
 *    here stays: a function keeps its name, its arguments and its meaning, a
 *    constant its value. Functions, constants and struct members are added; then
 *    COLO_ABI_VERSION grows. So be prepared for a colo_status that you don't
 *    know: take it for an error. A struct of options begins with its size, so
 *    that programs built with older headers go on working: members that a
 *    shorter struct lacks have their defaults, and of a longer one the members
 *    that this library doesn't know must be zero. Messages grow as protobuf's
 *    do.
 */
#ifndef COLOCATION_H_
#define COLOCATION_H_

#include <stddef.h>

#if defined(__GNUC__)
#define COLO_API __attribute__((visibility("default")))
#else
#define COLO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header; colo_abi_version tells that of the library. The library has
 * to be at least as new. */
#define COLO_ABI_VERSION 1

/* The N of libcolocation.so.N. It would change only if something here went. */
#define COLO_SOVERSION 1

/* What became of a call. */
typedef int colo_status;
enum {
  COLO_OK = 0,
  /* The objects are wrong; the Report says where. */
  COLO_REFUSED = 1,
  /* Something has to be given first: the Report's `needs`. Add it, call again. */
  COLO_NEEDS = 2,
  /* Valid, but what has to share a Pod can't. */
  COLO_CANNOT_SHARE = 3,
  /* A limit (PlanOptions.limits) is exceeded. */
  COLO_LIMIT = 4,
  /* An argument is NULL that must not be, a message can't be read, there is no
   * such option, format, Pod or task. */
  COLO_BAD_ARGUMENT = 5,
  COLO_NO_MEMORY = 6,
  /* A fault of this library. Please report it. */
  COLO_INTERNAL = 7
};

/* How messages are written. */
typedef int colo_format;
enum {
  COLO_FORMAT_PROTOBUF = 0,
  COLO_FORMAT_JSON = 1,
  COLO_FORMAT_YAML = 2
};

/* Bytes of the caller's. */
typedef struct colo_view {
  const char* data;
  size_t size;
} colo_view;

/* Bytes of this library's making. */
typedef struct colo_bytes {
  char* data;
  size_t size;
} colo_bytes;

/* Knows how to read and write. */
typedef struct colo_planner colo_planner;

/* A PlanRequest under construction. */
typedef struct colo_request colo_request;

/* Options of a planner. Begin with COLO_PLANNER_OPTIONS_INIT. */
typedef struct colo_planner_options {
  size_t struct_size;
  /* Of every message in and out. */
  colo_format format;
} colo_planner_options;

#define COLO_PLANNER_OPTIONS_INIT \
  { sizeof(colo_planner_options), COLO_FORMAT_PROTOBUF }

/* -- The library ---------------------------------------------------------- */

/* The COLO_ABI_VERSION that the library was built with. */
COLO_API int colo_abi_version(void);

/* The library's version, "1.2.3"; valid for ever. */
COLO_API const char* colo_version(void);

/* "COLO_OK" and so on, for logs; "unknown" for a value without a name. Valid for
 * ever. */
COLO_API const char* colo_status_name(colo_status status);

/* A view of a string that ends with a zero; an empty one for NULL. */
COLO_API colo_view colo_text(const char* text);

/* Releases the bytes and makes *bytes empty. Accepts NULL and empty bytes. */
COLO_API void colo_bytes_free(colo_bytes* bytes);

/* Writes a message in another format. `type` is its name in the .proto files,
 * "ColocationPlan". Fields that this library doesn't know are passed over, so
 * that objects may come from a newer Kubernetes. COLO_BAD_ARGUMENT: there is no
 * such type or format, or the message can't be read; the Report is in the format
 * `to`. */
COLO_API colo_status colo_convert(colo_view type, colo_format from,
                                  colo_view message, colo_format to,
                                  colo_bytes* converted);

/* -- Planners ------------------------------------------------------------- */

/* Makes a planner; NULL options are the defaults. *planner is NULL on failure.
 * COLO_BAD_ARGUMENT: an unknown format, or members that are not known here. */
COLO_API colo_status colo_planner_new(const colo_planner_options* options,
                                      colo_planner** planner);

COLO_API void colo_planner_free(colo_planner* planner);

/* -- Requests ------------------------------------------------------------- */

/* Makes an empty request. *request is NULL on failure. */
COLO_API colo_status colo_request_new(colo_request** request);

COLO_API void colo_request_free(colo_request* request);

/* Adds a YAML or JSON text; YAML may hold several documents. `name` is what
 * diagnostics call it, usually a file name; names should differ. Whether the
 * text can be read is found out when the run is planned. */
COLO_API colo_status colo_request_add_document(colo_request* request,
                                               colo_view name,
                                               colo_view content);

/* Gives a parameter of the pipeline a string; it wins over the PipelineRun's.
 * Use colo_request_merge for arrays and objects. */
COLO_API colo_status colo_request_add_param(colo_request* request,
                                            colo_view name, colo_view value);

/* Sets a field of PlanOptions by its name: "policy" to "pipelinerun", "run" to a
 * name, "controlled" to "true", "default_timeout_minutes" to "30". An
 * enumeration's value may be written in full or without its prefix, in either
 * case. Fields that are messages are set with colo_request_merge. */
COLO_API colo_status colo_request_set_option(colo_request* request,
                                             colo_view name, colo_view value);

/* Merges another PlanRequest, written in `format`, into this one: lists are
 * appended, other fields that are set replace. For everything that has no
 * function of its own: cluster, images, resolved references, workspaces, limits.
 * On failure the request is as it was, and *report, which may be NULL, says
 * why. */
COLO_API colo_status colo_request_merge(colo_request* request,
                                        colo_format format, colo_view message,
                                        colo_bytes* report);

/* -- Planning ------------------------------------------------------------- */

/* Plans the run in `request`, a PlanRequest. On COLO_OK *plan is a
 * ColocationPlan. */
COLO_API colo_status colo_plan(const colo_planner* planner, colo_view request,
                               colo_bytes* plan);

/* The same for a request made here. */
COLO_API colo_status colo_request_plan(const colo_planner* planner,
                                       const colo_request* request,
                                       colo_bytes* plan);

/* Checks the objects in `request` without planning: each by itself as Tekton's
 * webhook does, and runs with what they refer to. *report is a Report on every
 * status: on COLO_OK its warnings. */
COLO_API colo_status colo_validate(const colo_planner* planner,
                                   colo_view request, colo_bytes* report);

/* The same for a request made here. */
COLO_API colo_status colo_request_validate(const colo_planner* planner,
                                           const colo_request* request,
                                           colo_bytes* report);

/* -- What is wrong -------------------------------------------------------- */

/* A Report in the planner's format, as any of these functions gives one, as a
 * text for people. A diagnostic has its place, its code, the source line with
 * what is meant underlined, and the hint:
 *
 *   build.yaml:41:18: error: spec.tasks[3].runAfter[0]: no pipeline task ...
 *         runAfter: [uint-test]
 *                    ^~~~~~~~~
 *     hint: did you mean "unit-test" (build.yaml:33:7)?
 *
 * Names and lines that are quoted from the input have no control characters.
 * The text ends with a newline, and is empty for a Report without diagnostics.
 * COLO_BAD_ARGUMENT: it is no Report; *text is one then. */
COLO_API colo_status colo_report_text(const colo_planner* planner,
                                      colo_view report, colo_bytes* text);

/* -- What becomes of a plan ------------------------------------------------
 *
 * `plan` is a ColocationPlan in the planner's format. */

/* Renders the Pod of that name as Kubernetes' Pod, in the planner's format
 * (protobuf: colocation.v1.Pod). With an empty name: the claims and all Pods,
 * as colocation.v1.Manifests in protobuf, as the documents or the List that
 * `kubectl create` takes in YAML and JSON. */
COLO_API colo_status colo_render(const colo_planner* planner, colo_view plan,
                                 colo_view pod, colo_bytes* manifests);

/* The plan as a text for people. */
COLO_API colo_status colo_describe(const colo_planner* planner, colo_view plan,
                                   colo_bytes* text);

/* Why the plan is as it is, as a text for people; all of it, or what concerns
 * the pipeline task of that name. */
COLO_API colo_status colo_explain(const colo_planner* planner, colo_view plan,
                                  colo_view task, colo_bytes* text);

/* Kinds of drawings. */
typedef int colo_drawing;
enum {
  /* Graphviz' language. */
  COLO_DRAWING_DOT = 0,
  COLO_DRAWING_SVG = 1,
  /* A page with the picture and tables. */
  COLO_DRAWING_HTML = 2
};

/* Draws the plan: Pods, tasks, and what waits for what. */
COLO_API colo_status colo_graph(const colo_planner* planner, colo_view plan,
                                colo_drawing drawing, colo_bytes* picture);

/* What a controller has to do next for the run of `plan`, and how the run
 * stands: *advance is a colocation.v1.Advance. `observation` is a
 * colocation.v1.Observation: the clock, the Pods as the API server has them
 * (fields of them that this library doesn't know are passed over), and the
 * status that the last call gave. Keeps nothing: may be called at any time, by
 * anybody, again. COLO_BAD_ARGUMENT where the plan does not hold together or
 * the observation has no time. */
COLO_API colo_status colo_advance(const colo_planner* planner, colo_view plan,
                                  colo_view observation, colo_bytes* advance);

/* Checks a plan independently of the planner that made it. COLO_OK: it holds,
 * and *report is empty. COLO_REFUSED: the Report says what is wrong. (A plan of
 * colo_plan has been checked already.) */
COLO_API colo_status colo_check(const colo_planner* planner, colo_view plan,
                                colo_bytes* report);

/* -- Simulating ----------------------------------------------------------- */

/* What would happen if the runs of `request`, a SimulationRequest, came to its
 * cluster: with a Pod for each task, as Tekton has it, and as their plans have
 * it. On COLO_OK *result is a SimulationResult. */
COLO_API colo_status colo_simulate(const colo_planner* planner,
                                   colo_view request, colo_bytes* result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* COLOCATION_H_ */
