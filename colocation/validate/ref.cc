#include "colocation/validate/ref.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/param_values.h"

namespace colocation {
namespace {

// What all references have.
struct Reference {
  absl::string_view what;  // "Task"
  const std::string& name;
  // With the default filled in.
  const std::string& resolver;
  const ParamValues& params;
  bool has_params;
};

// Whether `[\w-]+:\/\/*` matches anywhere in the name
// (pkg/apis/pipeline/v1/container_validation.go, RefNameLikeUrl).
bool LooksLikeUrl(absl::string_view name) {
  for (size_t at = name.find(":/"); at != absl::string_view::npos;
       at = name.find(":/", at + 1)) {
    if (at == 0) continue;
    const char before = name[at - 1];
    if (absl::ascii_isalnum(before) || before == '_' || before == '-') {
      return true;
    }
  }
  return false;
}

bool IsNamePart(absl::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         absl::ascii_isalnum(name.front()) &&
         absl::ascii_isalnum(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// k8s.io/apimachinery/pkg/util/validation/validation.go, IsQualifiedName
bool IsQualifiedName(absl::string_view name) {
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return IsNamePart(name);
  return IsDns1123Subdomain(name.substr(0, slash)) &&
         IsNamePart(name.substr(slash + 1));
}

void ValidateParams(const ValidationContext& context, const Reference& ref,
                    const FieldPath& path) {
  if (!ref.has_params) return;
  const FieldPath params = path.Field("params");
  RequireApiFields(context, v1::API_FIELDS_BETA, "params of a resolver",
                   params);
  if (!ref.name.empty()) {
    context
        .Error("one-of-many", params,
               "a reference has a name, or a resolver with params, not both")
        .set_hint("take one of them away");
  }
  if (ref.resolver.empty()) {
    context
        .Error("missing-field", path,
               "this reference has params and no resolver that takes them")
        .set_hint("name it: \"resolver: git\", bundles, hub, cluster or http");
  }
  ValidateParamValues(context, ref.params, params);
}

void RequireConciseSyntax(const ValidationContext& context,
                          const FieldPath& path) {
  RequireFlag(context, context.flags.concise_resolver_syntax,
              "enable-concise-resolver-syntax", "a URL as name", path);
}

void ValidateResolver(const ValidationContext& context, const Reference& ref,
                      const FieldPath& path) {
  if (ref.resolver.empty()) return;
  RequireApiFields(context, v1::API_FIELDS_BETA, "a resolver",
                   path.Field("resolver"));
  if (ref.name.empty()) return;
  if (LooksLikeUrl(ref.name)) {
    RequireConciseSyntax(context, path.Field("name"));
    return;
  }
  context
      .Error("one-of-many", path.Field("name"),
             absl::StrCat("a reference through a resolver has no name such as "
                          "\"",
                          ref.name, "\""))
      .set_hint("say in params what the resolver is to get");
}

void ValidateName(const ValidationContext& context, const Reference& ref,
                  const FieldPath& path) {
  if (ref.name.empty()) {
    context
        .Error("missing-field", path,
               absl::StrCat("this reference does not say which ", ref.what))
        .set_hint("give its name, or a resolver");
  } else if (LooksLikeUrl(ref.name)) {
    RequireConciseSyntax(context, path.Field("name"));
    context.Error("missing-field", path, "a URL as name needs a resolver")
        .set_hint("name it: \"resolver: http\"");
  } else if (!IsQualifiedName(ref.name)) {
    context
        .Error("invalid-name", path.Field("name"),
               absl::StrCat("\"", ref.name, "\" can't be the name of a ",
                            ref.what))
        .set_hint(
            "letters, digits, \"-\", \"_\" and \".\", with a letter or digit "
            "at both ends");
  }
}

// pkg/apis/pipeline/v1/container_validation.go, validateRef
void ValidateReference(const ValidationContext& context, const Reference& ref,
                       const FieldPath& path) {
  if (ref.resolver.empty() && !ref.has_params) {
    ValidateName(context, ref, path);
    return;
  }
  ValidateParams(context, ref, path);
  ValidateResolver(context, ref, path);
}

template <typename Ref>
Reference Fields(absl::string_view what, const Ref& ref,
                 const std::string& resolver) {
  return {what, ref.name(), resolver, ref.params(),
          !ref.params().empty() || ref.params_empty()};
}

// The resolver that SetDefaults gives a reference that is empty.
template <typename Ref>
const std::string& Resolver(const ValidationContext& context, const Ref& ref) {
  return ref.name().empty() && ref.resolver().empty()
             ? context.flags.default_resolver_type
             : ref.resolver();
}

// v1beta1/taskref_validation.go, pipelineref_validation.go
void RefuseBundle(const ValidationContext& context, const std::string& bundle,
                  const FieldPath& path) {
  if (bundle.empty()) return;
  context
      .Error("removed-field", path.Field("bundle"),
             "Tekton has removed the bundles of references")
      .set_hint("use \"resolver: bundles\" with params bundle, name and kind");
}

}  // namespace

void ValidateRef(const ValidationContext& context, const v1::TaskRef& ref,
                 const FieldPath& path) {
  RefuseBundle(context, ref.bundle(), path);
  ValidateReference(context, Fields("Task", ref, Resolver(context, ref)), path);
}

void ValidateRef(const ValidationContext& context, const v1::PipelineRef& ref,
                 const FieldPath& path) {
  RefuseBundle(context, ref.bundle(), path);
  ValidateReference(context, Fields("Pipeline", ref, Resolver(context, ref)),
                    path);
}

void ValidateRef(const ValidationContext& context, const v1::Ref& ref,
                 const FieldPath& path) {
  // v1beta1's SetDefaults leaves the references of steps alone.
  const std::string& resolver =
      context.v1beta1 ? ref.resolver() : Resolver(context, ref);
  ValidateReference(context, Fields("StepAction", ref, resolver), path);
}

}  // namespace colocation
