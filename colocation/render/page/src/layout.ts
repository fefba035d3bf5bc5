// Where everything stands.
//
// dagre does the layered layout, with Pods as clusters. Three things are done
// before, so that large pipelines stay readable: tasks that have the same
// neighbours for the same reasons are one block, laid out as a grid (one line
// leads to all of them); where several tasks wait for the same several, the
// lines meet in one point (m + n lines instead of m times n); and finally tasks
// stand at the end without a line from every other task.

import {graphlib, layout as dagreLayout} from '@dagrejs/dagre';
import {type Edge, type Plan, type Pod, type Task, type Tone, strongest} from './plan';

export interface Box { x: number; y: number; width: number; height: number }
export interface Point { x: number; y: number }

/** A line of the picture, which stands for one edge of the plan or more. */
export interface Line { edges: Edge[]; tone: Tone; gate: boolean; ends: boolean; points: Point[] }

export interface Layout {
  /** Left to right, or from above to below where there is little room. */
  horizontal: boolean;
  width: number;
  height: number;
  tasks: Map<Task, Box>;
  pods: Map<Pod, Box>;
  /** Grids of tasks with the same neighbours. */
  blocks: {box: Box; tasks: Task[]}[];
  lines: Line[];
}

/** A node of dagre's graph: a block of tasks, or a point where lines meet. */
interface Vertex { id: string; tasks: Task[]; columns: number; pod: Pod | undefined; box: Box }

/** Between two vertices. */
interface Link { from: Vertex; to: Vertex; edges: Edge[] }

/** A finally task comes after all others: that is no line. */
const isDrawn = (edge: Edge): boolean => edge.waits && edge.tone !== 'finally';

const CHARACTER = 7.9;
const GAP = 10;
const TITLE = 20;
const LEAST_BLOCK = 3;
/** Above that many vertices dagre takes long: it has one try, with the quicker ranking. */
const LARGE = 250;

const hasOwnFrame = (task: Task): boolean => task.pod !== undefined && task.pod.tasks.length === 1;

/** What a task's box measures; that of a Pod's only task has the Pod around it. */
function sizeOf(task: Task, characters: number): {width: number; height: number} {
  const width = 30 + CHARACTER * characters;
  return hasOwnFrame(task) ? {width: width + 16, height: 46 + TITLE + 10} : {width, height: 46};
}

function neighbours(task: Task): string {
  const place = hasOwnFrame(task) ? 'own' : task.pod?.name ?? '';
  const side = (edges: Edge[], end: 'from' | 'to'): string => edges.filter(isDrawn)
      .map((edge) => `${edge[end].index}${edge.tone}${edge.gate}`).sort().join();
  return [place, task.json.placement, task.json.finally, side(task.before, 'from'), side(task.after, 'to')].join('|');
}

function makeVertices(plan: Plan, horizontal: boolean, columns: number): Map<Task, Vertex> {
  const alike = new Map<string, Task[]>();
  for (const task of plan.tasks) {
    const key = neighbours(task);
    alike.set(key, [...alike.get(key) ?? [], task]);
  }
  const vertices = new Map<Task, Vertex>();
  const longest = Math.max(0, ...plan.tasks.map((task) => [...task.name].length));
  const characters = Math.min(Math.max(longest, 17), horizontal ? 30 : 18);
  const add = (tasks: Task[]): void => {
    const sizes = tasks.map((task) => sizeOf(task, characters));
    const width = Math.max(...sizes.map((size) => size.width));
    const height = Math.max(...sizes.map((size) => size.height));
    // Few stand in pairs: a picture is sooner too high than too wide.
    const wanted = Math.max(tasks.length > 2 ? 2 : 1, Math.round(Math.sqrt(tasks.length * height * 1.3 / width)));
    const across = Math.min(tasks.length, Math.max(1, Math.min(wanted, columns)));
    const rows = Math.ceil(tasks.length / across);
    const frame = tasks.length > 1 ? 2 * GAP : 0;
    const vertex: Vertex = {
      id: `task ${tasks[0]?.index}`,
      tasks,
      columns: across,
      pod: tasks[0] && !hasOwnFrame(tasks[0]) ? tasks[0].pod : undefined,
      box: {x: 0, y: 0, width: across * (width + GAP) - GAP + frame, height: rows * (height + GAP) - GAP + frame},
    };
    for (const task of tasks) vertices.set(task, vertex);
  };
  for (const tasks of alike.values()) {
    if (tasks.length >= LEAST_BLOCK) add(tasks);
    else for (const task of tasks) add([task]);
  }
  return vertices;
}

