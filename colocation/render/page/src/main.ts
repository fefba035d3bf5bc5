// The page of a plan: puts the parts together.

import {button, count, html, svg} from './dom';
import {isDark, savePicture} from './export';
import {isLong} from './layout';
import {planPanel, podPanel, taskPanel} from './panel';
import {peakSection} from './peak';
import {Picture, type Subject} from './picture';
import {type PlanJson, type Task, readPlan} from './plan';
import {type SimulationJson, timelineSection} from './timeline';

function readJson<T>(id: string): T | undefined {
  const text = document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) as T : undefined;
}

const TONES = ['order', 'result', 'finally', 'other'];

/** Arrow heads, in the colours of their lines. */
function arrowHeads(): SVGDefsElement {
  return svg('defs', {}, ...TONES.map((tone) => svg('marker', {
    id: tone, viewBox: '0 0 8 8', refX: 7.5, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto',
    class: `head ${tone}`,
  }, svg('path', {d: 'M0 0L8 4L0 8z'}))));
}

/** Where the texts stand that are searched: everything that a task is known by. */
function searchText(task: Task): string {
  const containers = [...task.pod?.containers.values() ?? []].filter((container) => container.task === task.name);
  return [
    task.name, task.json.displayName, task.json.taskRef, task.pod?.name, task.json.external, ...task.json.workspaces ?? [],
    ...containers.flatMap((container) => [container.step, container.container?.image]),
  ].join('\n').toLowerCase();
}

class Page {
  private readonly plan = readPlan(readJson<PlanJson>('plan') ?? {});
  private readonly panel = html('aside', {class: 'panel', 'aria-label': 'Details', tabindex: -1});
  private readonly stage = html('div', {class: 'stage'});
  private readonly search = html('input', {
    type: 'search', placeholder: 'Search', 'aria-label': 'Search for a task, Pod, step, image or workspace', autocomplete: 'off',
    spellcheck: 'false',
  });
  private readonly found = html('output', {class: 'found'});
  private readonly texts = new Map(this.plan.tasks.map((task) => [task, searchText(task)]));
  private readonly picture: Picture;
  private selected: Subject;
  private shown: object | undefined | null = null;
  private hits: Task[] = [];
  private hit = -1;

  constructor(main: HTMLElement) {
    this.picture = new Picture(this.plan, this.isHorizontal(), this.columns(), (subject) => this.point(subject), {
      select: (subject) => this.select(subject),
      enter: () => this.panel.focus({preventScroll: true}),
    });
    this.picture.element.prepend(arrowHeads());
    this.stage.append(this.picture.element, this.picture.map);
    const simulation = readJson<SimulationJson>('simulation');
    const sections = [
      peakSection(this.plan, (tasks) => this.picture.lightTasks(tasks)),
      simulation && timelineSection(simulation),
    ].filter((section) => section !== undefined);
    main.replaceChildren(this.toolbar(), html('div', {class: 'split'}, this.stage, this.panel), ...sections);
    this.show(undefined);
    this.picture.begin();
    this.listen();
  }

  private isWide(): boolean { return innerWidth >= 700; }
  /** From left to right, unless there is no breadth for the length. */
  private isHorizontal(): boolean { return this.isWide() || !isLong(this.plan); }
  private columns(): number { return this.isWide() ? 12 : 2; }

