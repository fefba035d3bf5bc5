#include "cli/help.h"

#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace colocation::cli {
namespace {

constexpr Flag kFlags[] = {
    {"output", 'o', "text|yaml|json|binpb",
     "How to print the plan: text for people, the others for programs (the "
     "message ColocationPlan of proto/colocation/v1/plan.proto; binpb is "
     "protobuf's binary form).",
     " plan "},
    {"output", 'o', "yaml|json",
     "How to print the manifests: YAML documents, or one JSON List.",
     " render "},
    {"output", 'o', "yaml|json",
     "How to print the pipeline's results: a line of YAML each, or one JSON "
     "object.",
     " run "},
    {"output", 'o', "dot|svg|html|mermaid",
     "How to draw: dot is Graphviz' language, svg a picture, html a page to "
     "look around in (with --durations and --cluster also a timeline), mermaid "
     "what forges draw in Markdown.",
     " graph "},
    {"output", 'o', "text|json",
     "How to print the version: for people, or for programs.", " version "},
    {"output", 'o', "text|yaml|json",
     "How to print the result: text for people, the others for programs (the "
     "message SimulationResult of proto/colocation/v1/simulation.proto).",
     " simulate "},
    {"task", 0, "NAME", "Explain only what concerns this pipeline task.",
     " explain "},
    {"policy", 0, "workspaces|pipelinerun|isolated",
     "Which tasks share a Pod: those that share an emptyDir workspace (the "
     "default), as many as can, or none.",
     " plan render run explain graph diff check simulate "},
    {"requests", 0, "peak|sum",
     "What the containers of a Pod ask for together: the most that can run at "
     "once (the default), or the sum of what is written.",
     " plan render run explain graph diff check simulate "},
    {"run", 0, "NAME",
     "Which PipelineRun, TaskRun, Pipeline or Task to take where the input has "
     "several.",
     " validate plan render run explain graph diff check simulate "},
    {"name", 0, "NAME",
     "The run's name, in place of its own or of what generateName gives: so "
     "that a run can be created twice.",
     " plan render run explain graph diff check "},
    {"only", 0, "TASK",
     "Take only this pipeline task and what it needs: the tasks that it waits "
     "for, and those that they wait for.",
     " plan run explain graph "},
    {"param", 'p', "NAME=VALUE",
     "A value for a parameter of the pipeline; it wins over the PipelineRun's. "
     "An array is a,b or [\"a\",\"b\"]; an object is key:value,key:value or "
     "{\"key\":\"value\"}. May be repeated, as may all that follow but those "
     "with one meaning.",
     " validate plan render run explain graph diff check simulate "},
    {"workspace", 'w', "NAME=KIND",
     "What a workspace of the pipeline is: NAME=emptyDir, NAME=claim:CLAIM, "
     "NAME=configMap:NAME, NAME=secret:NAME, NAME=claimTemplate:FILE; or as "
     "tkn has it: name=NAME,emptyDir= and so on, with subPath=DIRECTORY. "
     "Without a PipelineRun, what is not given is an emptyDir.",
     " validate plan render run explain graph diff check simulate "},
    {"image-config", 0, "IMAGE=COMMAND",
     "The ENTRYPOINT of an image, for steps with neither command nor script; "
     "or a FILE that says images: [{image: I, entrypoint: [...], cmd: "
     "[...]}].",
     " plan render run explain graph diff check simulate "},
    {"cluster", 0, "FILE",
     "What is known of the cluster: Nodes, LimitRanges, ResourceQuotas, "
     "ServiceAccounts and Secrets (whose data is not read) as kubectl get -o "
     "yaml prints them, a file that says nodes, limitRanges, resourceQuotas, "
     "serviceAccounts, secrets and podLevelResources, or the file that "
     "simulate takes.",
     " plan render run explain graph diff check "},
    {"limit", 0, "NAME=NUMBER",
     "An upper bound: pod_containers, pod_bytes, result_bytes for what may be "
     "in one Pod; input_bytes, depth, alias_events, matrix_combinations for "
     "what is read. Tasks that need not share a Pod are split where together "
     "they are more; what has to share one is refused.",
     " validate plan render run explain graph diff check simulate "},
    {"fit", 0, "LIMITS",
     "At most so much is in use at once in a Pod: cpu=4,memory=8Gi,tasks=3. "
     "Where it would be more, tasks wait for others, as they do without this "
     "flag where no known node has room for them at once. off: no such waits; "
     "what does not fit is refused.",
     " plan render run explain graph diff check simulate "},
    {"cluster", 0, "FILE",
     "The cluster to simulate: nodes, node groups, storage classes, costs, how "
     "Tekton is set up (the message SimulationCluster of "
     "proto/colocation/v1/simulation.proto), or Nodes as kubectl get -o yaml "
     "prints them. Has to be given.",
     " simulate "},
    {"durations", 0, "FILE",
     "How long tasks take and how they end (the message Durations of "
     "simulation.proto); 30s each where it is not given.",
     " simulate "},
    {"durations", 0, "FILE",
     "With -o html and --cluster: how long tasks take, as simulate reads it; "
     "the page then has a timeline of the simulated run.",
     " graph "},
    {"runs", 0, "N", "How many runs come (default: 1).", " simulate "},
    {"interval", 0, "DURATION",
     "From the arrival of one run to that of the next (default: 0s, all at "
     "once).",
     " simulate "},
    {"arrivals", 0, "even|random",
     "Whether the interval is always the same (the default) or the mean of "
     "random ones.",
     " simulate "},
    {"seed", 0, "N",
     "Where chance comes from: the same seed gives the same result (default: "
     "0).",
     " simulate "},
    {"details", 0, "N",
     "How many runs to tell in full, and how many deadlocks (default: 1).",
     " simulate "},
    {"resolved", 0, "FILE",
     "What remote references stand for: a file that says resolved: "
     "[{resolver: R, params: [...], document: {name: PATH}}].",
     " validate plan render run explain graph diff check simulate "},
    {"service-account", 's', "NAME",
     "The service account of tasks that name none (default: \"default\").",
     " plan render run explain graph diff check simulate "},
    {"namespace", 'n', "NAME",
     "The namespace of objects that name none (default: \"default\").",
     " plan render run explain graph diff check simulate "},
    {"launcher-image", 0, "IMAGE",
     "The image that has the launcher as /launcher.",
     " plan render explain graph diff check "},
    {"controlled", 0, "",
     "A controller creates the Pods when they may start and opens their gates.",
     " plan render explain graph diff check "},
    {"patch-images", 0, "",
     "With --controlled: an image that a result names is put into the running "
     "Pod, instead of a Pod of its own (docs/planning.md has the risks).",
     " plan render explain graph diff check "},
    {"api-fields", 0, "stable|beta|alpha",
     "Tekton's enable-api-fields: which of its features may be used (default: "
     "beta, as Tekton).",
     " validate plan render run explain graph diff check simulate "},
    {"feature-flags", 0, "FILE",
     "Tekton's ConfigMaps feature-flags and config-defaults, as kubectl get -o "
     "yaml prints them; --api-fields and --service-account win over them.",
     " validate plan render run explain graph diff check simulate "},
    {"allow-unknown-fields", 0, "",
     "Warn about fields that Tekton doesn't know, instead of refusing them.",
     " validate plan render run explain graph diff check simulate "},
    {"config-map", 0, "NAME=DIRECTORY",
     "A ConfigMap that the Pod refers to: a file a key. Those among the input "
     "are known.",
     " run "},
    {"secret", 0, "NAME=DIRECTORY",
     "A Secret that the Pod refers to: a file a key. Those among the input are "
     "known.",
     " run "},
    {"claim", 0, "NAME=DIRECTORY",
     "A directory that stands for a PersistentVolumeClaim. A claim that is not "
     "given is an empty directory, removed in the end.",
     " run "},
    {"logs", 0, "TASK[/STEP]",
     "Show only the lines of this task or step. May be repeated.", " run "},
    {"timestamps", 0, "", "Put the time (UTC) before each line.", " run "},
    {"progress", 0, "auto|live|lines",
     "How to show what goes on: live has the tasks that run at the end of the "
     "terminal, lines only adds to it; auto (the default) is live on a "
     "terminal, unless CI is set.",
     " run "},
    {"dry-run", 0, "",
     "Print the plan and the images that it takes, and run nothing.", " run "},
    {"network", 0, "MODE", "podman's network mode for the Pod (default: host).",
     " run "},
    {"keep", 0, "",
     "Leave the Pods, their containers and volumes behind, and say where they "
     "are and how to remove them.",
     " run "},
    {"podman", 0, "COMMAND",
     "The podman program and arguments to put before its subcommand.", " run "},
    {"format", 0, "text|json|sarif|github",
     "Print the report to standard output: for people, as a line of JSON (the "
     "message Report of request.proto), as SARIF 2.1.0 for code scanning and "
     "editors, or as annotations of a GitHub workflow.",
     " validate "},
    {"diagnostics", 0, "text|json",
     "How to report what is wrong, on standard error: for people, or as one "
     "line of JSON (the message Report of request.proto).",
     " validate plan render run explain graph diff check simulate "},
    {"color", 0, "auto|always|never",
     "Colours; auto (the default) means on a terminal, unless NO_COLOR is "
     "set.",
     ""},
    {"help", 'h', "", "Show help, for a command where one is given.", ""},
};

constexpr Command kCommands[] = {
    {"validate", "FILE...", "check objects as Tekton would",
     R"(Checks every object as Tekton's webhook does, and every PipelineRun and TaskRun
together with what it refers to, as its reconciler does; a remote reference that
--resolved doesn't give is warned of, as is an object whose kind or group looks
like Tekton's but isn't. Every fault is reported with file, line and column, its
field path, and what to do about it; a file that can't be read hides none of the
others' faults. Ends with how much was checked.
)",
     R"(  colocate validate pipeline.yaml tasks/
  kubectl get pipeline build -o yaml | colocate validate -
  colocate validate --format=sarif . >report.sarif
)"},
    {"plan", "FILE...", "say which tasks share which Pod, and how",
     R"(Plans the only PipelineRun of the input; where there is none, the only TaskRun,
Pipeline or Task. A Pipeline is planned with an emptyDir for each workspace that
--workspace doesn't bind, and needs --param for each parameter without default.

The plan says which Pods there are, which tasks are in which, what every
container waits for, what the Pod asks for, and why.
)",
     R"(  colocate plan pipeline.yaml tasks/ --param revision=main
  colocate plan run.yaml --policy=pipelinerun
  colocate plan run.yaml -o yaml >plan.yaml
)"},
    {"render", "FILE...|PLAN", "print the Pods, for kubectl create",
     R"(Prints the manifests of the planned Pods and of the claims they mount. A single
Pod runs by itself. Several Pods that depend on each other need a controller,
which creates each in its time and opens its gates: they are printed only with
--controlled.

Instead of Tekton's objects, the input may be a plan that "colocate plan" wrote.
)",
     R"(  colocate render run.yaml | kubectl create -f -
  colocate render plan.yaml -o json
)"},
    {"run", "FILE...", "run the planned Pods here, with podman",
     R"(Plans, and runs the Pods on this machine with podman, as a controller and a
kubelet would: real containers, real images, the launcher that orders them; each
Pod in its time, told of what happens in the others. Log lines have the task and
step before them; what starts, ends and is skipped is told as it happens. In the
end a table says how each task went, and the last lines of what failed follow.
The results are on standard output.

ConfigMaps and Secrets are taken from the input or from directories; claims are
directories. Ctrl-C ends the Pods as their deletion would; a second one kills
them. Exits with 3 when the run has failed. Custom tasks can't run here.
)",
     R"(  colocate run examples/build-pipeline.yaml
  colocate run run.yaml --secret git-credentials=./credentials --keep
)"},
    {"explain", "FILE...|PLAN|CODE", "say why the plan is as it is",
     R"(Says for every decision of the plan what made it: why two tasks share a Pod or
don't, why one waits for another and how the plan makes sure of it, where the
resource requests come from, and what to change for another outcome.

With the code of a diagnostic instead, says what that means.
)",
     R"(  colocate explain pipeline.yaml
  colocate explain unknown-task
  colocate explain pipeline.yaml --task=unit-test
)"},
    {"graph", "FILE...|PLAN", "draw the plan",
     R"(Draws Pods, tasks and what waits for what.
)",
     R"(  colocate graph pipeline.yaml -o svg >pipeline.svg
  colocate graph pipeline.yaml -o html >pipeline.html
  colocate graph pipeline.yaml -o dot | dot -Tpng >pipeline.png
  colocate graph pipeline.yaml -o mermaid >>README.md
)"},
    {"diff", "OLD NEW", "say what a change does to the plan",
     R"(Plans both, and says what differs: Pods, when they are created and what they ask
for, volumes and mounts, what tasks wait for and why. What containers do is not
compared. OLD and NEW are a file, a directory or a plan each; flags hold for
both.

Exits with 5 where the plans differ, with 0 where they don't.
)",
     R"(  colocate diff before.yaml after.yaml
  colocate diff plan.yaml pipelines/ --policy=pipelinerun
)"},
    {"check", "FILE...|PLAN", "check that a plan holds",
     R"(Looks for faults in a plan, independently of the planner that made it: an order
that is not kept, a deadlock, volumes that collide, a Pod that Kubernetes would
refuse. The input is a plan that "colocate plan" wrote (YAML, JSON or binary),
or Tekton's objects, whose plan is then made and checked.
)",
     R"(  colocate plan run.yaml -o binpb >run.plan && colocate check run.plan
)"},
    {"simulate", "FILE...|PLAN", "say what would happen in a cluster",
     R"(Runs the pipeline in a simulated cluster, twice: as Tekton does, with a Pod for
each task, a volume and an affinity assistant, and as the plan has it. Shows how
long it takes, what waits for what and why, deadlocks, and what is asked of the
nodes; for one run, or for many that compete for the nodes.

docs/simulate.md says what the model takes into account. examples/simulate has
scenarios from Tekton's issues.
)",
     R"(  colocate simulate run.yaml --cluster=cluster.yaml --durations=durations.yaml
  colocate simulate run.yaml --cluster=cluster.yaml --runs=1000 --interval=20s \
    --arrivals=random --seed=7
)"},
    {"launcher-image", "[NAME]", "write the launcher's image to a file",
     R"(Writes the image that the init container of each Pod runs, which holds the
launcher and nothing else, to standard output: an archive that podman, docker,
skopeo and crane read. NAME is what it is called, with the version as its tag if
it has none.
)",
     R"(  colocate launcher-image registry.example.org/launcher >launcher.tar
  podman load <launcher.tar && podman push registry.example.org/launcher:0.1.0
  skopeo copy oci-archive:launcher.tar docker://registry.example.org/launcher
  crane push launcher.tar registry.example.org/launcher
)"},
    {"completion", "bash|zsh|fish", "print completion for a shell",
     "Prints a script that makes the shell complete commands, flags and their "
     "values.\n",
     "  source <(colocate completion bash)\n"},
    {"man", "", "print the manual page", "Prints colocate(1), for man.\n",
     "  colocate man | man -l -\n"},
    {"version", "", "print the version",
     "Prints the version; as JSON with that of Tekton whose behaviour it "
     "follows, and\nthat of the C interface.\n",
     ""},
    {"help", "[COMMAND]", "show help",
     "Shows help, for a command where one is given.\n", ""},
};

}  // namespace

