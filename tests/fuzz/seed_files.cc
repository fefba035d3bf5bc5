#include "tests/fuzz/seed_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace colocation::fuzz {
namespace {

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> YamlFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code absent;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder, absent)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<std::string> YamlTexts() {
  std::vector<std::string> texts;
  for (const char* folder : {"examples", "tests/golden"}) {
    for (const std::string& path : YamlFiles(folder)) {
      texts.push_back(Content(path));
    }
  }
  for (const std::string& path : YamlFiles("tests/parity/hard_cases")) {
    constexpr std::string_view kHead = "# case: ";
    const std::string text = Content(path);
    size_t at = text.find(kHead);
    while (at != std::string::npos) {
      const size_t next = text.find(kHead, at + 1);
      texts.push_back(text.substr(at, next - at));
      at = next;
    }
  }
  return texts;
}

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

std::string_view RunText() {
  return R"y(apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  timeouts: {pipeline: 1h, tasks: 30m}
  params: [{name: who, value: me}]
  workspaces:
    - {name: src, emptyDir: {}}
    - name: kept
      volumeClaimTemplate:
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  pipelineSpec:
    params: [{name: who}]
    workspaces: [{name: src}, {name: kept}]
    results: [{name: sha, value: "$(tasks.clone.results.sha)"}]
    tasks:
      - name: clone
        retries: 1
        workspaces: [{name: src}]
        taskSpec:
          workspaces: [{name: src}]
          results: [{name: sha}, {name: list, type: array}]
          sidecars: [{name: db, image: db, command: [db], readinessProbe: {exec: {command: ["true"]}}}]
          steps:
            - {name: get, image: git, script: "echo $(params.who)"}
            - {name: say, image: git, command: [say], onError: continue}
      - name: test
        timeout: 5m
        when: [{input: "$(tasks.clone.results.sha)", operator: in, values: [a, b]}]
        workspaces: [{name: src}]
        taskSpec:
          workspaces: [{name: src}]
          params: [{name: p}]
          steps: [{name: t, image: go, command: [go], args: ["$(params.p)"]}]
        params: [{name: p, value: "$(tasks.clone.results.list[0])"}]
      - name: deploy
        runAfter: [test]
        workspaces: [{name: kept}]
        taskSpec:
          workspaces: [{name: kept}]
          steps: [{name: d, image: go, command: [go], computeResources: {requests: {cpu: 100m}}}]
      - name: custom
        taskRef: {apiVersion: example.dev/v1, kind: Approval}
    finally:
      - name: report
        workspaces: [{name: src}]
        taskSpec:
          workspaces: [{name: src}]
          steps: [{name: r, image: go, command: [go], args: ["$(tasks.status)"]}]
)y";
}

}  // namespace colocation::fuzz
