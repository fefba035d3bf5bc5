#include "colocation/resolve/texts.h"

#include <algorithm>
#include <vector>

#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

// Calls `found` where there is something to find.
class Visitor {
 public:
  Visitor(TextFields fields, TextFunction found)
      : fields_(fields), found_(found) {}

  bool Wants(TextFields field) const { return (fields_ & field) != 0; }

  void Text(const std::string& text, const FieldPath& at) const {
    if (MayHoldReference(text)) found_(text, at);
  }

  template <typename Strings>
  void List(const Strings& texts, const FieldPath& at) const {
    for (int i = 0; i < texts.size(); ++i) Text(texts[i], at.Index(i));
  }

  // A Secret's or ConfigMap's name and key.
  template <typename Selector>
  void KeyOf(const Selector& selector, const FieldPath& at) const {
    Text(selector.name(), at.Field("name"));
    Text(selector.key(), at.Field("key"));
  }

  void Env(const v1::EnvVar& env, const FieldPath& at) const {
    if (Wants(kEnvText)) Text(env.value(), at.Field("value"));
    if (!Wants(kEnvSourceText) || !env.has_value_from()) return;
    const v1::EnvVarSource& source = env.value_from();
    const FieldPath from = at.Field("valueFrom");
    if (source.has_secret_key_ref()) {
      KeyOf(source.secret_key_ref(), from.Field("secretKeyRef"));
    }
    if (source.has_config_map_key_ref()) {
      KeyOf(source.config_map_key_ref(), from.Field("configMapKeyRef"));
    }
  }

  template <typename Container>
  void ContainerTexts(const Container& c, const FieldPath& at) const {
    if (Wants(kImageText)) Text(c.image(), at.Field("image"));
    if (Wants(kPullPolicyText)) {
      Text(c.image_pull_policy(), at.Field("imagePullPolicy"));
    }
    if (Wants(kWorkingDirText)) Text(c.working_dir(), at.Field("workingDir"));
    if (Wants(kCommandText)) {
      List(c.command(), at.Field("command"));
      List(c.args(), at.Field("args"));
    }
    if (Wants(kEnvText | kEnvSourceText)) {
      const FieldPath env = at.Field("env");
      for (int i = 0; i < c.env_size(); ++i) Env(c.env(i), env.Index(i));
    }
    if (Wants(kEnvFromText)) {
      const FieldPath list = at.Field("envFrom");
      for (int i = 0; i < c.env_from_size(); ++i) {
        const v1::EnvFromSource& from = c.env_from(i);
        const FieldPath element = list.Index(i);
        Text(from.prefix(), element.Field("prefix"));
        Text(from.config_map_ref().name(), element.Field("configMapRef"));
        Text(from.secret_ref().name(), element.Field("secretRef"));
      }
    }
    if (Wants(kMountText)) {
      const FieldPath list = at.Field("volumeMounts");
      for (int i = 0; i < c.volume_mounts_size(); ++i) {
        const v1::VolumeMount& mount = c.volume_mounts(i);
        const FieldPath element = list.Index(i);
        Text(mount.name(), element.Field("name"));
        Text(mount.mount_path(), element.Field("mountPath"));
        Text(mount.sub_path(), element.Field("subPath"));
      }
    }
  }

  template <typename Items>
  void KeysToPaths(const Items& items, const FieldPath& at) const {
    for (int i = 0; i < items.size(); ++i) {
      const FieldPath element = at.Index(i);
      Text(items[i].key(), element.Field("key"));
      Text(items[i].path(), element.Field("path"));
    }
  }

 private:
  TextFields fields_;
  TextFunction found_;
};

}  // namespace

