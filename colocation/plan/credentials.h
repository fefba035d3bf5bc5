// Credentials that Tekton gives to the steps of a ServiceAccount: which of its
// Secrets are to be mounted, and what the launcher makes of each.
//
// Secrets of the types basic-auth and ssh-auth count with the annotations
// "tekton.dev/git-*" and "tekton.dev/docker-*", docker's config files always.
// Nothing is known here of what is in a Secret.
//
// Tekton: pkg/pod/creds_init.go (credsInit), MatchingAnnotations in
// pkg/credentials/{gitcreds,dockercreds}.
#ifndef COLOCATION_PLAN_CREDENTIALS_H_
#define COLOCATION_PLAN_CREDENTIALS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/decisions.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

// What the steps of one account have.
struct AccountCredentials {
  bool known = false;
  // In Tekton's order.
  std::vector<v1::LaunchCredential> credentials;
  // Names of the Secrets behind them, in the order of the account.
  std::vector<std::string> secrets;
};

class Credentials {
 public:
  Credentials(const ResolvedRun& run, const v1::PlanRequest& request,
              const FeatureFlags& flags, DiagnosticList* diagnostics,
              std::vector<v1::Need>* needs);

  // Of the account that `task` runs as. Each account is looked at once: what is
  // wrong with it or its Secrets goes to `diagnostics`.
  const AccountCredentials& Of(TaskIndex task);

  // Says, for each account that was asked for, which tasks have which
  // credentials.
  void Explain(Decisions* decisions) const;

 private:
  struct Account {
    AccountCredentials found;
    std::vector<TaskIndex> tasks;
  };
  using PlaceOfUrl =
      std::map<std::pair<v1::CredentialKind, std::string>, const v1::Secret*>;

  void Find(const std::string& name, AccountCredentials* found);
  void AddSecret(const v1::Secret& secret, PlaceOfUrl* places,
                 AccountCredentials* found);
  void AddAnnotations(const v1::Secret& secret, absl::string_view prefix,
                      v1::CredentialKind kind, PlaceOfUrl* places,
                      AccountCredentials* found);
  bool CheckUrl(const v1::Secret& secret, const std::string& annotation,
                const v1::LaunchCredential& credential, PlaceOfUrl* places);
  // The object of that name in the run's namespace; null where there is none.
  template <typename Object>
  const Object* FindObject(
      const google::protobuf::RepeatedPtrField<Object>& objects,
      const std::string& name);

  const ResolvedRun& run_;
  const v1::PlanRequest& request_;
  const bool disabled_;
  DiagnosticList& diagnostics_;
  std::vector<v1::Need>& needs_;
  std::map<std::string, Account> accounts_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_CREDENTIALS_H_
