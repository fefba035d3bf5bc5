// The picture: Pods, tasks, lines; what is lit up; where the keyboard is.

import {Camera} from './camera';
import {count, shortened, svg} from './dom';
import {type Box, type Layout, type Line, layOut, pathOf} from './layout';
import {
  type Edge, type Plan, type Pod, type Task, containersOf, needText, placeText, reach, reasonText,
} from './plan';

/** What the reader points at. */
export type Subject = {task: Task} | {pod: Pod} | undefined;

const CHARACTER = 7.9;

export class Picture {
  readonly element: SVGSVGElement;
  readonly map: SVGSVGElement;
  private readonly content = svg('g');
  private readonly labels = svg('g', {class: 'labels'});
  private readonly window = svg('rect', {class: 'window'});
  private readonly camera: Camera;
  private readonly tasks = new Map<Task, SVGGElement>();
  private readonly pods = new Map<Pod, SVGGElement>();
  private lines = new Map<Line, SVGPathElement>();
  private layout: Layout;

  /**
   * `point` is told what the pointer or the focus is on, `select` what was
   * chosen, `enter` when the keyboard goes on to what is told about it.
   */
  constructor(
      private readonly plan: Plan, horizontal: boolean, columns: number,
      private readonly point: (subject: Subject) => void,
      private readonly chosen: {select: (subject: Subject) => void; enter: () => void}) {
    this.element = svg('svg', {class: 'picture', role: 'group', 'aria-label': 'The plan: tasks in their Pods'});
    this.map = svg('svg', {class: 'map', 'aria-hidden': 'true'});
    this.layout = layOut(plan, horizontal, columns);
    this.camera = new Camera(this.element, this.content, this.layout, () => this.moveWindow());
    this.draw();
    this.element.append(this.content);
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.element.addEventListener('click', () => this.chosen.select(undefined));
    this.map.addEventListener('click', (event) => this.onMap(event));
  }

  /** Lays everything out again, for another shape of the frame. */
  relayout(horizontal: boolean, columns: number): void {
    this.layout = layOut(this.plan, horizontal, columns);
    this.camera.resize(this.layout);
    this.draw();
    this.begin();
  }

  fit(): void { this.camera.fit(); }
  zoom(factor: number): void { this.camera.zoom(factor); }

  begin(): void {
    const first = this.plan.tasks.find((task) => !task.before.length) ?? this.plan.tasks[0];
    const box = first && this.layout.tasks.get(first);
    this.camera.begin(box ?? {x: 0, y: 0});
  }

  get size(): {width: number; height: number} { return this.layout; }

  center(task: Task): void {
    const box = this.layout.tasks.get(task);
    if (box) this.camera.center({x: box.x + box.width / 2, y: box.y + box.height / 2});
  }

  /** Brings a task into sight, if it isn't. */
  reveal(task: Task): void {
    const box = this.layout.tasks.get(task);
    if (box) this.camera.reveal(box);
  }

  focus(task: Task): void {
    this.tasks.get(task)?.focus({preventScroll: true});
  }

  /** Lights up one task and all that comes before and after it, and says why. */
  light(subject: Subject): void {
    if (subject === undefined) {
      this.lightTasks(undefined);
      return;
    }
    if ('pod' in subject) {
      this.lightTasks(new Set(subject.pod.tasks));
      return;
    }
    const {task} = subject;
    const before = reach(task, 'before');
    const after = reach(task, 'after');
    const upward = new Set([task, ...before]);
    const downward = new Set([task, ...after]);
    this.lightTasks(new Set([task, ...before, ...after]), (edge) =>
        (upward.has(edge.from) && upward.has(edge.to)) || (downward.has(edge.from) && downward.has(edge.to)));
    this.tasks.get(task)?.classList.add('self');
    this.labelLines(task);
  }

  /** Lights up some tasks; all of the picture where there is no set. */
  lightTasks(lit: Set<Task> | undefined, isLit?: (edge: Edge) => boolean): void {
    this.element.classList.toggle('dimmed', lit !== undefined);
    this.labels.replaceChildren();
    for (const [task, element] of this.tasks) {
      element.classList.toggle('lit', lit?.has(task) ?? false);
      element.classList.remove('self');
    }
    for (const [pod, element] of this.pods) {
      element.classList.toggle('lit', pod.tasks.some((task) => lit?.has(task)));
    }
    for (const [line, element] of this.lines) {
      element.classList.toggle('lit', isLit !== undefined && line.edges.some(isLit));
    }
  }

  mark(task: Task | undefined): void {
    for (const [other, element] of this.tasks) element.setAttribute('aria-pressed', String(other === task));
  }

