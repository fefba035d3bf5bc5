#include "colocation/plan/credentials.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "launcher/url.h"

namespace colocation {
namespace {

constexpr char kGitPrefix[] = "tekton.dev/git-";
constexpr char kDockerPrefix[] = "tekton.dev/docker-";

Subject SubjectOf(const v1::Secret& secret) {
  return {secret.origin(), "Secret", secret.metadata().name()};
}
Subject SubjectOf(const v1::ServiceAccount& account) {
  return {account.origin(), "ServiceAccount", account.metadata().name()};
}

std::string PathOf(const std::string& annotation) {
  return absl::StrCat("metadata.annotations.", annotation);
}

// Entries of Tekton's entrypoint are SECRET=URL, with one equals sign, and
// those for git are read as URLs.
std::optional<std::string> WhyUnusable(const v1::LaunchCredential& credential) {
  if (absl::StrContains(credential.url(), '=')) {
    return "Tekton's entrypoint doesn't take a \"=\" in it";
  }
  std::string error;
  if (credential.kind() == v1::CREDENTIAL_KIND_BASIC_GIT &&
      !launcher::Url::Parse(credential.url(), &error).has_value()) {
    return error;
  }
  return std::nullopt;
}

std::string Quoted(const std::vector<std::string>& names) {
  return absl::StrCat("\"", absl::StrJoin(names, "\", \""), "\"");
}

}  // namespace

Credentials::Credentials(const ResolvedRun& run, const v1::PlanRequest& request,
                         const FeatureFlags& flags, DiagnosticList* diagnostics,
                         std::vector<v1::Need>* needs)
    : run_(run),
      request_(request),
      disabled_(flags.disable_creds_init),
      diagnostics_(*diagnostics),
      needs_(*needs) {}

const AccountCredentials& Credentials::Of(TaskIndex task) {
  const std::string& name = run_.tasks[task].service_account_name;
  const auto [account, added] = accounts_.try_emplace(name);
  if (added) Find(name, &account->second.found);
  account->second.tasks.push_back(task);
  return account->second.found;
}

template <typename Object>
const Object* Credentials::FindObject(
    const google::protobuf::RepeatedPtrField<Object>& objects,
    const std::string& name) {
  const Object* found = nullptr;
  for (const Object& object : objects) {
    const std::string& where = object.metadata().namespace_();
    if (object.metadata().name() != name ||
        (!where.empty() && where != run_.identity.namespace_())) {
      continue;
    }
    if (found == nullptr) {
      found = &object;
      continue;
    }
    v1::Diagnostic& d = diagnostics_.Error(
        "duplicate-object", SubjectOf(object), "metadata.name",
        absl::StrCat("there are two ", SubjectOf(object).kind(), "s named \"",
                     name, "\""));
    d.set_hint("leave one of them out, or rename it");
    v1::RelatedPlace* place = d.add_related();
    *place->mutable_origin() = found->origin();
    place->set_path("metadata.name");
    place->set_message("the other one");
  }
  return found;
}

void Credentials::Find(const std::string& name, AccountCredentials* found) {
  if (disabled_) {
    found->known = true;
    return;
  }
  const v1::Cluster& cluster = request_.cluster();
  const v1::ServiceAccount* account =
      FindObject(cluster.service_accounts(), name);
  if (account == nullptr) {
    if (!request_.options().need_service_accounts()) return;
    diagnostics_
        .Error("unknown-service-account", run_.subject, "",
               absl::StrCat("the ServiceAccount \"", name,
                            "\" is not given, and its Secrets may be "
                            "credentials for the steps"))
        .set_hint("give it, and its Secrets without their data");
    v1::Need& need = needs_.emplace_back();
    need.set_kind(v1::Need::SERVICE_ACCOUNT);
    need.set_name(name);
    return;
  }
  found->known = true;
  PlaceOfUrl places;
  std::set<std::string> seen;
  for (int i = 0; i < account->secrets_size(); ++i) {
    const std::string& secret_name = account->secrets(i).name();
    if (secret_name.empty() || !seen.insert(secret_name).second) continue;
    const v1::Secret* secret = FindObject(cluster.secrets(), secret_name);
    if (secret != nullptr) {
      AddSecret(*secret, &places, found);
      continue;
    }
    diagnostics_
        .Warning("unknown-secret", SubjectOf(*account),
                 absl::StrCat("secrets[", i, "].name"),
                 absl::StrCat("no Secret \"", secret_name,
                              "\" is given: steps have no credentials of it"))
        .set_hint(
            "give it, its data is not needed for a plan; or take it out of the "
            "ServiceAccount");
  }
}

void Credentials::AddSecret(const v1::Secret& secret, PlaceOfUrl* places,
                            AccountCredentials* found) {
  const size_t before = found->credentials.size();
  const std::string& type = secret.type();
  const auto add_file = [&](v1::CredentialKind kind) {
    v1::LaunchCredential& credential = found->credentials.emplace_back();
    credential.set_kind(kind);
    credential.set_secret(secret.metadata().name());
  };
  if (type == "kubernetes.io/basic-auth") {
    AddAnnotations(secret, kDockerPrefix, v1::CREDENTIAL_KIND_BASIC_DOCKER,
                   places, found);
    AddAnnotations(secret, kGitPrefix, v1::CREDENTIAL_KIND_BASIC_GIT, places,
                   found);
  } else if (type == "kubernetes.io/ssh-auth") {
    AddAnnotations(secret, kGitPrefix, v1::CREDENTIAL_KIND_SSH_GIT, places,
                   found);
  } else if (type == "kubernetes.io/dockerconfigjson") {
    add_file(v1::CREDENTIAL_KIND_DOCKER_CONFIG_JSON);
  } else if (type == "kubernetes.io/dockercfg") {
    add_file(v1::CREDENTIAL_KIND_DOCKERCFG);
  }
  if (found->credentials.size() > before) {
    found->secrets.push_back(secret.metadata().name());
  }
}

void Credentials::AddAnnotations(const v1::Secret& secret,
                                 absl::string_view prefix,
                                 v1::CredentialKind kind, PlaceOfUrl* places,
                                 AccountCredentials* found) {
  // By value, as SortAnnotations in pkg/credentials/writer does; then by key,
  // so that the order is always the same.
  std::vector<std::pair<std::string, std::string>> urls;
  for (const auto& [key, value] : secret.metadata().annotations()) {
    if (absl::StartsWith(key, prefix)) urls.emplace_back(value, key);
  }
  absl::c_sort(urls);
  for (const auto& [url, annotation] : urls) {
    v1::LaunchCredential credential;
    credential.set_kind(kind);
    credential.set_secret(secret.metadata().name());
    credential.set_url(url);
    if (CheckUrl(secret, annotation, credential, places)) {
      found->credentials.push_back(std::move(credential));
    }
  }
}

bool Credentials::CheckUrl(const v1::Secret& secret,
                           const std::string& annotation,
                           const v1::LaunchCredential& credential,
                           PlaceOfUrl* places) {
  if (const auto why = WhyUnusable(credential)) {
    diagnostics_
        .Error("bad-credential-url", SubjectOf(secret), PathOf(annotation),
               absl::StrCat("\"", credential.url(),
                            "\" is no place for a credential: ", *why))
        .set_hint(
            "every step would fail; write it as https://HOST or "
            "https://HOST/REPOSITORY");
    return false;
  }
  // Several keys for one host are tried in turn.
  if (credential.kind() == v1::CREDENTIAL_KIND_SSH_GIT) return true;
  const auto [place, added] =
      places->try_emplace({credential.kind(), credential.url()}, &secret);
  if (added) return true;
  v1::Diagnostic& d = diagnostics_.Error(
      "duplicate-credential", SubjectOf(secret), PathOf(annotation),
      absl::StrCat(
          "there are two credentials for ",
          credential.kind() == v1::CREDENTIAL_KIND_BASIC_GIT ? "git" : "docker",
          " at \"", credential.url(), "\", in the Secrets \"",
          place->second->metadata().name(), "\" and \"",
          secret.metadata().name(), "\""));
  d.set_hint("every step would fail; take one of the annotations away");
  v1::RelatedPlace* other = d.add_related();
  *other->mutable_origin() = place->second->origin();
  other->set_path("metadata.annotations");
  other->set_message("the other one");
  return false;
}

void Credentials::Explain(Decisions* decisions) const {
  for (const auto& [name, account] : accounts_) {
    if (!account.found.known) {
      decisions
          ->Add("credentials-unknown", account.tasks, name,
                absl::StrCat("Whether the ServiceAccount \"", name,
                             "\" has credentials for git and registries is not "
                             "known; steps have none"))
          .set_hint(
              "give the ServiceAccount and its Secrets, too; their data is not "
              "needed");
    } else if (!account.found.secrets.empty()) {
      decisions->Add(
          "credentials", account.tasks, name,
          absl::StrCat(
              "Each of these tasks' steps can read the ",
              account.found.secrets.size() == 1 ? "Secret " : "Secrets ",
              Quoted(account.found.secrets),
              ", as credentials of the ServiceAccount \"", name, "\""));
    }
  }
}

}  // namespace colocation
