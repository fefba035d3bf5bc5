// The plan that is shown: the message ColocationPlan as JSON, and what follows
// from it. Lists that a plan leaves out are empty, and names of nothing lead
// nowhere: plans may come from files that others wrote.

type Quantities = Record<string, string>;

interface MountJson { name?: string; mountPath?: string; subPath?: string; readOnly?: boolean }

export interface ContainerJson {
  role?: string;
  task?: string;
  unit?: string;
  step?: string;
  container?: {name?: string; image?: string; volumeMounts?: MountJson[]; resources?: {requests?: Quantities}};
  asked?: Quantities;
}

export interface UnitJson {
  name?: string;
  steps?: string[];
  sidecars?: string[];
  matrixParams?: {name?: string; value?: unknown}[];
  need?: Quantities;
}

interface WhenJson { input?: string; operator?: string; values?: string[]; cel?: string }

interface TaskJson {
  name?: string;
  displayName?: string;
  finally?: boolean;
  placement?: string;
  pod?: string;
  units?: UnitJson[];
  waitFor?: string[];
  end?: {skipReason?: string};
  external?: string;
  origin?: {file?: string; document?: number};
  path?: string;
  workspaces?: string[];
  taskRef?: string;
  when?: WhenJson[];
}

interface DependencyJson { from?: string; to?: string; kind?: string; paths?: string[]; gate?: boolean }

export interface VolumeJson { purpose?: string; volume?: Record<string, unknown> & {name?: string}; workspace?: string }

export interface UseJson {
  resource?: string;
  sum?: string;
  peak?: string;
  requested?: string;
  witness?: {unit?: string; quantity?: string}[];
}

export interface PodJson {
  name?: string;
  tasks?: string[];
  startWhen?: {tasks?: string[]}[];
  spec?: {serviceAccountName?: string};
  volumes?: VolumeJson[];
  containers?: ContainerJson[];
  resources?: UseJson[];
  node?: string;
}

interface DecisionJson { code?: string; tasks?: string[]; pods?: string[]; message?: string; hint?: string }

export interface PlanJson {
  run?: {name?: string; namespace?: string; pipeline?: string};
  tasks?: TaskJson[];
  dependencies?: DependencyJson[];
  pods?: PodJson[];
  decisions?: DecisionJson[];
}

/** That one task comes after another one. */
export interface Edge {
  from: Task;
  to: Task;
  /** "result", "runAfter", ...: as many as there are reasons. */
  reasons: {kind: string; paths: string[]}[];
  /** Through a gate, as the first one ends elsewhere. */
  gate: boolean;
  /** It is waited for; otherwise it follows from other waits. */
  waits: boolean;
  /** How it is drawn. */
  tone: Tone;
}

export type Tone = 'order' | 'result' | 'finally' | 'other';

export interface Task {
  index: number;
  name: string;
  json: TaskJson;
  pod: Pod | undefined;
  before: Edge[];
  after: Edge[];
}

export interface Pod { name: string; json: PodJson; tasks: Task[]; containers: Map<string, ContainerJson> }

export interface Plan { json: PlanJson; tasks: Task[]; pods: Pod[]; edges: Edge[] }

const KINDS: Record<string, [string, Tone]> = {
  ORDERING: ['runAfter', 'order'],
  RESOURCE: ['result', 'result'],
  FINALLY: ['finally', 'finally'],
};

/** What a kind of dependency is called: a new one by its name in the message. */
export function kindName(kind: string | undefined): [string, Tone] {
  if (kind === undefined) return ['order', 'order'];
  return KINDS[kind] ?? [kind.toLowerCase().replaceAll('_', ' '), 'other'];
}

const TONES: Tone[] = ['result', 'other', 'order', 'finally'];

/** Of several tones the one that tells most. */
export function strongest(tones: Tone[]): Tone {
  return TONES.find((tone) => tones.includes(tone)) ?? 'order';
}

