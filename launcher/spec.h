// The messages of proto/colocation/v1/launch.proto as plain structs. The proto
// documents every field; this file only repeats names and types, because the
// launcher is not linked with protobuf. spec_agreement_test shows that the two
// agree, field by field.
//
// Each struct has a Fields() that lists its fields once, for reading as well as
// for writing (spec_json.h).
#ifndef COLOCATION_LAUNCHER_SPEC_H_
#define COLOCATION_LAUNCHER_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colocation::launcher {

// The version that this launcher obeys.
inline constexpr int32_t kSpecVersion = 1;

enum class ValueType { kUnspecified, kString, kArray, kObject };
enum class ContainerRole { kUnspecified, kStep, kSidecar };
enum class Outcome { kUnspecified, kSucceeded, kFailed, kSkipped };
enum class SkipReason {
  kUnspecified,
  kWhen,
  kParentSkipped,
  kStopping,
  kCancelled,
  kStopped,
  kMissingResults,
  kPipelineTimeout,
  kTasksTimeout,
  kFinallyTimeout,
  kEmptyMatrix,
};

enum class CredentialKind {
  kUnspecified,
  kBasicGit,
  kSshGit,
  kBasicDocker,
  kDockerConfigJson,
  kDockercfg,
};

struct ResultValue {
  std::string name;
  ValueType type = ValueType::kUnspecified;
  std::string value;
};

struct TaskEnd {
  Outcome outcome = Outcome::kUnspecified;
  SkipReason skip_reason = SkipReason::kUnspecified;
  std::string reason;
  int32_t attempts = 0;
  std::vector<ResultValue> results;
  int64_t start_unix_ns = 0;
  int64_t end_unix_ns = 0;
  std::string message;
};

struct DeclaredTaskEnd {
  std::string task;
  std::optional<TaskEnd> end;
};

struct DeclaredEnds {
  std::vector<DeclaredTaskEnd> ends;
};

struct StepEnd {
  int32_t attempt = 0;
  Outcome outcome = Outcome::kUnspecified;
  int32_t exit_code = 0;
  std::string reason;
  int64_t start_unix_ns = 0;
  int64_t end_unix_ns = 0;
  std::vector<ResultValue> results;
  bool continued = false;
  bool attempt_failed = false;
  std::string task_reason;
  std::string message;
};

struct UnitStart {
  int32_t attempt = 0;
  int64_t time_unix_ns = 0;
};

struct CleanUp {
  int32_t attempt = 0;
  std::string left;
};

struct SidecarState {
  int32_t attempt = 0;
  int64_t time_unix_ns = 0;
  int32_t exit_code = 0;
  std::string message;
};

struct When {
  std::string input;
  std::string op;
  std::vector<std::string> values;
  std::string cel;
};

struct DeclaredResult {
  std::string name;
  ValueType type = ValueType::kUnspecified;
  std::string value;
  bool local = false;
};

struct Parent {
  std::string task;
  bool resource = false;
};

struct ResultRef {
  std::string task;
  std::string result;
};

struct LaunchUnit {
  std::string name;
  std::vector<std::string> steps;
  std::vector<std::string> sidecars;
  std::vector<std::string> delayed_by;
};

struct LaunchTask {
  std::string name;
  bool finally = false;
  bool gate = false;
  std::vector<std::string> wait_for;
  std::vector<Parent> parents;
  std::vector<When> when;
  std::vector<ResultRef> result_refs;
  bool continue_on_error = false;
  int32_t retries = 0;
  int64_t timeout_ns = 0;
  bool matrixed = false;
  std::vector<DeclaredResult> results;
  std::vector<LaunchUnit> units;
  std::optional<TaskEnd> end;
};

struct LaunchEnvVar {
  std::string name;
  std::string value;
};

struct ExecCheck {
  std::vector<std::string> command;
};

struct HttpCheck {
  std::string host;
  int32_t port = 0;
  std::string path;
  std::vector<LaunchEnvVar> headers;
};

struct TcpCheck {
  std::string host;
  int32_t port = 0;
};

struct GrpcCheck {
  int32_t port = 0;
  std::string service;
};