void ForEachStepText(const v1::TaskSpec& spec, TextFields fields,
                     const FieldPath& at, TextFunction found) {
  const Visitor visitor(fields, found);
  const FieldPath list = at.Field("steps");
  for (int i = 0; i < spec.steps_size(); ++i) {
    const v1::Step& step = spec.steps(i);
    const FieldPath element = list.Index(i);
    if (visitor.Wants(kNameText)) {
      visitor.Text(step.name(), element.Field("name"));
    }
    if (visitor.Wants(kScriptText)) {
      visitor.Text(step.script(), element.Field("script"));
    }
    if (visitor.Wants(kOnErrorText)) {
      visitor.Text(step.on_error(), element.Field("onError"));
    }
    visitor.ContainerTexts(step, element);
    if (!visitor.Wants(kParamText)) continue;
    const FieldPath params = element.Field("params");
    for (int j = 0; j < step.params_size(); ++j) {
      const FieldPath param = params.Index(j);
      ForEachValueText(step.params(j).value(), param.Field("value"), found);
    }
  }
}

void ForEachSidecarText(const v1::TaskSpec& spec, TextFields fields,
                        const FieldPath& at, TextFunction found) {
  const Visitor visitor(fields, found);
  const FieldPath list = at.Field("sidecars");
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    const v1::Sidecar& sidecar = spec.sidecars(i);
    const FieldPath element = list.Index(i);
    if (visitor.Wants(kNameText)) {
      visitor.Text(sidecar.name(), element.Field("name"));
    }
    if (visitor.Wants(kScriptText)) {
      visitor.Text(sidecar.script(), element.Field("script"));
    }
    visitor.ContainerTexts(sidecar, element);
  }
}

void ForEachStepTemplateText(const v1::TaskSpec& spec, TextFields fields,
                             const FieldPath& at, TextFunction found) {
  if (!spec.has_step_template()) return;
  Visitor(fields, found)
      .ContainerTexts(spec.step_template(), at.Field("stepTemplate"));
}

void ForEachVolumeText(const v1::TaskSpec& spec, const FieldPath& at,
                       TextFunction found) {
  const Visitor visitor(0, found);
  const FieldPath volumes = at.Field("volumes");
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const v1::Volume& volume = spec.volumes(i);
    const FieldPath element = volumes.Index(i);
    visitor.Text(volume.name(), element.Field("name"));
    if (volume.has_config_map()) {
      const FieldPath source = element.Field("configMap");
      visitor.Text(volume.config_map().name(), source.Field("name"));
      visitor.KeysToPaths(volume.config_map().items(), source.Field("items"));
    }
    if (volume.has_secret()) {
      const FieldPath source = element.Field("secret");
      visitor.Text(volume.secret().secret_name(), source.Field("secretName"));
      visitor.KeysToPaths(volume.secret().items(), source.Field("items"));
    }
    visitor.Text(volume.persistent_volume_claim().claim_name(),
                 element.Field("persistentVolumeClaim"));
    const FieldPath projected = element.Field("projected");
    for (const v1::VolumeProjection& source : volume.projected().sources()) {
      visitor.Text(source.config_map().name(), projected);
      visitor.Text(source.secret().name(), projected);
      visitor.Text(source.service_account_token().audience(), projected);
    }
    const FieldPath csi = element.Field("csi");
    visitor.Text(volume.csi().node_publish_secret_ref().name(), csi);
    for (const auto& attribute : volume.csi().volume_attributes()) {
      visitor.Text(attribute.second, csi);
    }
  }
  const FieldPath workspaces = at.Field("workspaces");
  for (int i = 0; i < spec.workspaces_size(); ++i) {
    const FieldPath element = workspaces.Index(i);
    visitor.Text(spec.workspaces(i).mount_path(), element.Field("mountPath"));
  }
}

void ForEachValueText(const v1::ParamValue& value, const FieldPath& at,
                      TextFunction found) {
  const Visitor visitor(0, found);
  visitor.Text(value.string_value(), at);
  visitor.List(value.array_value().items(), at);
  const auto& entries = value.object_value().entries();
  if (entries.empty()) return;
  std::vector<const std::string*> keys;
  for (const auto& entry : entries) {
    if (MayHoldReference(entry.second)) keys.push_back(&entry.first);
  }
  std::sort(keys.begin(), keys.end(),
            [](const auto* a, const auto* b) { return *a < *b; });
  for (const std::string* key : keys) {
    visitor.Text(entries.at(*key), at.Field(*key));
  }
}

}  // namespace colocation
