#include "colocation/validate/pipeline_texts.h"

#include <algorithm>

namespace colocation {
namespace {

void ForEachText(const v1::EnvVar& env, const FieldPath& path,
                 TextVisitor visit) {
  visit(env.value(), path.Field("value"));
  if (!env.has_value_from()) return;
  const FieldPath from = path.Field("valueFrom");
  if (env.value_from().has_secret_key_ref()) {
    const FieldPath ref = from.Field("secretKeyRef");
    visit(env.value_from().secret_key_ref().key(), ref.Field("key"));
    visit(env.value_from().secret_key_ref().name(), ref.Field("name"));
  }
  if (env.value_from().has_config_map_key_ref()) {
    const FieldPath ref = from.Field("configMapKeyRef");
    visit(env.value_from().config_map_key_ref().key(), ref.Field("key"));
    visit(env.value_from().config_map_key_ref().name(), ref.Field("name"));
  }
}

template <typename Texts>
void ForEachItem(const Texts& texts, const FieldPath& path, TextVisitor visit) {
  for (int i = 0; i < texts.size(); ++i) visit(texts[i], path.Index(i));
}

// Of a step or sidecar.
template <typename Container>
void ForEachContainerText(const Container& container, const FieldPath& path,
                          TextVisitor visit) {
  visit(container.name(), path.Field("name"));
  visit(container.image(), path.Field("image"));
  visit(container.image_pull_policy(), path.Field("imagePullPolicy"));
  visit(container.script(), path.Field("script"));
  visit(container.working_dir(), path.Field("workingDir"));
  ForEachItem(container.command(), path.Field("command"), visit);
  ForEachItem(container.args(), path.Field("args"), visit);
  const FieldPath env = path.Field("env");
  for (int i = 0; i < container.env_size(); ++i) {
    ForEachText(container.env(i), env.Index(i), visit);
  }
}

bool SetsEnv(const v1::Step& step, const v1::EnvVar& env) {
  return std::any_of(step.env().begin(), step.env().end(),
                     [&](const v1::EnvVar& own) {
                       return own.name() == env.name() &&
                              (!own.value().empty() || own.has_value_from());
                     });
}

// What the template gives to some step that lacks it. A step that refers to a
// StepAction gets nothing.
void ForEachTemplateText(const v1::TaskSpec& spec, const FieldPath& path,
                         TextVisitor visit) {
  const v1::StepTemplate& given = spec.step_template();
  const auto lacking = [&](auto lacks) {
    return std::any_of(
        spec.steps().begin(), spec.steps().end(),
        [&](const v1::Step& step) { return !step.has_ref() && lacks(step); });
  };
  if (lacking([](const v1::Step& step) { return step.image().empty(); })) {
    visit(given.image(), path.Field("image"));
  }
  if (lacking(
          [](const v1::Step& s) { return s.image_pull_policy().empty(); })) {
    visit(given.image_pull_policy(), path.Field("imagePullPolicy"));
  }
  if (lacking([](const v1::Step& s) { return s.working_dir().empty(); })) {
    visit(given.working_dir(), path.Field("workingDir"));
  }
  if (lacking([](const v1::Step& step) { return step.command().empty(); })) {
    ForEachItem(given.command(), path.Field("command"), visit);
  }
  if (lacking([](const v1::Step& step) { return step.args().empty(); })) {
    ForEachItem(given.args(), path.Field("args"), visit);
  }
  const FieldPath env = path.Field("env");
  for (int i = 0; i < given.env_size(); ++i) {
    if (lacking([&](const v1::Step& s) { return !SetsEnv(s, given.env(i)); })) {
      ForEachText(given.env(i), env.Index(i), visit);
    }
  }
}

}  // namespace

void ForEachText(const v1::ParamValue& value, const FieldPath& path,
                 TextVisitor visit) {
  switch (value.value_case()) {
    case v1::ParamValue::kStringValue:
      visit(value.string_value(), path);
      break;
    case v1::ParamValue::kArrayValue:
      ForEachItem(value.array_value().items(), path, visit);
      break;
    case v1::ParamValue::kObjectValue:
      for (const auto& [key, text] : value.object_value().entries()) {
        visit(text, path.Field(key));
      }
      break;
    case v1::ParamValue::VALUE_NOT_SET:
      break;
  }
}

void ForEachText(const v1::WhenExpression& when, const FieldPath& path,
                 TextVisitor visit) {
  visit(when.input(), path.Field("input"));
  visit(when.cel(), path.Field("cel"));
  ForEachItem(when.values(), path.Field("values"), visit);
}

namespace {

void ForEachParamText(
    const google::protobuf::RepeatedPtrField<v1::Param>& params,
    const FieldPath& path, TextVisitor visit) {
  for (int i = 0; i < params.size(); ++i) {
    const FieldPath param = path.Index(i);
    ForEachText(params[i].value(), param.Field("value"), visit);
  }
}

}  // namespace

void ForEachParamText(const v1::PipelineTask& task, const FieldPath& path,
                      TextVisitor visit) {
  ForEachParamText(task.params(), path.Field("params"), visit);
  if (!task.has_matrix()) return;
  const FieldPath matrix = path.Field("matrix");
  ForEachParamText(task.matrix().params(), matrix.Field("params"), visit);
  const FieldPath includes = matrix.Field("include");
  for (int i = 0; i < task.matrix().include_size(); ++i) {
    const FieldPath include = includes.Index(i);
    ForEachParamText(task.matrix().include(i).params(), include.Field("params"),
                     visit);
  }
}

void ForEachEmbeddedText(const v1::TaskSpec& spec, bool merged,
                         const FieldPath& path, TextVisitor visit) {
  const FieldPath steps = path.Field("steps");
  for (int i = 0; i < spec.steps_size(); ++i) {
    ForEachContainerText(spec.steps(i), steps.Index(i), visit);
  }
  if (merged && spec.has_step_template()) {
    ForEachTemplateText(spec, path.Field("stepTemplate"), visit);
  }
  const FieldPath sidecars = path.Field("sidecars");
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    ForEachContainerText(spec.sidecars(i), sidecars.Index(i), visit);
  }
}

}  // namespace colocation