  private toolbar(): HTMLElement {
    const theme = button('◐', 'Light or dark', () => {
      document.documentElement.dataset['theme'] = isDark() ? 'light' : 'dark';
    });
    this.search.addEventListener('input', () => this.find());
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.nextHit(event.shiftKey ? -1 : 1);
    });
    return html('div', {class: 'toolbar', role: 'group', 'aria-label': 'The picture'},
        html('div', {class: 'search'}, this.search, this.found),
        button('−', 'Zoom out', () => this.picture.zoom(1 / 1.3)),
        button('+', 'Zoom in', () => this.picture.zoom(1.3)),
        button('Fit', 'Fit the whole picture', () => this.picture.fit()),
        button('SVG', 'Save the picture as SVG', () => savePicture(this.picture.element, this.picture.size, this.plan.json.run?.name ?? '')),
        button('Print', 'Print', () => print()),
        theme);
  }

  private listen(): void {
    document.addEventListener('keydown', (event) => this.onKey(event));
    let wide = this.isWide();
    addEventListener('resize', () => {
      if (this.isWide() === wide) {
        // The map shows what part of the picture the frame has now.
        this.picture.zoom(1);
        return;
      }
      wide = this.isWide();
      this.picture.relayout(this.isHorizontal(), this.columns());
      this.picture.light(this.selected);
    });
    // On paper there is no zoom: all of the picture, as large as it goes.
    const {element} = this.picture;
    addEventListener('beforeprint', () => {
      const {width, height} = this.picture.size;
      element.setAttribute('viewBox', `0 0 ${width} ${height}`);
      element.classList.add('whole');
    });
    addEventListener('afterprint', () => {
      element.removeAttribute('viewBox');
      element.classList.remove('whole');
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      const left = this.panel.contains(document.activeElement) ? this.selected : undefined;
      this.search.value = '';
      this.find();
      this.select(undefined);
      if (left && 'task' in left) this.picture.focus(left.task);
      return;
    }
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    const act = ({
      '/': () => this.search.focus(),
      '+': () => this.picture.zoom(1.3),
      '=': () => this.picture.zoom(1.3),
      '-': () => this.picture.zoom(1 / 1.3),
      '0': () => this.picture.fit(),
    } as Record<string, (() => void) | undefined>)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What the pointer or the focus is on; what was chosen before stays. */
  private point(subject: Subject): void {
    if (this.search.value && !subject) {
      this.find();
      return;
    }
    const shown = subject ?? this.selected;
    this.picture.light(shown);
    this.show(shown);
  }

  private select(subject: Subject): void {
    this.selected = subject;
    this.picture.mark(subject && 'task' in subject ? subject.task : undefined);
    this.point(subject);
  }

  private show(subject: Subject): void {
    // What is shown already stays as it is: someone may be about to click in it.
    const key = subject && ('task' in subject ? subject.task : subject.pod);
    if (key === this.shown) return;
    this.shown = key;
    const go = (task: Task): void => {
      this.picture.center(task);
      this.select({task});
      this.picture.focus(task);
    };
    const nodes = subject === undefined ? planPanel(this.plan)
        : 'task' in subject ? taskPanel(this.plan, subject.task, go) : podPanel(this.plan, subject.pod, go);
    this.panel.replaceChildren(...nodes);
    this.panel.scrollTop = 0;
  }

  private find(): void {
    const wanted = this.search.value.trim().toLowerCase();
    if (!wanted) {
      this.hits = [];
      this.hit = -1;
      this.found.textContent = '';
      this.picture.light(this.selected);
      return;
    }
    this.hits = this.plan.tasks.filter((task) => this.texts.get(task)?.includes(wanted));
    this.hit = -1;
    this.found.textContent = count(this.hits.length, 'task');
    this.picture.lightTasks(new Set(this.hits));
    if (this.hits[0]) this.picture.reveal(this.hits[0]);
  }

  private nextHit(step: number): void {
    if (!this.hits.length) return;
    this.hit = this.hit < 0 ? (step > 0 ? 0 : this.hits.length - 1) : (this.hit + step + this.hits.length) % this.hits.length;
    const task = this.hits[this.hit];
    if (!task) return;
    this.found.textContent = `${this.hit + 1} of ${count(this.hits.length, 'task')}`;
    this.picture.center(task);
    this.selected = {task};
    this.picture.mark(task);
    this.show(this.selected);
  }
}

const main = document.getElementById('page');
if (main) new Page(main);
