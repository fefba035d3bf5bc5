// The C interface: nothing but translation.
#include "capi/colocation.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/check/check.h"
#include "colocation/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/render/dot.h"
#include "colocation/render/explain.h"
#include "colocation/render/html.h"
#include "colocation/render/manifests.h"
#include "colocation/render/pod.h"
#include "colocation/render/svg.h"
#include "colocation/render/text.h"
#include "colocation/run/advance.h"
#include "colocation/simulate/simulate.h"
#include "colocation/version.h"

namespace v1 = colocation::v1;

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct colo_planner {
  colo_planner_options options;
};

struct colo_request {
  v1::PlanRequest message;
};

namespace {

// Whether memory in the order of what a call with so many bytes of input uses
// can be had. Abseil's hash tables and protobuf's fields don't survive an
// allocation that fails: unwinding through them frees what isn't theirs. So
// this is asked before, not found out then. The pages are not touched, which
// makes it cheap.
bool HaveMemoryFor(size_t input_bytes) {
  constexpr size_t kLeast = size_t{1} << 20;
  constexpr size_t kTimesInput = 16;
  if (input_bytes > (SIZE_MAX - kLeast) / kTimesInput) return false;
  // Volatile: else the compiler leaves both calls out.
  void* volatile memory = std::malloc(kLeast + kTimesInput * input_bytes);
  const bool have = memory != nullptr;
  std::free(memory);
  return have;
}

// The one guard: runs `call`, which is given so many bytes of input, and lets
// nothing but a status out.
template <typename Call>
colo_status Guarded(size_t input_bytes, Call call) noexcept {
  if (!HaveMemoryFor(input_bytes)) return COLO_NO_MEMORY;
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return COLO_NO_MEMORY;
  } catch (const std::exception&) {
    return COLO_INTERNAL;
  } catch (...) {
    return COLO_INTERNAL;
  }
}

bool IsFormat(colo_format format) {
  return format == COLO_FORMAT_PROTOBUF || format == COLO_FORMAT_JSON ||
         format == COLO_FORMAT_YAML;
}

bool IsView(colo_view view) { return view.data != nullptr || view.size == 0; }

absl::string_view TextOf(colo_view view) {
  return absl::string_view(view.data, view.size);
}

// Gives `text` with `status`.
colo_status Give(absl::string_view text, colo_bytes* bytes,
                 colo_status status = COLO_OK) {
  *bytes = {nullptr, 0};
  if (text.empty()) return status;
  char* copy = static_cast<char*>(std::malloc(text.size()));
  if (copy == nullptr) return COLO_NO_MEMORY;
  std::memcpy(copy, text.data(), text.size());
  *bytes = {copy, text.size()};
  return status;
}

std::string Write(colo_format format, const Message& message) {
  if (format == COLO_FORMAT_JSON) return colocation::ToJson(message);
  if (format == COLO_FORMAT_YAML) return colocation::ToYaml(message);
  std::string bytes;
  {
    // Once as much as is needed, rather than doubled again and again.
    bytes.reserve(message.ByteSizeLong());
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    message.SerializeWithCachedSizes(&coded);
  }
  return bytes;
}

v1::Report ReportOf(absl::string_view code, absl::string_view message) {
  v1::Report report;
  v1::Diagnostic* diagnostic = report.add_diagnostics();
  diagnostic->set_severity(v1::SEVERITY_ERROR);
  diagnostic->set_code(std::string(code));
  diagnostic->set_message(std::string(message));
  return report;
}

colo_status StatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return COLO_REFUSED;
    case absl::StatusCode::kNotFound:
      return COLO_NEEDS;
    case absl::StatusCode::kFailedPrecondition:
      return COLO_CANNOT_SHARE;
    case absl::StatusCode::kResourceExhausted:
      return COLO_LIMIT;
    default:
      return COLO_INTERNAL;
  }
}

// Gives what `status`, which is not OK, says.
colo_status GiveStatus(colo_format format, const absl::Status& status,
                       colo_bytes* bytes) {
  v1::Report report;
  if (auto diagnostics = colocation::DiagnosticsOf(status)) {
    report.mutable_diagnostics()->Swap(diagnostics->mutable_diagnostics());
  } else {
    report = ReportOf("internal", status.message());
  }
  v1::Needs needs = colocation::NeedsOf(status);
  report.mutable_needs()->Swap(needs.mutable_needs());
  return Give(Write(format, report), bytes, StatusOf(status.code()));
}