function makeLinks(plan: Plan, vertices: Map<Task, Vertex>): Link[] {
  const links = new Map<string, Link>();
  for (const edge of plan.edges) {
    const from = vertices.get(edge.from);
    const to = vertices.get(edge.to);
    if (!isDrawn(edge) || !from || !to || from === to) continue;
    const key = `${from.id} ${to.id}`;
    const link = links.get(key) ?? {from, to, edges: []};
    link.edges.push(edge);
    links.set(key, link);
  }
  return [...links.values()];
}

/** Lets lines meet where several vertices wait for the same several. */
function joinLinks(links: Link[]): Link[] {
  const incoming = new Map<Vertex, Link[]>();
  for (const link of links) incoming.set(link.to, [...incoming.get(link.to) ?? [], link]);
  const waiting = new Map<string, Link[][]>();
  for (const group of incoming.values()) {
    const key = group.map((link) => link.from.id).sort().join();
    waiting.set(key, [...waiting.get(key) ?? [], group]);
  }
  const joined: Link[] = [];
  for (const groups of waiting.values()) {
    const froms = groups[0]?.length ?? 0;
    if (groups.length < 2 || froms < 2 || groups.length * froms < 6) {
      joined.push(...groups.flat());
      continue;
    }
    const all = groups.flat();
    const pods = new Set(all.flatMap((link) => [link.from.pod, link.to.pod]));
    const point: Vertex = {
      id: `point ${all[0]?.to.id}`,
      tasks: [],
      columns: 1,
      pod: pods.size === 1 ? [...pods][0] : undefined,
      box: {x: 0, y: 0, width: 8, height: 8},
    };
    for (const from of new Set(all.map((link) => link.from))) {
      joined.push({from, to: point, edges: all.filter((link) => link.from === from).flatMap((link) => link.edges)});
    }
    for (const group of groups) {
      joined.push({from: point, to: group[0]!.to, edges: group.flatMap((link) => link.edges)});
    }
  }
  return joined;
}

/** How many tasks stand before each in the longest chain to it. */
function levelsOf(plan: Plan): Map<Task, number> {
  const levels = new Map<Task, number>();
  const level = (task: Task): number => {
    const known = levels.get(task);
    if (known !== undefined) return known;
    levels.set(task, 0);
    const found = Math.max(0, ...task.before.filter(isDrawn).map((edge) => level(edge.from) + 1));
    levels.set(task, found);
    return found;
  };
  for (const task of plan.tasks) level(task);
  return levels;
}

/** Whether a plan is better read from above to below where there is no breadth. */
export function isLong(plan: Plan): boolean {
  const levels = [...levelsOf(plan).values()];
  const width = new Map<number, number>();
  for (const level of levels) width.set(level, (width.get(level) ?? 0) + 1);
  return width.size * 230 >= Math.max(0, ...width.values()) * 190;
}

/**
 * From the task of the longest chain to the finally tasks, so that these stand
 * at the end: of their Pod, where other tasks are in it, too.
 */
function trailingLinks(plan: Plan, vertices: Map<Task, Vertex>): Link[] {
  const levels = levelsOf(plan);
  const level = (task: Task): number => levels.get(task) ?? 0;
  const lastOf = (tasks: Task[]): Task | undefined => tasks.filter((task) => !task.json.finally)
      .reduce<Task | undefined>((last, task) => last && level(last) >= level(task) ? last : task, undefined);
  const links: Link[] = [];
  for (const vertex of new Set(vertices.values())) {
    if (!vertex.tasks[0]?.json.finally) continue;
    const last = (vertex.pod && lastOf(vertex.pod.tasks)) ?? lastOf(plan.tasks);
    const from = last && vertices.get(last);
    if (from && from !== vertex) links.push({from, to: vertex, edges: []});
  }
  return links;
}

