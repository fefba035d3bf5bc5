#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kRun[] = R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, namespace: ci}
spec:
  taskRunTemplate: {serviceAccountName: builder}
  taskRunSpecs: [{pipelineTaskName: sign, serviceAccountName: signer}]
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: a
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c]}, {name: t, image: i, command: [c]}]
        sidecars: [{name: db, image: i, command: [c]}]
    - name: sign
      taskSpec: {steps: [{name: s, image: i, command: [c]}]}
)";

std::string Account(const std::string& secrets,
                    const std::string& where = "ci") {
  return absl::StrCat(
      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: builder, "
      "namespace: ",
      where, "}\nsecrets: [", secrets, "]\n");
}

// `annotations` in YAML flow.
std::string Secret(const std::string& name, const std::string& type,
                   const std::string& annotations = "",
                   const std::string& where = "ci") {
  return absl::StrCat("---\napiVersion: v1\nkind: Secret\nmetadata: {name: ",
                      name, ", namespace: ", where, ", annotations: {",
                      annotations, "}}\ntype: kubernetes.io/", type, "\n");
}

// "GIT_BASIC one https://h" for each of a Pod's credentials.
std::string CredentialsOf(const v1::PlannedPod& pod) {
  std::vector<std::string> texts;
  for (const v1::LaunchCredential& c : pod.install().launch().credentials()) {
    absl::string_view kind = v1::CredentialKind_Name(c.kind());
    absl::ConsumePrefix(&kind, "CREDENTIAL_KIND_");
    texts.push_back(absl::StrCat(kind, " ", c.secret(),
                                 c.url().empty() ? "" : " ", c.url()));
  }
  return absl::StrJoin(texts, ", ");
}

struct Case {
  const char* name;
  std::string objects;
  const char* credentials;
};

const Case kCases[] = {
    {"NoAccount", "", ""},
    {"AccountWithoutSecrets", Account(""), ""},
    {"AccountOfAnotherNamespace",
     Account("{name: one}", "other") + Secret("one", "dockercfg"), ""},
    {"GitByUser",
     Account("{name: one}") +
         Secret("one", "basic-auth", "tekton.dev/git-0: 'https://h'"),
     "BASIC_GIT one https://h"},
    {"GitByKey",
     Account("{name: one}") +
         Secret("one", "ssh-auth",
                "tekton.dev/git-0: h, tekton.dev/docker-0: 'https://r'"),
     "SSH_GIT one h"},
    {"OneSecretForGitAndDocker",
     Account("{name: one}") +
         Secret("one", "basic-auth",
                "tekton.dev/git-0: 'https://h', tekton.dev/docker-x: "
                "'https://r', other.dev/git-0: 'https://x'"),
     "BASIC_DOCKER one https://r, BASIC_GIT one https://h"},
    {"AnnotationsAreInTheOrderOfTheirValues",
     Account("{name: one}") +
         Secret("one", "basic-auth",
                "tekton.dev/git-0: 'https://b', tekton.dev/git-1: "
                "'https://a'"),
     "BASIC_GIT one https://a, BASIC_GIT one https://b"},
    {"FilesOfDockerNeedNoAnnotation",
     Account("{name: two}, {name: one}") + Secret("one", "dockercfg") +
         Secret("two", "dockerconfigjson"),
     "DOCKER_CONFIG_JSON two, DOCKERCFG one"},
    {"SecretThatStandsTwiceCountsOnce",
     Account("{name: one}, {name: one}, {kind: Secret}") +
         Secret("one", "dockercfg"),
     "DOCKERCFG one"},
    {"OtherTypesAndPullSecretsDontCount",
     Account("{name: one}, {name: two}") +
         "imagePullSecrets: [{name: pull}]\n" +
         Secret("one", "service-account-token", "tekton.dev/git-0: h") +
         Secret("two", "basic-auth") + Secret("pull", "dockerconfigjson"),
     ""},
    {"KeysForOneHostAreTriedInTurn",
     Account("{name: one}, {name: two}") +
         Secret("one", "ssh-auth", "tekton.dev/git-0: h") +
         Secret("two", "ssh-auth", "tekton.dev/git-0: h"),
     "SSH_GIT one h, SSH_GIT two h"},
};

TEST(CredentialsTest, AreThoseThatTektonFinds) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(absl::StrCat(kRun, c.objects));
    ASSERT_THAT(planned.errors, IsEmpty());
    ASSERT_EQ(GroupsOf(planned.plan), "{a} {sign}");
    EXPECT_EQ(CredentialsOf(planned.plan.pods(0)), c.credentials);
    EXPECT_EQ(CredentialsOf(planned.plan.pods(1)), "");
  }
}

TEST(CredentialsTest, StepsMountTheSecretsAndSidecarsDont) {
  const Planned planned = PlanYaml(absl::StrCat(
      kRun, Account("{name: one}, {name: two.three}, {name: unused}"),
      Secret("one", "dockercfg"), Secret("two.three", "dockerconfigjson"),
      Secret("unused", "Opaque")));
  ASSERT_THAT(planned.errors, IsEmpty());
  const std::string two = planned.plan.pods(0).volumes(5).volume().name();
  EXPECT_EQ(planned.plan.pods(0).volumes(5).volume().secret().secret_name(),
            "two.three");
  for (const std::string step : {"a-step-s", "a-step-t"}) {
    EXPECT_THAT(MountsOf(ContainerOf(planned.plan, step)),
                HasSubstr(absl::StrCat(
                    "colocation-credentials:/tekton/creds sub=", step,
                    ", colocation-secret-one:/tekton/creds-secrets/one ro, ",
                    two, ":/tekton/creds-secrets/two.three ro")));
  }
  EXPECT_FALSE(absl::StrContains(
      MountsOf(ContainerOf(planned.plan, "a-sidecar-db")), "creds"));
  EXPECT_FALSE(absl::StrContains(
      MountsOf(ContainerOf(planned.plan, "sign-step-s")), "creds"));
}