// At most one of exec, http, tcp and grpc is set.
struct LaunchProbe {
  std::optional<ExecCheck> exec;
  std::optional<HttpCheck> http;
  std::optional<TcpCheck> tcp;
  std::optional<GrpcCheck> grpc;
  int64_t initial_delay_ns = 0;
  int64_t period_ns = 0;
  int64_t timeout_ns = 0;
  int32_t success_threshold = 0;
  int32_t failure_threshold = 0;
  int64_t termination_grace_ns = 0;
};

struct LaunchHook {
  std::optional<ExecCheck> exec;
  std::optional<HttpCheck> http;
  int64_t sleep_ns = 0;
};

// What the file of LaunchContainer.image_gate says where there will be no
// image.
inline constexpr std::string_view kNoImage = "none";

struct LaunchContainer {
  std::string name;
  ContainerRole role = ContainerRole::kUnspecified;
  std::string task;
  std::string unit;
  std::string step;
  std::string step_directory;
  bool late = false;
  std::vector<LaunchEnvVar> env;
  std::string working_dir;
  bool continue_on_error = false;
  int64_t timeout_ns = 0;
  std::vector<When> when;
  std::string stdout_path;
  std::string stderr_path;
  std::vector<DeclaredResult> results;
  std::string termination_message_path;
  std::optional<LaunchProbe> ready;
  std::optional<LaunchProbe> live;
  bool script = false;
  std::string image_gate;
  std::optional<LaunchProbe> startup;
  std::optional<LaunchHook> post_start;
  std::optional<LaunchHook> pre_stop;
  bool restart = false;
  std::vector<std::string> own_directories;
};

struct LaunchCredential {
  CredentialKind kind = CredentialKind::kUnspecified;
  std::string secret;
  std::string url;
};

struct LaunchSpec {
  int32_t version = 0;
  std::vector<LaunchTask> tasks;
  std::vector<LaunchContainer> containers;
  int64_t pipeline_timeout_ns = 0;
  int64_t tasks_timeout_ns = 0;
  int64_t finally_timeout_ns = 0;
  bool controlled = false;
  int64_t stop_grace_ns = 0;
  bool sidecars_not_awaited = false;
  std::vector<LaunchCredential> credentials;
  bool require_known_hosts = false;
};

struct Script {
  std::string container;
  std::string content;
};

struct InstallSpec {
  LaunchSpec launch;
  std::vector<Script> scripts;
  std::vector<std::string> directories;
};

template <typename Visitor>
void Fields(Visitor& v, ResultValue& m) {
  v("name", m.name);
  v("type", m.type);
  v("value", m.value);
}

template <typename Visitor>
void Fields(Visitor& v, TaskEnd& m) {
  v("outcome", m.outcome);
  v("skipReason", m.skip_reason);
  v("reason", m.reason);
  v("attempts", m.attempts);
  v("results", m.results);
  v("startUnixNs", m.start_unix_ns);
  v("endUnixNs", m.end_unix_ns);
  v("message", m.message);
}

template <typename Visitor>
void Fields(Visitor& v, StepEnd& m) {
  v("attempt", m.attempt);
  v("outcome", m.outcome);
  v("exitCode", m.exit_code);
  v("reason", m.reason);
  v("startUnixNs", m.start_unix_ns);
  v("endUnixNs", m.end_unix_ns);
  v("results", m.results);
  v("continued", m.continued);
  v("attemptFailed", m.attempt_failed);
  v("taskReason", m.task_reason);
  v("message", m.message);
}

template <typename Visitor>
void Fields(Visitor& v, DeclaredTaskEnd& m) {
  v("task", m.task);
  v("end", m.end);
}

template <typename Visitor>
void Fields(Visitor& v, DeclaredEnds& m) {
  v("ends", m.ends);
}

template <typename Visitor>
void Fields(Visitor& v, UnitStart& m) {
  v("attempt", m.attempt);
  v("timeUnixNs", m.time_unix_ns);
}

template <typename Visitor>
void Fields(Visitor& v, CleanUp& m) {
  v("attempt", m.attempt);
  v("left", m.left);
}

template <typename Visitor>
void Fields(Visitor& v, SidecarState& m) {
  v("attempt", m.attempt);
  v("timeUnixNs", m.time_unix_ns);
  v("exitCode", m.exit_code);
  v("message", m.message);
}

template <typename Visitor>
void Fields(Visitor& v, When& m) {
  v("input", m.input);
  v("operator", m.op);
  v("values", m.values);
  v("cel", m.cel);
}