absl::Span<const Command> Commands() { return kCommands; }
absl::Span<const Flag> Flags() { return kFlags; }

const Command* FindCommand(absl::string_view name) {
  const auto* found = absl::c_find_if(
      kCommands, [&](const Command& command) { return command.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

std::string Introduction() {
  return "colocate plans the tasks of a Tekton pipeline into shared Pods: "
         "tasks "
         "that\nshare an emptyDir workspace become containers of one Pod, in "
         "the right order, and\nneed no PersistentVolume.\n";
}

std::string AboutFiles() {
  return "FILE is a file with any number of Tekton's objects, a directory (its "
         "*.yaml,\n*.yml and *.json, and those below, also in .tekton), or - "
         "for standard input.\nGive everything that belongs to the run: "
         "PipelineRun, Pipeline, Tasks,\nStepActions. Files of a directory "
         "that hold no object are passed over.\n";
}

std::string AboutExitCodes() {
  return "Exit codes: 0 done, 1 the input was refused (standard error says "
         "why, "
         "standard\noutput is empty), 2 wrong usage, 3 the Pod ran and failed, "
         "4 this machine can't\ndo it (no podman, a full disk), 5 the plans "
         "differ (diff).\n";
}

std::string MainHelp() {
  std::string text = absl::StrCat(
      Introduction(), "\nusage: colocate COMMAND FILE... [FLAG...]\n\n");
  size_t widest = 0;
  for (const Command& command : Commands()) {
    widest = std::max(widest, command.name.size());
  }
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "  ", command.name,
                    std::string(widest + 2 - command.name.size(), ' '),
                    command.summary, "\n");
  }
  absl::StrAppend(&text, "\n", AboutFiles(),
                  "\n"
                  "  colocate plan pipeline.yaml tasks/     look at the plan\n"
                  "  colocate run pipeline.yaml tasks/      try it out on this "
                  "machine\n"
                  "  colocate render run.yaml | kubectl create -f -\n"
                  "\n"
                  "\"colocate help COMMAND\" says more about each.\n"
                  "\n",
                  AboutExitCodes());
  return text;
}

std::string CommandHelp(const Command& command) {
  std::string text = absl::StrCat(
      "usage: colocate ", command.name, command.operands.empty() ? "" : " ",
      command.operands, " [FLAG...]\n\n", command.description);
  if (!command.examples.empty()) {
    absl::StrAppend(&text, "\nExamples:\n", command.examples);
  }
  absl::StrAppend(&text, "\nFlags:\n",
                  FlagsHelp(FlagsOf(Flags(), command.name)));
  return text;
}

}  // namespace colocation::cli
