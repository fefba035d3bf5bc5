/* What happens when there is no memory.
 *
 * This program's malloc grants a number of bytes and no more. For many such
 * numbers, from none to more than enough, each in a process of its own, calls
 * have to succeed or to say COLO_NO_MEMORY, and the library has to be as good
 * as new when there is memory again. */
#include <colocation.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc's own, under the names that it keeps for this. */
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* memory, size_t size);
extern void __libc_free(void* memory);

/* Bytes that are in use beyond those at the start, the most there have been,
 * and how many there may be; negative: any number. */
static long used = 0;
static long most = 0;
static long granted = -1;

static int refused(size_t size) {
  if (granted < 0 || (size <= LONG_MAX / 2 && used + (long)size <= granted)) {
    return 0;
  }
  errno = ENOMEM;
  return 1;
}

static void* counted(void* memory) {
  used += (long)malloc_usable_size(memory);
  if (used > most) most = used;
  return memory;
}

void* malloc(size_t size) {
  return refused(size) ? NULL : counted(__libc_malloc(size));
}

void* calloc(size_t count, size_t size) {
  return refused(count * size) ? NULL : counted(__libc_calloc(count, size));
}

void* realloc(void* memory, size_t size) {
  const size_t before = malloc_usable_size(memory);
  if (size > before && refused(size - before)) return NULL;
  used -= (long)before;
  return counted(__libc_realloc(memory, size));
}

void free(void* memory) {
  used -= (long)malloc_usable_size(memory);
  __libc_free(memory);
}

static const char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: p}\n"
    "spec:\n"
    "  workspaces: [{name: w}]\n"
    "  tasks:\n"
    "  - name: a\n"
    "    workspaces: [{name: w}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: w}]\n"
    "      steps: [{name: s, image: i, script: ls}]\n"
    "  - name: b\n"
    "    runAfter: [a]\n"
    "    workspaces: [{name: w}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: w}]\n"
    "      steps: [{name: s, image: i, script: ls}]\n";

static colo_view view_of(const colo_bytes* bytes) {
  colo_view view;
  view.data = bytes->data;
  view.size = bytes->size;
  return view;
}

/* Plans, renders and explains; the first status that isn't COLO_OK. */
static colo_status use(colo_format format, const char* text) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  colo_planner* planner = NULL;
  colo_request* request = NULL;
  colo_bytes plan = {NULL, 0};
  colo_bytes out = {NULL, 0};
  colo_status status;
  options.format = format;
  status = colo_planner_new(&options, &planner);
  if (status == COLO_OK) status = colo_request_new(&request);
  if (status == COLO_OK) {
    status = colo_request_add_document(request, colo_text("p.yaml"),
                                       colo_text(text));
  }
  if (status == COLO_OK) status = colo_request_plan(planner, request, &plan);
  if (status == COLO_OK) {
    status = colo_render(planner, view_of(&plan), colo_text(""), &out);
    colo_bytes_free(&out);
  }
  if (status == COLO_OK) {
    status = colo_explain(planner, view_of(&plan), colo_text(""), &out);
    colo_bytes_free(&out);
  }
  colo_bytes_free(&plan);
  colo_request_free(request);
  colo_planner_free(planner);
  return status;
}

static int failures = 0;

/* Bytes that a call sees are there before it begins (HaveMemoryFor). */
enum { kReserve = 1 << 20, kSteps = 400 };

static void no_memory(const char* name, colo_format format, const char* text,
                      colo_status otherwise) {
  long need, step, refusals = 0, successes = 0;
  /* The first call sets up what is set up once. */
  if (use(format, text) != otherwise) {
    fprintf(stderr, "%s: not %s\n", name, colo_status_name(otherwise));
    ++failures;
    return;
  }
  used = most = 0;
  use(format, text);
  if (used != 0) {
    fprintf(stderr, "%s: %ld bytes are left\n", name, used);
    ++failures;
  }
  need = most;
  for (step = 0; step <= kSteps; ++step) {
    int how = 0;
    pid_t child;
    /* Half of the steps where every byte is needed, the others where only the
     * reserve may be missing. */
    const long grant = step < kSteps / 2
                           ? 2 * need * step / kSteps
                           : need + 2 * kReserve * (step - kSteps / 2) / kSteps;
    fflush(stdout);
    child = fork();
    if (child == 0) {
      colo_status status;
      used = 0;
      granted = grant;
      status = use(format, text);
      granted = -1;
      if (status != otherwise && status != COLO_NO_MEMORY) _exit(10 + status);
      if (use(format, text) != otherwise) _exit(100);
      _exit(status == COLO_NO_MEMORY ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &how, 0) != child) abort();
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
      ++successes;
    } else if (WIFEXITED(how) && WEXITSTATUS(how) == 1) {
      ++refusals;
    } else {
      fprintf(stderr, "%s, %ld bytes of %ld: %s %d\n", name, grant, need,
              WIFSIGNALED(how) ? "signal" : "exit",
              WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
      ++failures;
    }
  }
  printf("%s needs %ld bytes; %ld times refused, %ld times done\n", name, need,
         refusals, successes);
  /* Both were seen, and it is a call for which the reserve is enough. */
  if (refusals == 0 || successes == 0 || need > 2 * kReserve) ++failures;
}

int main(void) {
  no_memory("a plan", COLO_FORMAT_PROTOBUF, kPipeline, COLO_OK);
  no_memory("a plan in JSON", COLO_FORMAT_JSON, kPipeline, COLO_OK);
  no_memory("a refusal", COLO_FORMAT_JSON, "kind: Pipeline", COLO_REFUSED);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
