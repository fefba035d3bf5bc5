// What a Pod asks for: its peak, and the proof of it.
//
// The peak is the heaviest set of units that can run at the same time. Such a
// set has a moment at which all of it runs: first what comes before any of it,
// then the set itself, then everything else. The chart shows the demand over
// this order; no column is higher than that of the peak.

import {html, svg} from './dom';
import {type Plan, type Pod, type Task, type UseJson, reach} from './plan';
import {quantity, quantityText} from './quantity';

export interface Column { units: {name: string; task: Task; need: number; witness: boolean}[]; sum: number; peak: boolean }

/** The columns of the chart: units by the moment at which they run. */
export function demand(pod: Pod, use: UseJson): Column[] {
  const resource = use.resource ?? '';
  const witness = new Set((use.witness ?? []).map((one) => one.unit ?? ''));
  const units = pod.tasks.flatMap((task) => (task.json.units ?? []).map((unit) =>
      ({name: unit.name ?? '', task, need: quantity(unit.need?.[resource]), witness: witness.has(unit.name ?? '')})));
  const atPeak = new Set(units.filter((unit) => unit.witness).map((unit) => unit.task));
  const earlier = new Set([...atPeak].flatMap((task) => [...reach(task, 'before')]));
  const moments = new Map<Task, number>();
  const place = (tasks: Set<Task>, first: number): number => {
    let last = first - 1;
    const moment = (task: Task): number => {
      const known = moments.get(task);
      if (known !== undefined) return known;
      moments.set(task, first);
      const found = Math.max(first, ...task.before.filter((edge) => tasks.has(edge.from)).map((edge) => moment(edge.from) + 1));
      moments.set(task, found);
      last = Math.max(last, found);
      return found;
    };
    for (const task of tasks) moment(task);
    return last + 1;
  };
  const all = new Set([...pod.tasks, ...pod.tasks.flatMap((task) => [...reach(task, 'before')])]);
  const peakMoment = place(new Set([...all].filter((task) => earlier.has(task) && !atPeak.has(task))), 0);
  for (const task of atPeak) moments.set(task, peakMoment);
  place(new Set([...all].filter((task) => !earlier.has(task) && !atPeak.has(task))), peakMoment + 1);
  const columns = new Map<number, Column>();
  for (const unit of units) {
    if (!unit.need) continue;
    const moment = moments.get(unit.task) ?? 0;
    const column = columns.get(moment) ?? {units: [], sum: 0, peak: atPeak.size > 0 && moment === peakMoment};
    column.units.push(unit);
    column.sum += unit.need;
    columns.set(moment, column);
  }
  return [...columns].sort(([a], [b]) => a - b).map(([, column]) => column);
}

const HEIGHT = 150;
const LEFT = 8;
const TOP = 22;