template <typename Visitor>
void Fields(Visitor& v, DeclaredResult& m) {
  v("name", m.name);
  v("type", m.type);
  v("value", m.value);
  v("local", m.local);
}

template <typename Visitor>
void Fields(Visitor& v, Parent& m) {
  v("task", m.task);
  v("resource", m.resource);
}

template <typename Visitor>
void Fields(Visitor& v, ResultRef& m) {
  v("task", m.task);
  v("result", m.result);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchUnit& m) {
  v("name", m.name);
  v("steps", m.steps);
  v("sidecars", m.sidecars);
  v("delayedBy", m.delayed_by);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchTask& m) {
  v("name", m.name);
  v("finally", m.finally);
  v("gate", m.gate);
  v("waitFor", m.wait_for);
  v("parents", m.parents);
  v("when", m.when);
  v("resultRefs", m.result_refs);
  v("continueOnError", m.continue_on_error);
  v("retries", m.retries);
  v("timeoutNs", m.timeout_ns);
  v("matrixed", m.matrixed);
  v("results", m.results);
  v("units", m.units);
  v("end", m.end);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchEnvVar& m) {
  v("name", m.name);
  v("value", m.value);
}

template <typename Visitor>
void Fields(Visitor& v, ExecCheck& m) {
  v("command", m.command);
}

template <typename Visitor>
void Fields(Visitor& v, HttpCheck& m) {
  v("host", m.host);
  v("port", m.port);
  v("path", m.path);
  v("headers", m.headers);
}

template <typename Visitor>
void Fields(Visitor& v, TcpCheck& m) {
  v("host", m.host);
  v("port", m.port);
}

template <typename Visitor>
void Fields(Visitor& v, GrpcCheck& m) {
  v("port", m.port);
  v("service", m.service);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchProbe& m) {
  v("exec", m.exec);
  v("http", m.http);
  v("tcp", m.tcp);
  v("grpc", m.grpc);
  v("initialDelayNs", m.initial_delay_ns);
  v("periodNs", m.period_ns);
  v("timeoutNs", m.timeout_ns);
  v("successThreshold", m.success_threshold);
  v("failureThreshold", m.failure_threshold);
  v("terminationGraceNs", m.termination_grace_ns);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchHook& m) {
  v("exec", m.exec);
  v("http", m.http);
  v("sleepNs", m.sleep_ns);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchContainer& m) {
  v("name", m.name);
  v("role", m.role);
  v("task", m.task);
  v("unit", m.unit);
  v("step", m.step);
  v("stepDirectory", m.step_directory);
  v("late", m.late);
  v("env", m.env);
  v("workingDir", m.working_dir);
  v("continueOnError", m.continue_on_error);
  v("timeoutNs", m.timeout_ns);
  v("when", m.when);
  v("stdoutPath", m.stdout_path);
  v("stderrPath", m.stderr_path);
  v("results", m.results);
  v("terminationMessagePath", m.termination_message_path);
  v("ready", m.ready);
  v("live", m.live);
  v("script", m.script);
  v("imageGate", m.image_gate);
  v("startup", m.startup);
  v("postStart", m.post_start);
  v("preStop", m.pre_stop);
  v("restart", m.restart);
  v("ownDirectories", m.own_directories);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchCredential& m) {
  v("kind", m.kind);
  v("secret", m.secret);
  v("url", m.url);
}

template <typename Visitor>
void Fields(Visitor& v, LaunchSpec& m) {
  v("version", m.version);
  v("tasks", m.tasks);
  v("containers", m.containers);
  v("pipelineTimeoutNs", m.pipeline_timeout_ns);
  v("tasksTimeoutNs", m.tasks_timeout_ns);
  v("finallyTimeoutNs", m.finally_timeout_ns);
  v("controlled", m.controlled);
  v("stopGraceNs", m.stop_grace_ns);
  v("sidecarsNotAwaited", m.sidecars_not_awaited);
  v("credentials", m.credentials);
  v("requireKnownHosts", m.require_known_hosts);
}

template <typename Visitor>
void Fields(Visitor& v, Script& m) {
  v("container", m.container);
  v("content", m.content);
}

template <typename Visitor>
void Fields(Visitor& v, InstallSpec& m) {
  v("launch", m.launch);
  v("scripts", m.scripts);
  v("directories", m.directories);
}

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_SPEC_H_
