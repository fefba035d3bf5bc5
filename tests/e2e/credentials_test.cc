// Steps have the credentials of their ServiceAccount, in real containers.
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/decode/encode.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kObjects[] = R"(
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
secrets: [{name: git}, {name: key}, {name: registry}]
---
apiVersion: v1
kind: Secret
metadata: {name: git, annotations: {tekton.dev/git-0: "https://git.example.org"}}
type: kubernetes.io/basic-auth
---
apiVersion: v1
kind: Secret
metadata: {name: key, annotations: {tekton.dev/git-0: git.example.org}}
type: kubernetes.io/ssh-auth
---
apiVersion: v1
kind: Secret
metadata: {name: registry}
type: kubernetes.io/dockerconfigjson
)";

constexpr char kRun[] = R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  taskRunTemplate: {serviceAccountName: builder}
  workspaces: [{name: src, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - name: root
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps:
        - name: show
          image: IMAGE
          env: [{name: HOME, value: /root}]
          script: |
            cd $HOME
            cat .gitconfig .git-credentials .ssh/config .ssh/id_key .ssh/known_hosts .docker/config.json
            stat -c '%a %n' .gitconfig .ssh .ssh/id_key .docker .docker/config.json $(credentials.path)/.gitconfig
    - name: other-user
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        stepTemplate:
          env: [{name: HOME, value: /tekton/home}]
          securityContext: {runAsUser: 1234}
        steps:
        - name: change
          image: IMAGE
          script: |
            cat $HOME/.git-credentials
            echo changed > $HOME/.gitconfig
        - name: see
          image: IMAGE
          script: cat $HOME/.gitconfig
    - name: again
      retries: 1
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps:
        - name: try
          image: IMAGE
          env: [{name: HOME, value: /tekton/home}]
          script: |
            cat /tekton/creds-secrets/git/username $HOME/.git-credentials
            test $(context.task.retry-count) = 1
        sidecars: [{name: aside, image: IMAGE, script: exec tail -f /dev/null}]
    - name: workspace-home
      runAfter: [root, other-user]
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps:
        - name: first
          image: IMAGE
          env: [{name: HOME, value: $(workspaces.src.path)/home}]
          script: cat $HOME/.docker/config.json
        - name: no-home
          image: IMAGE
          env: [{name: HOME, value: /proc/nothing}]
          script: echo ran without a home
        sidecars:
        - name: aside
          image: IMAGE
          script: |
            cat /tekton/creds-secrets/*/* /tekton/creds/.git-credentials \
              > $(workspaces.src.path)/new 2>&1 || true
            mv $(workspaces.src.path)/new $(workspaces.src.path)/aside
            exec tail -f /dev/null
          readinessProbe:
            exec: {command: [test, -e, /workspace/src/aside]}
            periodSeconds: 1
    - name: aside
      runAfter: [workspace-home]
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps:
        - name: see
          image: IMAGE
          script: cat $(workspaces.src.path)/aside
)";

class CredentialsTest : public PlannedRunTest {
 protected:
  podman::RunOptions WithSecrets() {
    podman::RunOptions options = Options();
    options.objects.secrets["git"] = {{"username", "me"},
                                      {"password", "hunter2"}};
    options.objects.secrets["key"] = {
        {"ssh-privatekey", "hunter2-KEY\n"},
        {"known_hosts", "git.example.org ssh-ed25519 AAAA\n"}};
    options.objects.secrets["registry"] = {
        {".dockerconfigjson", R"({"auths": {"https://r": {"auth": "eDp5"}}})"}};
    return options;
  }
};

TEST_F(CredentialsTest, StepsFindThemAtHome) {
  const RunResult run =
      RunPlanned(Request(absl::StrCat(kRun, kObjects)), WithSecrets());
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("root"),
            "[credential]\n\thelper = store\n"
            "[credential \"https://git.example.org\"]\n\tusername = me\n"
            "https://me:hunter2@git.example.org\n"
            "Host git.example.org\n    HostName git.example.org\n"
            "    Port 22\n    IdentityFile /tekton/creds/.ssh/id_key\n"
            "hunter2-KEY\n"
            "git.example.org ssh-ed25519 AAAA\n"
            "{\"auths\":{\"https://r\":{\"auth\":\"eDp5\"}}}"
            "600 .gitconfig\n700 .ssh\n600 .ssh/id_key\n700 .docker\n"
            "600 .docker/config.json\n600 /tekton/creds/.gitconfig\n");
  // What a step changes stays for the next one.
  EXPECT_EQ(run.LogOf("other-user"),
            "https://me:hunter2@git.example.org\nchanged\n");
  // The sidecar's clean-up leaves the mounts of the steps alone.
  EXPECT_EQ(run.LogOf("again"),
            "mehttps://me:hunter2@git.example.org\n"
            "launcher: step \"try\" exited with code 1\n"
            "mehttps://me:hunter2@git.example.org\n");
  EXPECT_THAT(run.LogOf("workspace-home"), HasSubstr("\"auth\":\"eDp5\""));
  EXPECT_THAT(run.LogOf("workspace-home"),
              HasSubstr("warning: unsuccessful cred copy: .docker"));
  EXPECT_THAT(run.LogOf("workspace-home"), HasSubstr("ran without a home"));
  // A sidecar sees neither the Secrets nor what was made of them.
  EXPECT_THAT(run.LogOf("aside"), HasSubstr("No such file"));
  EXPECT_THAT(run.LogOf("aside"), Not(HasSubstr("hunter2")));
  for (const std::string& text : {ToJson(run.plan), ToJson(run.pod)}) {
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  }
}

TEST_F(CredentialsTest, SecretWithoutItsKeyFailsTheTask) {
  podman::RunOptions options = WithSecrets();
  options.objects.secrets["key"].erase("ssh-privatekey");
  const RunResult run =
      RunPlanned(Request(absl::StrCat(kRun, kObjects)), options);
  EXPECT_EQ(run.phase(), "Failed");
  EXPECT_THAT(run.LogOf("root"),
              HasSubstr("/tekton/creds-secrets/key/ssh-privatekey"));
  EXPECT_THAT(run.LogOf("root"), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace colocation