function chart(pod: Pod, use: UseJson, show: (tasks: Set<Task> | undefined) => void): SVGSVGElement {
  const columns = demand(pod, use);
  const binary = /memory|storage|hugepages/.test(use.resource ?? '');
  const sum = quantity(use.sum);
  const peak = quantity(use.peak);
  const most = Math.max(sum, peak, ...columns.map((column) => column.sum)) || 1;
  const breadth = Math.max(8, Math.min(64, Math.floor(720 / Math.max(columns.length, 1))));
  const right = LEFT + columns.length * breadth;
  const width = Math.max(right + 120, 220);
  const y = (value: number): number => TOP + HEIGHT - HEIGHT * value / most;
  const label = `${use.resource}: demand over the order of tasks, at most ${use.peak}; the sum is ${use.sum}`;
  const picture = svg('svg', {class: 'chart', viewBox: `0 0 ${width} ${TOP + HEIGHT + 22}`, width, role: 'img', 'aria-label': label});
  columns.forEach((column, i) => {
    let base = 0;
    for (const unit of column.units) {
      const top = y(base + unit.need);
      const bar = svg('rect', {
        x: LEFT + i * breadth + 1, y: top, width: breadth - 2, height: y(base) - top - (y(base) - top > 4 ? 1 : 0),
        class: `bar${unit.witness ? ' witness' : ''}`,
      }, svg('title', {}, `${unit.name}: ${quantityText(unit.need, binary)}`));
      bar.addEventListener('pointerenter', () => show(new Set([unit.task])));
      bar.addEventListener('pointerleave', () => show(undefined));
      picture.append(bar);
      base += unit.need;
    }
  });
  const bar = (at: number, value: number, name: string, text: string): void => {
    picture.append(
        svg('rect', {x: at, y: y(value), width: 34, height: HEIGHT - (y(value) - TOP), class: `bar ${name}`}),
        svg('text', {x: at + 17, y: y(value) - 5, 'text-anchor': 'middle', class: 'value'}, text),
        svg('text', {x: at + 17, y: TOP + HEIGHT + 15, 'text-anchor': 'middle', class: 'axis'}, name));
  };
  picture.append(
      svg('line', {x1: LEFT, x2: right + 20, y1: y(peak), y2: y(peak), class: 'peakline'}),
      svg('line', {x1: LEFT, x2: width, y1: TOP + HEIGHT, y2: TOP + HEIGHT, class: 'baseline'}),
      svg('text', {x: LEFT, y: TOP + HEIGHT + 15, class: 'axis'}, 'order →'));
  bar(right + 20, peak, 'peak', quantityText(peak, binary));
  bar(right + 68, sum, 'sum', quantityText(sum, binary));
  return picture;
}

function figure(pod: Pod, use: UseJson, show: (tasks: Set<Task> | undefined) => void): HTMLElement {
  const names = new Set((use.witness ?? []).map((one) => one.unit ?? ''));
  const tasks = new Set(pod.tasks.filter((task) => (task.json.units ?? []).some((unit) => names.has(unit.name ?? ''))));
  const some = [...names].slice(0, 12).join(', ') + (names.size > 12 ? ` and ${names.size - 12} more` : '');
  const text = names.size > 1 ? `${names.size} units can need it at the same time: ${some}`
      : names.size === 1 ? `${[...names][0]} alone needs that much` : 'nothing needs it';
  const caption = html('figcaption', {},
      html('strong', {}, `${use.resource}: asks for ${use.requested || use.peak}`),
      ` (peak ${use.peak}, sum ${use.sum}). `, html('span', {class: 'witnesses'}, `${text}. `));
  const lit = html('button', {type: 'button', 'aria-pressed': 'false'}, 'Show them in the picture');
  lit.addEventListener('click', () => {
    const on = lit.getAttribute('aria-pressed') !== 'true';
    lit.setAttribute('aria-pressed', String(on));
    show(on ? tasks : undefined);
  });
  if (tasks.size) caption.append(lit);
  return html('figure', {}, caption, html('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Chart'}, chart(pod, use, show)));
}

/** The section about the peak; nothing where no Pod asks for anything. */
export function peakSection(plan: Plan, show: (tasks: Set<Task> | undefined) => void): HTMLElement | undefined {
  const uses = (pod: Pod): UseJson[] => (pod.json.resources ?? []).filter((use) => quantity(use.sum) > 0);
  const pods = plan.pods.filter((pod) => uses(pod).length)
      .sort((a, b) => b.tasks.length - a.tasks.length || a.name.localeCompare(b.name, 'en'));
  const first = pods[0];
  if (!first) return undefined;
  const figures = html('div', {class: 'figures'});
  const draw = (pod: Pod): void => figures.replaceChildren(...uses(pod).map((use) => figure(pod, use, show)));
  draw(first);
  const choice = html('select', {'aria-label': 'Pod'}, ...pods.map((pod, i) => html('option', {value: i}, pod.name)));
  choice.addEventListener('change', () => draw(pods[Number(choice.value)] ?? first));
  return html('section', {id: 'peak'},
      html('h2', {}, 'What a Pod asks for'),
      html('p', {}, 'A Pod asks for the most that can run at the same time, not for the sum. The chart has the demand in an order ' +
          'in which this peak is reached; the units that make it are lit.'),
      pods.length > 1 ? html('label', {}, 'Pod ', choice) : undefined,
      figures);
}
