#include "colocation/decode/convert.h"

#include <string>

#include "colocation/v1/tekton.pb.h"

namespace colocation {
namespace {

// The fields that containers of a Task had once.
template <typename Container>
void ClearOldContainerFields(Container* container) {
  container->clear_ports();
  container->clear_liveness_probe();
  container->clear_readiness_probe();
  container->clear_startup_probe();
  container->clear_lifecycle();
  container->clear_termination_message_path();
  container->clear_termination_message_policy();
  container->clear_stdin();
  container->clear_stdin_once();
  container->clear_tty();
}

void ConvertTaskSpec(v1::TaskSpec* spec) {
  for (v1::Step& step : *spec->mutable_steps()) ClearOldContainerFields(&step);
  if (spec->has_step_template()) {
    ClearOldContainerFields(spec->mutable_step_template());
    spec->mutable_step_template()->clear_name();
  }
}

void ConvertPipelineSpec(v1::PipelineSpec* spec);

void ConvertPipelineTask(v1::PipelineTask* task) {
  if (task->has_task_spec() && task->task_spec().has_task_spec()) {
    ConvertTaskSpec(task->mutable_task_spec()->mutable_task_spec());
  }
  if (task->has_pipeline_spec())
    ConvertPipelineSpec(task->mutable_pipeline_spec());
}

void ConvertPipelineSpec(v1::PipelineSpec* spec) {
  for (v1::PipelineTask& task : *spec->mutable_tasks())
    ConvertPipelineTask(&task);
  for (v1::PipelineTask& task : *spec->mutable_finally())
    ConvertPipelineTask(&task);
}

void ConvertPipelineRunSpec(v1::PipelineRunSpec* spec) {
  if (spec->has_pipeline_spec())
    ConvertPipelineSpec(spec->mutable_pipeline_spec());
  if (!spec->service_account_name().empty()) {
    spec->mutable_task_run_template()->set_service_account_name(
        spec->service_account_name());
    spec->clear_service_account_name();
  }
  if (spec->has_pod_template()) {
    *spec->mutable_task_run_template()->mutable_pod_template() =
        spec->pod_template();
    spec->clear_pod_template();
  }
  // Both at once is for validation to refuse.
  if (spec->has_timeout() && !spec->has_timeouts()) {
    spec->mutable_timeouts()->set_pipeline(spec->timeout());
    spec->clear_timeout();
  }
}

}  // namespace

void ConvertToV1(google::protobuf::Message* object) {
  const std::string& type = object->GetDescriptor()->name();
  if (type == "Pipeline") {
    auto* pipeline = static_cast<v1::Pipeline*>(object);
    if (pipeline->has_spec()) ConvertPipelineSpec(pipeline->mutable_spec());
    pipeline->set_converted_from(pipeline->api_version());
    pipeline->set_api_version("tekton.dev/v1");
  } else if (type == "Task") {
    auto* task = static_cast<v1::Task*>(object);
    if (task->has_spec()) ConvertTaskSpec(task->mutable_spec());
    task->set_converted_from(task->api_version());
    task->set_api_version("tekton.dev/v1");
  } else if (type == "PipelineRun") {
    auto* run = static_cast<v1::PipelineRun*>(object);
    if (run->has_spec()) ConvertPipelineRunSpec(run->mutable_spec());
    run->set_converted_from(run->api_version());
    run->set_api_version("tekton.dev/v1");
  } else if (type == "TaskRun") {
    auto* run = static_cast<v1::TaskRun*>(object);
    if (run->has_spec() && run->spec().has_task_spec()) {
      ConvertTaskSpec(run->mutable_spec()->mutable_task_spec());
    }
    run->set_converted_from(run->api_version());
    run->set_api_version("tekton.dev/v1");
  }
}

}  // namespace colocation
