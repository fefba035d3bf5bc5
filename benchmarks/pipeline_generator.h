// Synthetic pipelines of any size, for benchmarks.
//
// Each looks like what people write: tasks in layers that run after those of
// the layer before, every third one takes a result of its parent, every fourth
// one refers to a Task; all share one workspace and use the pipeline's
// parameters. The same text for the same numbers, about 350 bytes a task.
#ifndef COLOCATION_BENCHMARKS_PIPELINE_GENERATOR_H_
#define COLOCATION_BENCHMARKS_PIPELINE_GENERATOR_H_

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace colocation {

struct GeneratedPipeline {
  int tasks = 1000;
  // Tasks side by side in a layer.
  int width = 10;
  // Tasks of the layer before that each waits for.
  int parents = 3;
};

// A Task, a Pipeline and a PipelineRun, as one YAML text.
inline std::string GeneratePipeline(const GeneratedPipeline& shape) {
  std::string text = R"(apiVersion: tekton.dev/v1
kind: Task
metadata: {name: check}
spec:
  params: [{name: subject}, {name: level, default: high}]
  workspaces: [{name: source}]
  results: [{name: digest}]
  steps:
  - name: check
    image: registry.example/check:1.4
    workingDir: $(workspaces.source.path)
    args: ["--level", $(params.level), $(params.subject)]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: generated}
spec:
  params:
  - {name: revision, default: main}
  - {name: registry, type: string}
  workspaces:
  - name: source
  tasks:
)";
  for (int i = 0; i < shape.tasks; ++i) {
    absl::StrAppend(&text, "  - name: task-", i, "\n");
    const int layer = i / shape.width;
    if (layer > 0) {
      absl::StrAppend(&text, "    runAfter: [");
      const int first = (layer - 1) * shape.width;
      for (int j = 0; j < std::min(shape.parents, shape.width); ++j) {
        absl::StrAppend(&text, j == 0 ? "" : ", ", "task-",
                        first + (i + j * 7) % shape.width);
      }
      absl::StrAppend(&text, "]\n");
    }
    absl::StrAppend(&text,
                    "    workspaces:\n    - name: source\n    params:\n");
    const bool uses_result = layer > 0 && i % 3 == 0;
    absl::StrAppend(&text, "    - name: subject\n      value: ",
                    uses_result ? absl::StrCat("$(tasks.task-", i - shape.width,
                                               ".results.digest)")
                                : "$(params.registry)/app:$(params.revision)",
                    "\n");
    if (i % 4 == 0) {
      absl::StrAppend(&text, "    taskRef:\n      name: check\n");
      continue;
    }
    absl::StrAppend(&text, R"(    taskSpec:
      params:
      - name: subject
      results:
      - name: digest
      steps:
      - name: build
        image: registry.example/build:2.1
        script: |
          #!/bin/sh
          cd $(workspaces.source.path)
          make $(params.revision) SUBJECT=$(params.subject) ID=)",
                    i, R"(
          printf %s "$SUBJECT" > $(results.digest.path)
)");
  }
  absl::StrAppend(&text, R"(---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: generated-run}
spec:
  pipelineRef: {name: generated}
  params: [{name: registry, value: registry.example}]
  workspaces: [{name: source, emptyDir: {}}]
)");
  return text;
}

}  // namespace colocation

#endif  // COLOCATION_BENCHMARKS_PIPELINE_GENERATOR_H_