colo_status GiveBadArgument(colo_format format, absl::string_view message,
                            colo_bytes* bytes) {
  return Give(Write(format, ReportOf("bad-argument", message)), bytes,
              COLO_BAD_ARGUMENT);
}

// Reads `message`, written in `format`. What is wrong goes into *report,
// written in `answer`.
colo_status Read(colo_format format, colo_view bytes, absl::string_view name,
                 Message* message, colo_bytes* report, colo_format answer,
                 const colocation::DecodeOptions& options = {}) {
  if (!IsView(bytes)) return GiveBadArgument(answer, "a view of NULL", report);
  if (format == COLO_FORMAT_PROTOBUF) {
    // Else it complains of bad UTF-8 on standard error.
    const google::protobuf::LogSilencer quiet;
    if (bytes.size <= INT_MAX &&
        message->ParseFromArray(bytes.data, static_cast<int>(bytes.size))) {
      return COLO_OK;
    }
    return GiveBadArgument(
        answer,
        absl::StrCat("this is no ", message->GetDescriptor()->full_name()),
        report);
  }
  colocation::DiagnosticList diagnostics;
  colocation::DecodeMessage(name, TextOf(bytes), options, message,
                            &diagnostics);
  if (!diagnostics.has_errors()) return COLO_OK;
  v1::Diagnostics sorted = diagnostics.Sorted();
  v1::Report wrong;
  wrong.mutable_diagnostics()->Swap(sorted.mutable_diagnostics());
  return Give(Write(answer, wrong), report, COLO_BAD_ARGUMENT);
}

// Bytes of what was put into a request, without what is small.
size_t SizeOf(const colo_request& request) {
  size_t size = 0;
  for (const v1::Document& document : request.message.documents()) {
    size += document.content().size();
  }
  return size;
}

// Calls `make` with the plan that `bytes` is, and gives the text it returns.
template <typename Make>
colo_status FromPlan(const colo_planner* planner, colo_view bytes,
                     colo_bytes* out, Make make) noexcept {
  if (out == nullptr) return COLO_BAD_ARGUMENT;
  *out = {nullptr, 0};
  if (planner == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(bytes.size, [&]() -> colo_status {
    v1::ColocationPlan plan;
    const colo_format format = planner->options.format;
    colo_status status = Read(format, bytes, "plan", &plan, out, format);
    if (status != COLO_OK) return status;
    if (plan.version() != 1 && plan.version() != 2) {
      return GiveBadArgument(format,
                             absl::StrCat("plans of version ", plan.version(),
                                          " are not known here"),
                             out);
    }
    return make(format, plan);
  });
}

// Calls `answer` with the request that `bytes` is.
template <typename Answer>
colo_status FromRequest(const colo_planner* planner, colo_view bytes,
                        colo_bytes* out, Answer answer) noexcept {
  if (out == nullptr) return COLO_BAD_ARGUMENT;
  *out = {nullptr, 0};
  if (planner == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(bytes.size, [&]() -> colo_status {
    v1::PlanRequest request;
    const colo_format format = planner->options.format;
    const colo_status status =
        Read(format, bytes, "request", &request, out, format);
    return status == COLO_OK ? answer(request) : status;
  });
}

colo_status GivePlan(const colo_planner* planner,
                     const v1::PlanRequest& request, colo_bytes* out) {
  const colo_format format = planner->options.format;
  const absl::StatusOr<v1::ColocationPlan> plan = colocation::PlanRun(request);
  if (!plan.ok()) return GiveStatus(format, plan.status(), out);
  return Give(Write(format, *plan), out);
}

colo_status GiveValidation(const colo_planner* planner,
                           const v1::PlanRequest& request, colo_bytes* out) {
  const colo_format format = planner->options.format;
  absl::StatusOr<v1::Diagnostics> warnings =
      colocation::ValidateRequest(request);
  if (!warnings.ok()) return GiveStatus(format, warnings.status(), out);
  v1::Report report;
  report.mutable_diagnostics()->Swap(warnings->mutable_diagnostics());
  return Give(Write(format, report), out);
}

// An empty message of the type that the .proto files call `name`; null where
// there is none.
std::unique_ptr<Message> NewMessage(absl::string_view name) {
  const google::protobuf::Descriptor* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          absl::StrCat("colocation.v1.", name));
  if (type == nullptr) return nullptr;
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(type)
          ->New());
}

