// Every key of Tekton's ConfigMaps that its code reads, and what becomes of it
// here. The one place that knows: what is honoured is set from this table, what
// is not is warned of or refused by it, and pages that list the keys are made
// of it.
//
// Source: NewFeatureFlagsFromMap and NewDefaultsFromMap in Tekton's
// pkg/apis/config/{feature_flags,default}.go, and for the other ConfigMaps the
// files events.go, spire_config.go, tracing.go and wait_exponential_backoff.go
// beside them.
#ifndef COLOCATION_VALIDATE_SETTINGS_H_
#define COLOCATION_VALIDATE_SETTINGS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

enum class SettingUse {
  kHonoured,
  // A value that asks for what does not exist here is refused.
  kRefused,
  // It is warned of.
  kWarned,
  // It says nothing about what is accepted, planned or run.
  kNoEffect,
};

struct Setting {
  // "feature-flags", "config-defaults", ...
  absl::string_view config_map;
  absl::string_view key;
  SettingUse use = SettingUse::kNoEffect;
  // What it does here, or why it does nothing: a phrase.
  absl::string_view note;
  // Values that Tekton takes, for people.
  absl::string_view values;
  // Whether Tekton takes `value`; takes it over into `flags` where it is
  // honoured. Of a YAML text, `problems` gets what is wrong in it.
  bool (*set)(absl::string_view value, FeatureFlags* flags,
              DiagnosticList* problems) = nullptr;
  // Of kRefused and kWarned: whether `value` asks for what is not here.
  bool (*asks)(absl::string_view value) = nullptr;
};

// By ConfigMap, then by key.
absl::Span<const Setting> Settings();

// The setting of feature-flags or config-defaults with that key; null where
// there is none.
const Setting* FindSetting(absl::string_view key);

// Reports keys of `options.feature_flags` that Tekton doesn't know, values that
// it refuses, and what is not honoured here.
void CheckSettings(const v1::PlanOptions& options, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_SETTINGS_H_