  private draw(): void {
    const titles = svg('g');
    const edges = svg('g', {class: 'lines', 'aria-hidden': 'true'});
    const boxes = svg('g');
    this.content.replaceChildren(boxes, edges, titles, this.labels);
    this.labels.replaceChildren();
    this.pods.clear();
    this.lines.clear();
    for (const [pod, box] of this.layout.pods) boxes.append(this.drawPod(pod, box, titles));
    for (const block of this.layout.blocks) {
      boxes.append(svg('rect', {class: 'block', ...block.box, rx: 10}));
    }
    for (const line of this.layout.lines) edges.append(this.drawLine(line));
    const focused = [...this.tasks].find(([, element]) => element === document.activeElement)?.[0];
    this.tasks.clear();
    for (const task of this.plan.tasks) titles.append(this.drawTask(task));
    const first = focused ?? this.plan.tasks[0];
    if (first) this.tasks.get(first)?.setAttribute('tabindex', '0');
    this.drawMap();
  }

  private drawPod(pod: Pod, box: Box, titles: SVGGElement): SVGGElement {
    const element = svg('g', {class: 'pod'}, svg('rect', {...box, rx: 10}));
    const limit = Math.max(4, Math.floor((box.width - 20) / 7.2));
    const title = svg('text', {x: box.x + 10, y: box.y + 16, class: 'podname'}, shortened(`Pod ${pod.name}`, limit));
    title.append(svg('title', {}, `Pod ${pod.name}`));
    titles.append(title);
    for (const part of [element, title]) {
      part.addEventListener('click', (event) => {
        event.stopPropagation();
        this.chosen.select({pod});
      });
    }
    title.addEventListener('pointerenter', () => this.point({pod}));
    title.addEventListener('pointerleave', () => this.point(undefined));
    this.pods.set(pod, element);
    return element;
  }

  private drawLine(line: Line): SVGPathElement {
    const classes = ['line', line.tone, line.gate ? 'gate' : '', line.ends ? 'ends' : ''].join(' ');
    const path = svg('path', {class: classes, d: pathOf(line, this.layout.horizontal)});
    const texts = line.edges.slice(0, 12).map((edge) => `${edge.from.name} → ${edge.to.name}: ${reasonText(edge, true)}`);
    if (line.edges.length > 12) texts.push(`and ${line.edges.length - 12} more`);
    path.append(svg('title', {}, texts.join('\n')));
    if (line.ends) path.setAttribute('marker-end', `url(#${line.tone})`);
    this.lines.set(line, path);
    return path;
  }

