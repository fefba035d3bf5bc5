#include "colocation/plan/pod_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/encode.h"

namespace colocation {
namespace {

// Names of PodSettings::same, in its order.
constexpr const char* kSame[] = {
    "serviceAccountName", "securityContext",
    "runtimeClassName",   "automountServiceAccountToken",
    "dnsPolicy",          "dnsConfig",
    "enableServiceLinks", "priorityClassName",
    "schedulerName",      "hostNetwork",
    "hostUsers"};

std::string OrUnset(const std::string& text) {
  return text.empty() ? "unset" : text;
}

// Appends the elements of `from` that `into` hasn't got.
template <typename List>
void Join(const List& from, List* into) {
  for (const auto& element : from) {
    const std::string bytes = element.SerializeAsString();
    bool known = false;
    for (const auto& other : *into) known |= other.SerializeAsString() == bytes;
    if (!known) *into->Add() = element;
  }
}

void Take(const v1::PodTemplate& t, v1::PodSpec* spec) {
  spec->mutable_node_selector()->insert(t.node_selector().begin(),
                                        t.node_selector().end());
  Join(t.tolerations(), spec->mutable_tolerations());
  if (t.has_affinity()) *spec->mutable_affinity() = t.affinity();
  if (t.has_security_context()) {
    *spec->mutable_security_context() = t.security_context();
  }
  if (t.has_runtime_class_name()) {
    spec->set_runtime_class_name(t.runtime_class_name());
  }
  if (t.has_automount_service_account_token()) {
    spec->set_automount_service_account_token(
        t.automount_service_account_token());
  }
  if (t.has_dns_policy()) spec->set_dns_policy(t.dns_policy());
  if (t.has_dns_config()) *spec->mutable_dns_config() = t.dns_config();
  if (t.has_enable_service_links()) {
    spec->set_enable_service_links(t.enable_service_links());
  }
  if (t.has_priority_class_name()) {
    spec->set_priority_class_name(t.priority_class_name());
  }
  if (!t.scheduler_name().empty()) {
    spec->set_scheduler_name(t.scheduler_name());
  }
  Join(t.image_pull_secrets(), spec->mutable_image_pull_secrets());
  Join(t.host_aliases(), spec->mutable_host_aliases());
  if (t.host_network()) spec->set_host_network(true);
  if (t.has_host_users()) spec->set_host_users(t.host_users());
  Join(t.topology_spread_constraints(),
       spec->mutable_topology_spread_constraints());
}

PodSettings SettingsOf(const ResolvedTask& task, const v1::PodTemplate& t) {
  const auto boolean = [](bool value) {
    return std::string(value ? "true" : "false");
  };
  PodSettings settings;
  // A default that is written out is no difference.
  settings.same = {
      task.service_account_name,
      t.has_security_context() ? ToJson(t.security_context()) : "",
      t.runtime_class_name(),
      t.has_automount_service_account_token()
          ? boolean(t.automount_service_account_token())
          : "",
      t.dns_policy() == "ClusterFirst" ? "" : t.dns_policy(),
      t.has_dns_config() ? ToJson(t.dns_config()) : "",
      t.has_enable_service_links() && !t.enable_service_links() ? "false" : "",
      t.priority_class_name(),
      t.scheduler_name() == "default-scheduler" ? "" : t.scheduler_name(),
      t.host_network() ? "true" : "",
      t.has_host_users() && !t.host_users() ? "false" : "",
  };
  for (const auto& [key, value] : t.node_selector()) {
    settings.placement[absl::StrCat("nodeSelector.", key)] = value;
  }
  if (t.has_affinity()) settings.placement["affinity"] = ToJson(t.affinity());
  const auto joined = [&](const char* name, const auto& list) {
    if (list.empty()) return;
    std::vector<std::string> texts;
    for (const auto& element : list) texts.push_back(ToJson(element));
    settings.joined[name] = absl::StrCat("[", absl::StrJoin(texts, ","), "]");
  };
  joined("tolerations", t.tolerations());
  joined("imagePullSecrets", t.image_pull_secrets());
  joined("hostAliases", t.host_aliases());
  joined("topologySpreadConstraints", t.topology_spread_constraints());
  return settings;
}

const v1::PodTemplate& PodTemplateOf(const ResolvedTask& task) {
  return task.pod_template != nullptr ? *task.pod_template
                                      : v1::PodTemplate::default_instance();
}

}  // namespace

const v1::PodTemplate& PodTemplateOf(const ResolvedTask& task,
                                     const ResolvedUnit& unit) {
  if (unit.pod_template != nullptr) return *unit.pod_template;
  return PodTemplateOf(task);
}

std::vector<PodSettings> PodSettingsOf(const ResolvedTask& task) {
  std::vector<PodSettings> settings;
  for (const ResolvedUnit& unit : task.units) {
    if (unit.pod_template != nullptr || settings.empty()) {
      settings.push_back(SettingsOf(task, PodTemplateOf(task, unit)));
    }
  }
  if (settings.empty()) {
    settings.push_back(SettingsOf(task, PodTemplateOf(task)));
  }
  return settings;
}

std::optional<SettingConflict> SharedSettings::FindConflict(
    TaskIndex task, const std::vector<PodSettings>& settings) const {
  for (const PodSettings& of_unit : settings) {
    if (auto conflict = FindConflict(task, of_unit)) return conflict;
  }
  return {};
}

std::optional<SettingConflict> SharedSettings::FindConflict(
    TaskIndex task, const PodSettings& settings) const {
  for (size_t i = 0; i < same_.size(); ++i) {
    if (same_[i].text == settings.same[i]) continue;
    return SettingConflict{kSame[i], same_[i].task, task,
                           OrUnset(same_[i].text), OrUnset(settings.same[i])};
  }
  for (const auto& [name, value] : settings.placement) {
    const auto found = placement_.find(name);
    if (found == placement_.end() || found->second.text == value) continue;
    return SettingConflict{name, found->second.task, task, found->second.text,
                           value};
  }
  return {};
}

std::optional<SettingConflict> SharedSettings::Add(
    TaskIndex task, const std::vector<PodSettings>& settings) {
  for (const PodSettings& of_unit : settings) {
    if (auto conflict = FindConflict(task, of_unit)) return conflict;
    if (same_.empty()) {
      for (const std::string& text : of_unit.same) {
        same_.push_back({text, task});
      }
    }
    for (const auto& [name, value] : of_unit.placement) {
      placement_.insert({name, {value, task}});
    }
  }
  return {};
}

v1::PodSpec MergePodSettings(const ResolvedRun& run,
                             const std::vector<TaskIndex>& tasks) {
  v1::PodSpec spec;
  spec.set_service_account_name(run.tasks[tasks.front()].service_account_name);
  // Most tasks of a run have the same settings.
  std::optional<std::string> last;
  for (const TaskIndex task : tasks) {
    for (const ResolvedUnit& unit : run.tasks[task].units) {
      const v1::PodTemplate& t = PodTemplateOf(run.tasks[task], unit);
      std::string bytes = t.SerializeAsString();
      if (last == bytes) continue;
      Take(t, &spec);
      last = std::move(bytes);
    }
  }
  return spec;
}

}  // namespace colocation
