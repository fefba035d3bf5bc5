// What `colocate simulate` says: the run with a Pod for each task, and with the
// plan's Pods, over the same time.

import {count, html, shortened, svg} from './dom';
import {seconds, secondsText} from './quantity';

interface UnitJson { name?: string; task?: string; outcome?: string; ready?: string; start?: string; end?: string }
interface RunJson { arrival?: string; outcome?: string; makespan?: string; reason?: string; pods?: unknown[]; units?: UnitJson[] }
export interface ExecutionJson {
  kind?: string;
  description?: string;
  pods?: string | number;
  placeholders?: string | number;
  volumes?: string | number;
  detailed?: RunJson[];
}
export interface SimulationJson { executions?: ExecutionJson[]; notes?: string[] }

const NAMES: Record<string, string> = {POD_PER_TASK: 'A Pod for each task', COLOCATED: 'This plan'};
const CLASSES: Record<string, string> = {POD_PER_TASK: 'apart', COLOCATED: 'together'};
const ROW = 26;
const NAME = 170;
const WIDTH = 720;

const kindOf = (execution: ExecutionJson): string => execution.kind ?? '';

function tickSize(longest: number): number {
  const sizes = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  return sizes.find((size) => longest / size <= 8) ?? longest / 8;
}

function unitBars(unit: UnitJson, y: number, kind: string, x: (at: number) => number, arrival: number): SVGElement[] {
  const at = (text: string | undefined): number | undefined => {
    const moment = seconds(text);
    return moment === undefined ? undefined : moment - arrival;
  };
  const [ready, start, end] = [at(unit.ready), at(unit.start), at(unit.end)];
  const bars: SVGElement[] = [];
  const waited = start ?? end;
  if (ready !== undefined && waited !== undefined && waited > ready) {
    bars.push(svg('rect', {x: x(ready), y: y + 3, width: x(waited) - x(ready), height: 4, class: `waiting ${CLASSES[kind]}`}));
  }
  if (start !== undefined) {
    const until = end ?? start;
    bars.push(svg('rect', {
      x: x(start), y, width: Math.max(2, x(until) - x(start)), height: 10, rx: 2,
      class: `running ${CLASSES[kind]}${unit.outcome === 'UNIT_FAILED' ? ' failed' : ''}`,
    }));
  }
  const text = start === undefined ? 'never started'
      : `waited ${secondsText(Math.max(0, start - (ready ?? start)))}, from ${secondsText(start)} to ${secondsText(end ?? start)}`;
  for (const bar of bars) bar.append(svg('title', {}, `${unit.name}, ${NAMES[kind]}: ${text}`));
  return bars;
}

function chart(runs: Map<string, RunJson>): SVGSVGElement {
  const moments = [...runs.values()].flatMap((run) => (run.units ?? []).map((unit) =>
      (seconds(unit.end) ?? 0) - (seconds(run.arrival) ?? 0)));
  const longest = Math.max(1, ...moments);
  const x = (at: number): number => NAME + WIDTH * at / longest;
  const names = [...new Set([...runs.values()].flatMap((run) => (run.units ?? []).map((unit) => unit.name ?? '')))];
  const height = names.length * ROW + 30;
  const picture = svg('svg', {
    class: 'chart timeline', viewBox: `0 0 ${NAME + WIDTH + 40} ${height}`, width: NAME + WIDTH + 40, role: 'img',
    'aria-label': 'When each task waits and runs, in both ways; the table below has the numbers',
  });
  const tick = tickSize(longest);
  for (let at = 0; at <= longest; at += tick) {
    picture.append(svg('line', {x1: x(at), x2: x(at), y1: 18, y2: height, class: 'grid'}),
        svg('text', {x: x(at), y: 12, 'text-anchor': 'middle', class: 'axis'}, secondsText(at)));
  }
  names.forEach((name, row) => {
    const y = 22 + row * ROW;
    picture.append(svg('text', {x: NAME - 10, y: y + 15, 'text-anchor': 'end', class: 'name'}, shortened(name, 22)));
    let offset = 0;
    for (const [kind, run] of runs) {
      const unit = run.units?.find((one) => one.name === name);
      if (unit) picture.append(...unitBars(unit, y + offset, kind, x, seconds(run.arrival) ?? 0));
      offset += 11;
    }
  });
  return picture;
}

/** The section with the timeline; nothing where no run was told in full. */
export function timelineSection(simulation: SimulationJson): HTMLElement | undefined {
  const executions = (simulation.executions ?? []).filter((execution) => execution.detailed?.length);
  if (!executions.length) return undefined;
  const runs = new Map(executions.map((execution) => [kindOf(execution), execution.detailed?.[0] ?? {}]));
  const rows = executions.map((execution) => {
    const run = execution.detailed?.[0] ?? {};
    const placeholders = Number(execution.placeholders ?? 0);
    const took = seconds(run.makespan);
    const outcome = (run.outcome ?? '').replace('RUN_', '').toLowerCase().replace('_', ' ');
    return html('tr', {},
        html('th', {scope: 'row'}, html('span', {class: `sample bar ${CLASSES[kindOf(execution)]}`}), NAMES[kindOf(execution)] ?? kindOf(execution)),
        html('td', {}, `${outcome}${run.reason ? `: ${run.reason}` : ''}`),
        html('td', {}, took === undefined ? '–' : secondsText(took)),
        html('td', {}, count(Number(execution.pods ?? 0), 'Pod') + (placeholders ? ` (${count(placeholders, 'placeholder')})` : '')),
        html('td', {}, count(Number(execution.volumes ?? 0), 'volume')),
        html('td', {}, execution.description ?? ''));
  });
  const notes = simulation.notes ?? [];
  return html('section', {id: 'timeline'},
      html('h2', {}, 'How long it takes'),
      html('p', {}, 'Simulated. Of each pair of bars, the upper one is with a Pod for each task, as Tekton runs it; the lower one is ' +
          'this plan. A thin bar is waiting, for a place, for the start, for images and volumes.'),
      html('div', {class: 'scroll'}, html('table', {}, html('tbody', {}, ...rows))),
      html('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Timeline'}, chart(runs)),
      notes.length ? html('ul', {}, ...notes.map((note) => html('li', {}, note))) : undefined);
}