// The value of `type` that `text` names: in full, or without the prefix that
// all share (POLICY_, API_FIELDS_).
const EnumValueDescriptor* EnumValue(
    const google::protobuf::EnumDescriptor& type, absl::string_view text) {
  const std::string upper = absl::AsciiStrToUpper(text);
  const std::string& unspecified = type.value(0)->name();
  const std::string prefix =
      unspecified.substr(0, unspecified.rfind("UNSPECIFIED"));
  const EnumValueDescriptor* found = type.FindValueByName(upper);
  return found != nullptr ? found : type.FindValueByName(prefix + upper);
}

bool SetOption(absl::string_view name, absl::string_view value,
               v1::PlanOptions* options) {
  const FieldDescriptor* field =
      options->GetDescriptor()->FindFieldByName(std::string(name));
  if (field == nullptr || field->is_repeated()) return false;
  const auto* reflection = options->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(options, field, std::string(value));
      return true;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(options, field, value == "true");
      return value == "true" || value == "false";
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number = 0;
      if (!absl::SimpleAtoi(value, &number)) return false;
      reflection->SetInt32(options, field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* known = EnumValue(*field->enum_type(), value);
      if (known == nullptr) return false;
      reflection->SetEnum(options, field, known);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

int colo_abi_version(void) { return COLO_ABI_VERSION; }

const char* colo_version(void) { return colocation::kVersion; }

const char* colo_status_name(colo_status status) {
  switch (status) {
    case COLO_OK:
      return "COLO_OK";
    case COLO_REFUSED:
      return "COLO_REFUSED";
    case COLO_NEEDS:
      return "COLO_NEEDS";
    case COLO_CANNOT_SHARE:
      return "COLO_CANNOT_SHARE";
    case COLO_LIMIT:
      return "COLO_LIMIT";
    case COLO_BAD_ARGUMENT:
      return "COLO_BAD_ARGUMENT";
    case COLO_NO_MEMORY:
      return "COLO_NO_MEMORY";
    case COLO_INTERNAL:
      return "COLO_INTERNAL";
    default:
      return "unknown";
  }
}

colo_view colo_text(const char* text) {
  return {text, text == nullptr ? 0 : std::strlen(text)};
}

void colo_bytes_free(colo_bytes* bytes) {
  if (bytes == nullptr) return;
  std::free(bytes->data);
  *bytes = {nullptr, 0};
}

colo_status colo_convert(colo_view type, colo_format from, colo_view message,
                         colo_format to, colo_bytes* converted) {
  if (converted == nullptr) return COLO_BAD_ARGUMENT;
  *converted = {nullptr, 0};
  if (!IsView(type) || !IsFormat(from) || !IsFormat(to)) {
    return COLO_BAD_ARGUMENT;
  }
  return Guarded(message.size, [&]() -> colo_status {
    const std::unique_ptr<Message> read = NewMessage(TextOf(type));
    if (read == nullptr) {
      return GiveBadArgument(
          to, absl::StrCat("there is no message \"", TextOf(type), "\""),
          converted);
    }
    colocation::DecodeOptions options;
    options.allow_unknown_fields = true;
    const colo_status status =
        Read(from, message, "message", read.get(), converted, to, options);
    return status == COLO_OK ? Give(Write(to, *read), converted) : status;
  });
}

colo_status colo_planner_new(const colo_planner_options* options,
                             colo_planner** planner) {
  if (planner == nullptr) return COLO_BAD_ARGUMENT;
  *planner = nullptr;
  colo_planner_options known = COLO_PLANNER_OPTIONS_INIT;
  if (options != nullptr) {
    const size_t size = options->struct_size;
    if (size < sizeof(size_t)) return COLO_BAD_ARGUMENT;
    std::memcpy(&known, options, std::min(size, sizeof known));
    const char* bytes = reinterpret_cast<const char*>(options);
    for (size_t i = sizeof known; i < size; ++i) {
      if (bytes[i] != 0) return COLO_BAD_ARGUMENT;
    }
  }
  if (!IsFormat(known.format)) return COLO_BAD_ARGUMENT;
  return Guarded(0, [&]() -> colo_status {
    *planner = new colo_planner{known};
    return COLO_OK;
  });
}

void colo_planner_free(colo_planner* planner) { delete planner; }

colo_status colo_request_new(colo_request** request) {
  if (request == nullptr) return COLO_BAD_ARGUMENT;
  *request = nullptr;
  return Guarded(0, [&]() -> colo_status {
    *request = new colo_request;
    return COLO_OK;
  });
}

void colo_request_free(colo_request* request) { delete request; }

colo_status colo_request_add_document(colo_request* request, colo_view name,
                                      colo_view content) {
  if (request == nullptr || !IsView(name) || !IsView(content)) {
    return COLO_BAD_ARGUMENT;
  }
  return Guarded(content.size, [&]() -> colo_status {
    v1::Document document;
    document.set_name(std::string(TextOf(name)));
    document.set_content(std::string(TextOf(content)));
    request->message.add_documents()->Swap(&document);
    return COLO_OK;
  });
}

colo_status colo_request_add_param(colo_request* request, colo_view name,
                                   colo_view value) {
  if (request == nullptr || !IsView(name) || !IsView(value)) {
    return COLO_BAD_ARGUMENT;
  }
  return Guarded(value.size, [&]() -> colo_status {
    v1::Param param;
    param.set_name(std::string(TextOf(name)));
    param.mutable_value()->set_string_value(std::string(TextOf(value)));
    request->message.mutable_options()->add_params()->Swap(&param);
    return COLO_OK;
  });
}

colo_status colo_request_set_option(colo_request* request, colo_view name,
                                    colo_view value) {
  if (request == nullptr || !IsView(name) || !IsView(value)) {
    return COLO_BAD_ARGUMENT;
  }
  return Guarded(value.size, [&]() -> colo_status {
    v1::PlanOptions options = request->message.options();
    if (!SetOption(TextOf(name), TextOf(value), &options)) {
      return COLO_BAD_ARGUMENT;
    }
    request->message.mutable_options()->Swap(&options);
    return COLO_OK;
  });
}

colo_status colo_request_merge(colo_request* request, colo_format format,
                               colo_view message, colo_bytes* report) {
  colo_bytes ignored = {nullptr, 0};
  colo_bytes* out = report != nullptr ? report : &ignored;
  *out = {nullptr, 0};
  if (request == nullptr || !IsFormat(format)) return COLO_BAD_ARGUMENT;
  const colo_status status = Guarded(message.size, [&]() -> colo_status {
    v1::PlanRequest read;
    const colo_status status =
        Read(format, message, "request", &read, out, format);
    if (status == COLO_OK) request->message.MergeFrom(read);
    return status;
  });
  colo_bytes_free(&ignored);
  return status;
}

colo_status colo_plan(const colo_planner* planner, colo_view request,
                      colo_bytes* plan) {
  return FromRequest(planner, request, plan, [&](const v1::PlanRequest& read) {
    return GivePlan(planner, read, plan);
  });
}

colo_status colo_request_plan(const colo_planner* planner,
                              const colo_request* request, colo_bytes* plan) {
  if (plan == nullptr) return COLO_BAD_ARGUMENT;
  *plan = {nullptr, 0};
  if (planner == nullptr || request == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(SizeOf(*request), [&]() -> colo_status {
    return GivePlan(planner, request->message, plan);
  });
}

colo_status colo_validate(const colo_planner* planner, colo_view request,
                          colo_bytes* report) {
  return FromRequest(planner, request, report,
                     [&](const v1::PlanRequest& read) {
                       return GiveValidation(planner, read, report);
                     });
}

colo_status colo_request_validate(const colo_planner* planner,
                                  const colo_request* request,
                                  colo_bytes* report) {
  if (report == nullptr) return COLO_BAD_ARGUMENT;
  *report = {nullptr, 0};
  if (planner == nullptr || request == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(SizeOf(*request), [&] {
    return GiveValidation(planner, request->message, report);
  });
}

colo_status colo_report_text(const colo_planner* planner, colo_view report,
                             colo_bytes* text) {
  if (text == nullptr) return COLO_BAD_ARGUMENT;
  *text = {nullptr, 0};
  if (planner == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(report.size, [&]() -> colo_status {
    v1::Report read;
    const colo_format format = planner->options.format;
    const colo_status status =
        Read(format, report, "report", &read, text, format);
    if (status != COLO_OK) return status;
    std::string lines;
    for (const v1::Diagnostic& diagnostic : read.diagnostics()) {
      absl::StrAppend(&lines, colocation::ToDisplayString(diagnostic));
    }
    return Give(lines, text);
  });
}

colo_status colo_render(const colo_planner* planner, colo_view plan,
                        colo_view pod, colo_bytes* manifests) {
  return FromPlan(
      planner, plan, manifests,
      [&](colo_format format, const v1::ColocationPlan& read) {
        if (!IsView(pod)) {
          return GiveBadArgument(format, "a view of NULL", manifests);
        }
        if (pod.size == 0) {
          const v1::Manifests all = colocation::RenderManifests(read);
          if (format == COLO_FORMAT_YAML) {
            return Give(colocation::ManifestsYaml(all), manifests);
          }
          if (format == COLO_FORMAT_JSON) {
            return Give(colocation::ManifestsJson(all), manifests);
          }
          return Give(Write(format, all), manifests);
        }
        for (const v1::PlannedPod& planned : read.pods()) {
          if (planned.name() == TextOf(pod)) {
            return Give(Write(format, colocation::RenderPod(read, planned)),
                        manifests);
          }
        }
        return GiveBadArgument(
            format,
            absl::StrCat("the plan has no Pod named \"", TextOf(pod), "\""),
            manifests);
      });
}

colo_status colo_describe(const colo_planner* planner, colo_view plan,
                          colo_bytes* text) {
  return FromPlan(planner, plan, text,
                  [&](colo_format, const v1::ColocationPlan& read) {
                    return Give(colocation::PlanText(read), text);
                  });
}

colo_status colo_explain(const colo_planner* planner, colo_view plan,
                         colo_view task, colo_bytes* text) {
  return FromPlan(
      planner, plan, text,
      [&](colo_format format, const v1::ColocationPlan& read) {
        if (!IsView(task)) {
          return GiveBadArgument(format, "a view of NULL", text);
        }
        const bool known = task.size == 0 ||
                           std::any_of(read.tasks().begin(), read.tasks().end(),
                                       [&](const v1::PlannedTask& planned) {
                                         return planned.name() == TextOf(task);
                                       });
        if (!known) {
          return GiveBadArgument(
              format,
              absl::StrCat("the plan has no task named \"", TextOf(task), "\""),
              text);
        }
        return Give(colocation::ExplainText(read, TextOf(task)), text);
      });
}

colo_status colo_graph(const colo_planner* planner, colo_view plan,
                       colo_drawing drawing, colo_bytes* picture) {
  return FromPlan(planner, plan, picture,
                  [&](colo_format format, const v1::ColocationPlan& read) {
                    if (drawing == COLO_DRAWING_DOT) {
                      return Give(colocation::ToDot(read), picture);
                    }
                    if (drawing == COLO_DRAWING_SVG) {
                      return Give(colocation::ToSvg(read), picture);
                    }
                    if (drawing == COLO_DRAWING_HTML) {
                      return Give(colocation::ToHtml(read), picture);
                    }
                    return GiveBadArgument(format, "no such drawing", picture);
                  });
}

colo_status colo_check(const colo_planner* planner, colo_view plan,
                       colo_bytes* report) {
  return FromPlan(
      planner, plan, report,
      [&](colo_format format, const v1::ColocationPlan& read) {
        v1::Diagnostics faults = colocation::CheckPlan(read);
        if (faults.diagnostics().empty()) return Give("", report);
        v1::Report wrong;
        wrong.mutable_diagnostics()->Swap(faults.mutable_diagnostics());
        return Give(Write(format, wrong), report, COLO_REFUSED);
      });
}

colo_status colo_advance(const colo_planner* planner, colo_view plan,
                         colo_view observation, colo_bytes* advance) {
  return FromPlan(
      planner, plan, advance,
      [&](colo_format format, const v1::ColocationPlan& read) -> colo_status {
        if (!HaveMemoryFor(observation.size)) return COLO_NO_MEMORY;
        v1::Observation observed;
        // Pods are as the API server has them, which may be newer than we are.
        colocation::DecodeOptions options;
        options.allow_unknown_fields = true;
        const colo_status status = Read(format, observation, "observation",
                                        &observed, advance, format, options);
        if (status != COLO_OK) return status;
        const absl::StatusOr<v1::Advance> next =
            colocation::AdvanceRun(read, observed);
        if (!next.ok()) {
          return GiveBadArgument(format, next.status().message(), advance);
        }
        return Give(Write(format, *next), advance);
      });
}

colo_status colo_simulate(const colo_planner* planner, colo_view request,
                          colo_bytes* result) {
  if (result == nullptr) return COLO_BAD_ARGUMENT;
  *result = {nullptr, 0};
  if (planner == nullptr) return COLO_BAD_ARGUMENT;
  return Guarded(request.size, [&]() -> colo_status {
    v1::SimulationRequest read;
    const colo_format format = planner->options.format;
    const colo_status status =
        Read(format, request, "simulation", &read, result, format);
    if (status != COLO_OK) return status;
    const absl::StatusOr<v1::SimulationResult> simulated =
        colocation::Simulate(read);
    if (!simulated.ok()) return GiveStatus(format, simulated.status(), result);
    return Give(Write(format, *simulated), result);
  });
}