TEST(CredentialsTest, DecisionsSayWhoSeesWhat) {
  const Planned planned = PlanYaml(
      absl::StrCat(kRun, Account("{name: one}"), Secret("one", "dockercfg")));
  std::vector<std::string> decisions;
  for (const v1::Decision& d : planned.plan.decisions()) {
    if (!absl::StartsWith(d.code(), "credentials")) continue;
    decisions.push_back(absl::StrCat(
        d.code(), " ", absl::StrJoin(d.tasks(), ","), " ", d.subject()));
  }
  EXPECT_THAT(decisions, ElementsAre("credentials a builder",
                                     "credentials-unknown sign signer"));
}

TEST(CredentialsTest, AccountIsAskedForWhereTheCallerCanGiveIt) {
  v1::PlanRequest request;
  request.mutable_options()->set_need_service_accounts(true);
  const Planned planned = PlanYaml(absl::StrCat(kRun, Account("")), request);
  ASSERT_EQ(planned.needs.size(), 1);
  EXPECT_EQ(planned.needs[0].kind(), v1::Need::SERVICE_ACCOUNT);
  EXPECT_EQ(planned.needs[0].name(), "signer");
  ASSERT_EQ(planned.errors.size(), 1);
  EXPECT_THAT(planned.errors[0], HasSubstr("unknown-service-account"));
}

TEST(CredentialsTest, NothingIsDoneWhereTektonIsToldNotTo) {
  v1::PlanRequest request;
  request.mutable_options()->set_need_service_accounts(true);
  (*request.mutable_options()->mutable_feature_flags())["disable-creds-init"] =
      "true";
  const Planned planned = PlanYaml(
      absl::StrCat(kRun, Account("{name: one}"), Secret("one", "dockercfg")),
      request);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(CredentialsOf(planned.plan.pods(0)), "");
  for (const v1::Decision& d : planned.plan.decisions()) {
    EXPECT_FALSE(absl::StartsWith(d.code(), "credentials")) << d.code();
  }
}

TEST(CredentialsTest, KnownHostsAreRequiredWhereTektonIsToldSo) {
  v1::PlanRequest request;
  const std::string yaml =
      absl::StrCat(kRun, Account("{name: one}"), Secret("one", "dockercfg"));
  const auto required = [&] {
    return PlanYaml(yaml, request)
        .plan.pods(0)
        .install()
        .launch()
        .require_known_hosts();
  };
  EXPECT_FALSE(required());
  (*request.mutable_options()
        ->mutable_feature_flags())["require-git-ssh-secret-known-hosts"] =
      "true";
  EXPECT_TRUE(required());
}

struct FaultCase {
  const char* name;
  std::string objects;
  const char* error;  // or warning
};

const FaultCase kFaults[] = {
    {"UrlThatGoDoesntTake",
     Account("{name: one}") +
         Secret("one", "basic-auth", "tekton.dev/git-0: 'git@h:r'"),
     "bad-credential-url at metadata.annotations.tekton.dev/git-0: "},
    {"UrlWithAnEqualsSign",
     Account("{name: one}") +
         Secret("one", "ssh-auth", "tekton.dev/git-0: 'h=1'"),
     "bad-credential-url at metadata.annotations.tekton.dev/git-0: "},
    {"TwoUsersForOneUrl",
     Account("{name: one}, {name: two}") +
         Secret("one", "basic-auth", "tekton.dev/docker-0: 'https://r'") +
         Secret("two", "basic-auth", "tekton.dev/docker-0: 'https://r'"),
     "duplicate-credential at metadata.annotations.tekton.dev/docker-0: "
     "there are two credentials for docker at \"https://r\", in the Secrets "
     "\"one\" and \"two\""},
    {"OneUrlTwice",
     Account("{name: one}") +
         Secret("one", "basic-auth",
                "tekton.dev/git-0: 'https://h', tekton.dev/git-1: "
                "'https://h'"),
     "duplicate-credential at metadata.annotations.tekton.dev/git-1: "},
    {"SecretThatIsNotGiven", Account("{name: one}"),
     "unknown-secret at secrets[0].name: no Secret \"one\" is given"},
    {"SecretOfAnotherNamespace",
     Account("{name: one}") + Secret("one", "dockercfg", "", "other"),
     "unknown-secret at secrets[0].name: no Secret \"one\" is given"},
    {"TwoSecretsOfOneName",
     Account("{name: one}") + Secret("one", "dockercfg") +
         Secret("one", "dockercfg"),
     "duplicate-object at metadata.name: there are two Secrets named \"one\""},
    {"TwoAccountsOfOneName", Account("") + Account(""),
     "duplicate-object at metadata.name: there are two ServiceAccounts named "
     "\"builder\""},
};

TEST(CredentialsTest, FaultsAreSaid) {
  for (const FaultCase& c : kFaults) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(absl::StrCat(kRun, c.objects));
    std::vector<std::string> all = planned.errors;
    all.insert(all.end(), planned.warnings.begin(), planned.warnings.end());
    EXPECT_THAT(all, ElementsAre(HasSubstr(c.error)));
  }
}

}  // namespace
}  // namespace colocation