  private drawTask(task: Task): SVGGElement {
    const box = this.layout.tasks.get(task) ?? {x: 0, y: 0, width: 0, height: 0};
    const kind = task.json.placement === 'PLACEMENT_EXTERNAL' ? ' external'
        : task.json.placement === 'PLACEMENT_SKIPPED' ? ' never' : '';
    const limit = Math.floor((box.width - 24) / CHARACTER);
    const element = svg('g', {
      class: `task${kind}${task.json.finally ? ' finally' : ''}`,
      role: 'button',
      tabindex: -1,
      'aria-pressed': 'false',
      'aria-label': describe(task),
    },
      svg('rect', {...box, rx: 6}),
      svg('text', {x: box.x + 12, y: box.y + 19, class: 'name'}, shortened(task.name, limit)),
      svg('text', {x: box.x + 12, y: box.y + 35, class: 'note'}, shortened(noteOf(task), Math.floor((box.width - 20) / 6.3))),
    );
    if (task.json.finally) element.append(svg('path', {class: 'flag', d: `M${box.x + box.width - 14} ${box.y}h8v11l-4 -3l-4 3z`}));
    element.addEventListener('pointerenter', (event) => {
      if (event.pointerType === 'mouse') this.point({task});
    });
    element.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.point(undefined);
    });
    element.addEventListener('focus', () => {
      for (const other of this.tasks.values()) other.setAttribute('tabindex', '-1');
      element.setAttribute('tabindex', '0');
      if (element.matches(':focus-visible')) {
        this.camera.reveal(box);
        this.point({task});
      }
    });
    element.addEventListener('blur', (event) => {
      // Who goes on to the panel wants what it shows.
      if (!(event.relatedTarget instanceof Element && event.relatedTarget.closest('.panel'))) this.point(undefined);
    });
    element.addEventListener('click', (event) => {
      event.stopPropagation();
      this.chosen.select({task});
    });
    this.tasks.set(task, element);
    return element;
  }

  /** Writes the reason on the lines that lead to a task and away from it. */
  private labelLines(task: Task): void {
    const reasons = new Map<Line, Set<string>>();
    for (const line of this.lines.keys()) {
      for (const edge of line.edges) {
        if (edge.from !== task && edge.to !== task) continue;
        reasons.set(line, (reasons.get(line) ?? new Set()).add(reasonText(edge, false)));
      }
    }
    if (reasons.size > 24) return;
    const direct = new Set([task]);
    for (const [line, texts] of reasons) {
      // Lines that meet in a point are labelled on the task's own side of it.
      const touches = line.edges.every((edge) => direct.has(edge.from)) || line.edges.every((edge) => direct.has(edge.to)) ||
          line.edges.length === 1;
      if (!touches && !line.ends) continue;
      const path = this.lines.get(line);
      if (!path) continue;
      const middle = path.getPointAtLength(path.getTotalLength() / 2);
      const text = [...texts].join('; ');
      const width = [...text].length * 6.3 + 12;
      this.labels.append(
          svg('rect', {x: middle.x - width / 2, y: middle.y - 9, width, height: 18, rx: 9}),
          svg('text', {x: middle.x, y: middle.y + 4, 'text-anchor': 'middle'}, text));
    }
  }

  private drawMap(): void {
    const {width, height} = this.layout;
    this.map.setAttribute('viewBox', `0 0 ${width || 1} ${height || 1}`);
    // A very long picture would be a stroke.
    const ratio = (width || 1) / (height || 1);
    this.map.setAttribute('preserveAspectRatio', ratio > 4 || ratio < 0.4 ? 'none' : 'xMidYMid');
    this.map.replaceChildren(
        ...[...this.layout.pods.values()].map((box) => svg('rect', {...box, class: 'area'})),
        ...[...this.layout.tasks.values()].map((box) => svg('rect', {...box, class: 'dot'})),
        this.window);
  }

  private moveWindow(): void {
    const seen = this.camera.seen();
    for (const name of ['x', 'y', 'width', 'height'] as const) this.window.setAttribute(name, String(seen[name]));
    const all = seen.x <= 0 && seen.y <= 0 && seen.x + seen.width >= this.layout.width && seen.y + seen.height >= this.layout.height;
    this.map.classList.toggle('needless', all);
  }

  private onMap(event: MouseEvent): void {
    const matrix = this.map.getScreenCTM();
    if (!matrix) return;
    this.camera.center(new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()));
  }

  /** Arrow keys go to the nearest task in their direction. */
  private onKey(event: KeyboardEvent): void {
    const direction = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    const from = [...this.tasks].find(([, element]) => element === document.activeElement)?.[0];
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.chosen.select({task: from});
      this.chosen.enter();
      return;
    }
    if (!direction) return;
    event.preventDefault();
    const next = this.nearest(from, direction[0] ?? 0, direction[1] ?? 0);
    if (next) this.focus(next);
  }

  private nearest(from: Task, dx: number, dy: number): Task | undefined {
    const middle = (box: Box): {x: number; y: number} => ({x: box.x + box.width / 2, y: box.y + box.height / 2});
    const box = this.layout.tasks.get(from);
    if (!box) return undefined;
    const at = middle(box);
    let best: Task | undefined;
    let least = Infinity;
    for (const [task, other] of this.layout.tasks) {
      const there = middle(other);
      const along = (there.x - at.x) * dx + (there.y - at.y) * dy;
      const aside = Math.abs((there.x - at.x) * dy + (there.y - at.y) * dx);
      if (task === from || along < 8) continue;
      const related = task.before.some((edge) => edge.from === from) || task.after.some((edge) => edge.to === from);
      const distance = along + (dx ? 2 : 3) * aside - (related ? 40 : 0);
      if (distance < least) [least, best] = [distance, task];
    }
    return best;
  }
}

/** The second line of a task's box. */
function noteOf(task: Task): string {
  if (task.json.placement === 'PLACEMENT_EXTERNAL') return task.json.external ?? '';
  if (task.json.placement === 'PLACEMENT_SKIPPED') return 'never runs';
  const units = task.json.units ?? [];
  const unit = units[0];
  if (!unit) return '';
  const parts = [units.length > 1 ? `${units.length} × ` : ''];
  const names = containersOf(task, unit).filter((container) => (unit.steps ?? []).includes(container.container?.name ?? ''));
  const sidecars = unit.sidecars?.length ?? 0;
  parts.push(names.length === 1 ? names[0]?.step ?? '1 step' : count(unit.steps?.length ?? 0, 'step'));
  if (sidecars) parts.push(` + ${count(sidecars, 'sidecar')}`);
  const need = needText(unit.need).replace('memory ', '');
  return parts.join('') + (need ? ` · ${need}` : '');
}

/** What a screen reader says of a task. */
function describe(task: Task): string {
  const waits = task.before.filter((edge) => edge.waits).map((edge) => `${edge.from.name} (${reasonText(edge, false)})`);
  const parts = [task.name, placeText(task)];
  if (task.json.finally) parts.push('a finally task');
  parts.push(waits.length ? `waits for ${waits.join(', ')}` : 'waits for nothing');
  const note = noteOf(task);
  if (note) parts.push(note);
  return parts.join('; ');
}
