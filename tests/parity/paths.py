"""Whether Tekton's field path leads to ours.

Ours must be the same place or one further in. Tekton's paths have oddities, and
indices that are names: both are put right here, each with the function that
makes it, and a name in brackets stands for whatever index we have there.
"""

import re
from typing import List

# (what Tekton writes, what it means, where it comes from)
ODDITIES = [
    (r"^spec\.(?:steps\[\d+\]\.)+(?=steps\[)", "spec.", "task_validation.go, validateArrayUsage and validateObjectUsageAsWhole: earlier errors are wrapped again for each step"),
    (r"(\.|\b)(?:steps\[\d+\]\.)+(?=steps\[)", r"\1", "the same"),
    (r"\bvolumeMount\[", "volumeMounts[", "task_validation.go, validateStepVariables"),
    (r"\bsteps\.results\[(\d+)\]\[(\d+)\]", r"steps[\1].results[\2]", "task_validation.go, StepList.Validate"),
    (r"\bsidecars\.(?=\w+$)", "sidecars[*].", "task_validation.go, SidecarList.Validate: no index"),
    (r"negative.timeout$", "timeout", "container_validation.go, Step.Validate"),
    (r"\.(?:tasks|finally)\.params\b", ".params", "pipeline_validation.go, ValidatePipelineParameterVariables: the pipeline's own params"),
    (r"\.(tasks|finally)\.value$", r".\1", "pipeline_validation.go, validatePipelineContextVariables: no index"),
    (r"\bparams\.(.*)\.default\.type$", r"params[\1].default", "task_validation.go, ParamSpec.ValidateType"),
    (r"\bparams\.(.*)\.(type|properties)$", r"params[\1].\2", "task_validation.go, ParamSpec.ValidateType, ValidateObjectType"),
    (r"\bresults\[(\d+)\]\..+\.type$", r"results[\1].value", "result_validation.go, TaskResult.validateValue: the type of the value"),
    (r"\bresults\[(\d+)\]\..+\.(value|properties)$", r"results[\1].\2", "result_validation.go, TaskResult.Validate"),
    (r"(Ref|steps\[\d+\])\[([^\]]*)\]\.name$", r"\1.params[\2].name", "container_validation.go, validateRef: without \"params\""),
    (r"\.([^.\[\]]+)\.properties$", r".params[\1]", "task_validation.go, ValidateObjectParamsHaveProperties; taskrun_validation.go, combineParamSpec"),
    (r"\bmatrix\.include\.params\.?(\[\d+\])?$", "matrix.include", "matrix_types.go, validatePipelineParametersVariablesInMatrixParameters: the include's index is lost"),
    (r"\bmatrix\[(.*)\]$", "matrix", "matrix_types.go, validateParameterInOneOfMatrixOrParams"),
    (r"\.properties\[[^\]]*\]$", "", "param_types.go, validatePipelineParametersVariablesInTaskParameters: a key of a value"),
    (r"\bparams\.params\[", "params[", "param_types.go, validatePipelineParametersVariablesInTaskParameters"),
    (r"(when\[\d+\])\.(?!(?:input|values)$).*$", r"\1", "when_validation.go: the expression and the error as paths"),
    (r"\.volumeDevices\.\w+$", ".volumeDevices", "container_validation.go, validateStepResultReference: no index"),
    (r"\.volumeMounts\.\w+$", ".volumeMounts", "container_validation.go, validateStepResultReference: no index"),
    (r"\.envFrom\.\w+$", ".envFrom", "container_validation.go, validateStepResultReference: no index"),
    (r"\b(taskRef|pipelineRef)\[([^\]]*)\]\.name$", r"\1.params[\2].name", "container_validation.go, validateRef: params is left out"),
    (r"\bstepSpecs\.resources$", "stepSpecs", "taskrun_validation.go, validateTaskRunComputeResources"),
    (r"\bstepOverrides\.resources$", "stepOverrides", "the same"),
]
_ODDITIES = [(re.compile(pattern), to) for pattern, to, _ in ODDITIES]
# In a run, checks over the embedded specs leave the way to them out.
_INLINE = re.compile(r"^spec(?:\.(?:steps|params)\b.*|\[\d+\].*|\.(?!pipelineSpec\b|taskSpec\b).*\.(?:type|properties))$")
# A pipeline's embedded tasks, checked as a whole, lose `taskSpec`.
_EMBEDDED = re.compile(r"((?:tasks|finally)\[\d+\])\.(?!taskSpec\b)(steps\[|[^.]+\.properties$)")
# These name a field that is missing or one of several: ours may name the place
# where it is missing.
_PARENT_CODES = {"missing-field", "one-of-none", "one-of-many", "empty-spec", "duplicate-name", "param-type"}


def usual(path: str) -> str:
    path = _EMBEDDED.sub(r"\1.taskSpec.\2", path)
    for pattern, to in _ODDITIES:
        path = pattern.sub(to, path)
    return path


def segments(path: str) -> List[str]:
    return [part for part in re.findall(r"\[[^\]]*\]|[^.\[\]]+", path)]


def _same(tekton: str, ours: str) -> bool:
    if tekton.startswith("["):
        return ours.startswith("[") and (not tekton[1:-1].isdigit() or tekton == ours)
    return tekton.lower() == ours.lower()


def leads_to(tekton: str, ours: str, kind: str, codes) -> bool:
    """Whether Tekton's path is a prefix of ours, oddities aside."""
    if not tekton:
        return True
    if kind in ("PipelineRun", "TaskRun") and _INLINE.match(tekton):
        # Somewhere within the embedded spec, or the run's params.
        return ours.startswith(("spec.pipelineSpec", "spec.taskSpec", "spec.params"))
    # A pipeline's own object, looked at beside those of an embedded Task.
    declared = re.match(r"(.*)\.(?:tasks|finally)\[\d+\]\.[^.]+\.properties$", tekton)
    if declared and ours.startswith(declared.group(1) + ".params["):
        return True
    # A timeout of v1beta1 is timeouts.pipeline in v1 (pipelinerun_conversion.go),
    # of which our paths speak; the place in the text is that of the old field.
    if kind == "PipelineRun" and tekton == "spec.timeout" and ours == "spec.timeouts.pipeline":
        return True
    wanted, have = segments(usual(tekton)), segments(ours)
    # A generated name has been filled in when Tekton looks at it.
    if have == ["metadata", "generateName"] and wanted == ["metadata", "name"]:
        return True
    # What stepTemplate gives is ours where it is written; merge.go,
    # MergeStepsWithStepTemplate, has put it into the steps.
    if "stepTemplate" in have and "steps" in wanted:
        at = wanted.index("steps")
        wanted[at:at + 2] = ["stepTemplate"]

    def prefix(parts: List[str]) -> bool:
        return len(parts) <= len(have) and all(_same(a, b) for a, b in zip(parts, have))

    if prefix(wanted):
        return True
    if _PARENT_CODES & set(codes) and prefix(wanted[:-1]):
        return True
    # A step's ref is checked without "ref" in the path.
    if "ref" in have:
        at = have.index("ref")
        if prefix(wanted[:at] + ["ref"] + wanted[at:]) or prefix(wanted[:at]) and at >= len(wanted) - 1:
            return True
    return False
