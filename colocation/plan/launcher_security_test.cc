#include "colocation/plan/launcher_security.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// What it says beside that it has no privilege: "user=1 group=2 not-root".
std::string Shown(const v1::SecurityContext& security) {
  if (security.allow_privilege_escalation() ||
      security.capabilities().drop_size() != 1 ||
      security.capabilities().drop(0) != "ALL") {
    return "it has a privilege";
  }
  std::vector<std::string> said;
  if (security.has_run_as_user()) {
    said.push_back(absl::StrCat("user=", security.run_as_user()));
  }
  if (security.has_run_as_group()) {
    said.push_back(absl::StrCat("group=", security.run_as_group()));
  }
  if (security.run_as_non_root()) said.push_back("not-root");
  if (security.read_only_root_filesystem()) said.push_back("read-only");
  if (security.has_seccomp_profile()) {
    said.push_back(security.seccomp_profile().type());
  }
  return absl::StrJoin(said, " ");
}

// The init container's security context, without what it always has.
std::string SecurityOf(absl::string_view pod_template, absl::string_view step,
                       const v1::PlanRequest& request = {}) {
  const Planned planned =
      PlanYaml(absl::StrCat("apiVersion: tekton.dev/v1\n"
                            "kind: TaskRun\n"
                            "metadata: {name: r}\n"
                            "spec:\n"
                            "  podTemplate: {securityContext: {",
                            pod_template,
                            "}}\n"
                            "  taskSpec:\n"
                            "    steps:\n"
                            "    - {name: s, image: busybox, command: [id], "
                            "securityContext: {",
                            step, "}}\n"),
               request);
  EXPECT_TRUE(planned.errors.empty()) << planned.errors.front();
  if (planned.plan.pods_size() != 1) return "no Pod";
  return Shown(planned.plan.pods(0).launcher_security_context());
}

v1::PlanRequest With(
    std::initializer_list<std::pair<const char*, const char*>> flags) {
  v1::PlanRequest request;
  for (const auto& [key, value] : flags) {
    (*request.mutable_options()->mutable_feature_flags())[key] = value;
  }
  return request;
}

TEST(LauncherSecurityTest, ItNeverNeedsPrivilege) {
  EXPECT_EQ(SecurityOf("", ""), "");
}

// The image names no user: the kubelet would take it for root's.
TEST(LauncherSecurityTest, ItHasAUserWhereThePodMustNotRunAsRoot) {
  EXPECT_EQ(SecurityOf("runAsNonRoot: true", "runAsUser: 1000"),
            "user=65532 group=65532 not-root");
}

TEST(LauncherSecurityTest, ThePodsUserIsItsOwn) {
  EXPECT_EQ(SecurityOf("runAsNonRoot: true, runAsUser: 1000", ""), "not-root");
}

TEST(LauncherSecurityTest, ThePodsGroupIsItsOwn) {
  EXPECT_EQ(
      SecurityOf("runAsNonRoot: true, runAsGroup: 3000", "runAsUser: 1000"),
      "user=65532 not-root");
}

TEST(LauncherSecurityTest, ItGivesUpWhatEachStepGivesUp) {
  EXPECT_EQ(SecurityOf("",
                       "runAsNonRoot: true, runAsUser: 1000, seccompProfile: "
                       "{type: RuntimeDefault}"),
            "user=65532 group=65532 not-root RuntimeDefault");
}

TEST(LauncherSecurityTest, SetSecurityContextIsHonoured) {
  EXPECT_EQ(SecurityOf("", "", With({{"set-security-context", "true"}})),
            "user=65532 group=65532 not-root RuntimeDefault");
}

TEST(LauncherSecurityTest, ItsRootIsReadOnlyOnlyWithSetSecurityContext) {
  constexpr const char* kReadOnly =
      "set-security-context-read-only-root-filesystem";
  EXPECT_EQ(SecurityOf("", "", With({{kReadOnly, "true"}})), "");
  EXPECT_EQ(
      SecurityOf("runAsUser: 1000", "",
                 With({{kReadOnly, "true"}, {"set-security-context", "true"}})),
      "not-root read-only RuntimeDefault");
}

}  // namespace
}  // namespace colocation