export function readPlan(json: PlanJson): Plan {
  const pods = (json.pods ?? []).map((pod): Pod => ({
    name: pod.name ?? '',
    json: pod,
    tasks: [],
    containers: new Map((pod.containers ?? []).map((container) => [container.container?.name ?? '', container])),
  }));
  const podByName = new Map(pods.map((pod) => [pod.name, pod]));
  const tasks = (json.tasks ?? []).map((task, index): Task => ({
    index,
    name: task.name ?? '',
    json: task,
    pod: task.placement === 'PLACEMENT_POD' ? podByName.get(task.pod ?? '') : undefined,
    before: [],
    after: [],
  }));
  for (const task of tasks) task.pod?.tasks.push(task);
  return {json, tasks, pods, edges: readEdges(json, tasks)};
}

function readEdges(json: PlanJson, tasks: Task[]): Edge[] {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const found = new Map<string, Edge>();
  const edgeOf = (fromName: string | undefined, toName: string | undefined): Edge | undefined => {
    const from = byName.get(fromName ?? '');
    const to = byName.get(toName ?? '');
    if (!from || !to || from === to) return undefined;
    const key = `${from.index} ${to.index}`;
    let edge = found.get(key);
    if (!edge) {
      edge = {from, to, reasons: [], gate: false, waits: false, tone: 'order'};
      found.set(key, edge);
    }
    return edge;
  };
  for (const dependency of json.dependencies ?? []) {
    const edge = edgeOf(dependency.from, dependency.to);
    if (!edge) continue;
    edge.reasons.push({kind: dependency.kind ?? '', paths: dependency.paths ?? []});
    edge.gate ||= dependency.gate ?? false;
  }
  for (const task of tasks) {
    for (const name of task.json.waitFor ?? []) {
      const edge = edgeOf(name, task.name);
      if (edge) edge.waits = true;
    }
  }
  const edges = [...found.values()].sort((a, b) => a.to.index - b.to.index || a.from.index - b.from.index);
  for (const edge of edges) {
    if (edge.reasons.length) edge.tone = strongest(edge.reasons.map((reason) => kindName(reason.kind)[1]));
    edge.from.after.push(edge);
    edge.to.before.push(edge);
  }
  return edges;
}

/** Why an edge is there, in words: "result (spec.tasks[2].params[0].value)". */
export function reasonText(edge: Edge, withPaths: boolean): string {
  const texts = edge.reasons.map((reason) => {
    const name = kindName(reason.kind)[0];
    return withPaths && reason.paths.length ? `${name} (${reason.paths.join(', ')})` : name;
  });
  const unique = [...new Set(texts.length ? texts : ['order'])];
  return unique.join(', ') + (edge.gate ? ', through a gate' : '');
}

/** All tasks that come before (or after) one, without itself. */
export function reach(start: Task, direction: 'before' | 'after'): Set<Task> {
  const seen = new Set<Task>();
  const queue = [start];
  for (let task = queue.pop(); task; task = queue.pop()) {
    for (const edge of task[direction]) {
      const next = direction === 'before' ? edge.from : edge.to;
      if (next === start || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}

/** The containers of a unit: its steps in order, then its sidecars. */
export function containersOf(task: Task, unit: UnitJson): ContainerJson[] {
  const names = [...unit.steps ?? [], ...unit.sidecars ?? []];
  return names.flatMap((name) => task.pod?.containers.get(name) ?? []);
}

/** What a task's units need together: "cpu 2, memory 2Gi" by resource. */
export function needText(need: Quantities | undefined): string {
  return Object.entries(need ?? {}).map(([resource, amount]) => `${resource} ${amount}`).join(', ');
}

const SKIPS: Record<string, string> = {
  SKIP_REASON_WHEN: 'its when expressions don’t hold',
  SKIP_REASON_PARENT_SKIPPED: 'a task that it depends on is skipped',
  SKIP_REASON_MISSING_RESULTS: 'a result that it needs will not exist',
  SKIP_REASON_EMPTY_MATRIX: 'its matrix is empty',
};

/** Where a task runs: "in Pod build", "outside: CustomRun ...", "never: ...". */
export function placeText(task: Task): string {
  if (task.json.placement === 'PLACEMENT_EXTERNAL') return `outside of Pods: ${task.json.external ?? ''}`;
  if (task.json.placement === 'PLACEMENT_SKIPPED') {
    return `never runs: ${SKIPS[task.json.end?.skipReason ?? ''] ?? 'it can’t run'}`;
  }
  return `in Pod ${task.pod?.name ?? task.json.pod ?? ''}`;
}