function runDagre(vertices: Set<Vertex>, links: Link[], horizontal: boolean, align: string | undefined): graphlib.Graph {
  const graph = new graphlib.Graph({compound: true});
  graph.setGraph({
    rankdir: horizontal ? 'LR' : 'TB',
    nodesep: 30,
    edgesep: 14,
    ranksep: horizontal ? 56 : 44,
    align,
    marginx: 24,
    marginy: 24,
    ranker: vertices.size > LARGE ? 'longest-path' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const vertex of vertices) {
    graph.setNode(vertex.id, {width: vertex.box.width, height: vertex.box.height});
    if (!vertex.pod) continue;
    const pod = `pod ${vertex.pod.name}`;
    if (!graph.hasNode(pod)) graph.setNode(pod, {});
    graph.setParent(vertex.id, pod);
  }
  for (const link of links) graph.setEdge(link.from.id, link.to.id, {weight: link.from.pod === link.to.pod ? 2 : 1});
  dagreLayout(graph);
  return graph;
}

const areaOf = (graph: graphlib.Graph): number => {
  const {width, height} = graph.graph() as {width: number; height: number};
  return width * height;
};

/** Tasks in the middle of their neighbours; where that makes a staircase, in line with them. */
function placeWithDagre(vertices: Set<Vertex>, links: Link[], horizontal: boolean): graphlib.Graph {
  let graph = runDagre(vertices, links, horizontal, undefined);
  if (vertices.size <= LARGE) {
    const straight = runDagre(vertices, links, horizontal, 'DL');
    if (areaOf(straight) < 0.7 * areaOf(graph)) graph = straight;
  }
  for (const vertex of vertices) {
    const node = graph.node(vertex.id) as Box;
    vertex.box.x = node.x - vertex.box.width / 2;
    vertex.box.y = node.y - vertex.box.height / 2;
  }
  return graph;
}

function placeTasks(vertex: Vertex, tasks: Map<Task, Box>): void {
  const frame = vertex.tasks.length > 1 ? GAP : 0;
  const rows = Math.ceil(vertex.tasks.length / vertex.columns);
  const width = (vertex.box.width - 2 * frame + GAP) / vertex.columns - GAP;
  const height = (vertex.box.height - 2 * frame + GAP) / rows - GAP;
  vertex.tasks.forEach((task, i) => tasks.set(task, {
    x: vertex.box.x + frame + (i % vertex.columns) * (width + GAP),
    y: vertex.box.y + frame + Math.floor(i / vertex.columns) * (height + GAP),
    width,
    height,
  }));
}

/** Where lines touch a vertex: spread along its side, in the order of their far ends. */
function spreadPorts(links: Link[], routes: Map<Link, Point[]>, horizontal: boolean): void {
  const across = horizontal ? 'y' : 'x';
  const breadth = horizontal ? 'height' : 'width';
  for (const end of ['from', 'to'] as const) {
    const sides = new Map<Vertex, Link[]>();
    for (const link of links) sides.set(link[end], [...sides.get(link[end]) ?? [], link]);
    for (const [vertex, touching] of sides) {
      const farEnd = (link: Link): number => {
        const route = routes.get(link) ?? [];
        return (route.length > 2 ? route[end === 'from' ? 1 : route.length - 2] : undefined)?.[across] ??
            link[end === 'from' ? 'to' : 'from'].box[across] + link[end === 'from' ? 'to' : 'from'].box[breadth] / 2;
      };
      touching.sort((a, b) => farEnd(a) - farEnd(b));
      const room = Math.min(vertex.box[breadth] - 16, (touching.length - 1) * 12);
      touching.forEach((link, i) => {
        const route = routes.get(link);
        const point = route?.[end === 'from' ? 0 : route.length - 1];
        if (!point) return;
        const middle = vertex.box[across] + vertex.box[breadth] / 2;
        point[across] = touching.length < 2 || room < 0 ? middle : middle - room / 2 + room * i / (touching.length - 1);
        const along = horizontal ? 'x' : 'y';
        const length = horizontal ? 'width' : 'height';
        point[along] = vertex.box[along] + (end === 'from' ? vertex.box[length] : 0);
        if (!vertex.tasks.length) point[along] = vertex.box[along] + vertex.box[length] / 2;
      });
    }
  }
}

/**
 * Bends lines only between the ranks: where a rank's widest box is, a line that
 * starts, ends or passes there is straight.
 */
function bendBetweenRanks(vertices: Set<Vertex>, links: Link[], routes: Map<Link, Point[]>, horizontal: boolean): void {
  const along = horizontal ? 'x' : 'y';
  const length = horizontal ? 'width' : 'height';
  const halves = new Map<number, number>();
  const middleOf = (vertex: Vertex): number => Math.round(vertex.box[along] + vertex.box[length] / 2);
  for (const vertex of vertices) {
    halves.set(middleOf(vertex), Math.max(halves.get(middleOf(vertex)) ?? 0, vertex.box[length] / 2));
  }
  for (const link of links) {
    const route = routes.get(link) ?? [];
    const bent: Point[] = [];
    route.forEach((point, i) => {
      const middle = i === 0 ? middleOf(link.from) : i === route.length - 1 ? middleOf(link.to) : Math.round(point[along]);
      const half = halves.get(middle) ?? 0;
      // A line against the main direction (of a plan with a cycle) has no gap to bend in.
      const forward = middleOf(link.to) > middleOf(link.from);
      if (!forward || half === 0) {
        bent.push(point);
        return;
      }
      const [before, behind] = [{...point, [along]: middle - half}, {...point, [along]: middle + half}];
      const passes = i > 0 && i < route.length - 1;
      if (passes || (i > 0 && before[along] < point[along] - 1)) bent.push(before);
      if (!passes) bent.push(point);
      if (passes || (i === 0 && behind[along] > point[along] + 1)) bent.push(behind);
    });
    routes.set(link, bent);
  }
}

/** Lays out a plan; `columns` is how many tasks may stand side by side in a grid. */
export function layOut(plan: Plan, horizontal: boolean, columns: number): Layout {
  const byTask = makeVertices(plan, horizontal, columns);
  const links = joinLinks(makeLinks(plan, byTask));
  const vertices = new Set(byTask.values());
  for (const link of links) vertices.add(link.from).add(link.to);
  const graph = placeWithDagre(vertices, [...links, ...trailingLinks(plan, byTask)], horizontal);

  const layout: Layout = {horizontal, width: 0, height: 0, tasks: new Map(), pods: new Map(), blocks: [], lines: []};
  for (const vertex of vertices) {
    placeTasks(vertex, layout.tasks);
    if (vertex.tasks.length > 1) layout.blocks.push({box: vertex.box, tasks: vertex.tasks});
  }
  for (const pod of plan.pods) {
    const only = pod.tasks[0];
    const box = pod.tasks.length === 1 && only ? layout.tasks.get(only) : undefined;
    if (box && only) {
      layout.pods.set(pod, {...box});
      layout.tasks.set(only, {x: box.x + 8, y: box.y + TITLE + 4, width: box.width - 16, height: box.height - TITLE - 12});
    } else if (graph.hasNode(`pod ${pod.name}`)) {
      const node = graph.node(`pod ${pod.name}`) as Box;
      layout.pods.set(pod, {x: node.x - node.width / 2, y: node.y - node.height / 2, width: node.width, height: node.height});
    }
  }
  const routes = new Map<Link, Point[]>();
  for (const link of links) {
    const points = (graph.edge(link.from.id, link.to.id) as {points?: Point[]} | undefined)?.points ?? [];
    // dagre's first and last points are where the line meets the boxes.
    routes.set(link, [{x: 0, y: 0}, ...points.slice(1, -1).map((point) => ({x: point.x, y: point.y})), {x: 0, y: 0}]);
  }
  spreadPorts(links, routes, horizontal);
  bendBetweenRanks(vertices, links, routes, horizontal);
  for (const link of links) {
    layout.lines.push({
      edges: link.edges,
      tone: strongest(link.edges.map((edge) => edge.tone)),
      gate: link.edges.some((edge) => edge.gate),
      ends: link.to.tasks.length > 0,
      points: routes.get(link) ?? [],
    });
  }
  const size = graph.graph() as {width?: number; height?: number};
  layout.width = Number.isFinite(size.width) ? size.width ?? 0 : 0;
  layout.height = Number.isFinite(size.height) ? size.height ?? 0 : 0;
  return layout;
}

/** A smooth line: it leaves and enters every point along the main direction. */
export function pathOf(line: Line, horizontal: boolean): string {
  const [first, ...rest] = line.points;
  if (!first) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let at = first;
  for (const point of rest) {
    if (horizontal ? at.y === point.y : at.x === point.x) {
      path += `L${round(point.x)} ${round(point.y)}`;
      at = point;
      continue;
    }
    const [x, y] = [(at.x + point.x) / 2, (at.y + point.y) / 2];
    path += horizontal
        ? `C${round(x)} ${round(at.y)} ${round(x)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`
        : `C${round(at.x)} ${round(y)} ${round(point.x)} ${round(y)} ${round(point.x)} ${round(point.y)}`;
    at = point;
  }
  return path;
}

const round = (value: number): number => Math.round(value * 10) / 10;
