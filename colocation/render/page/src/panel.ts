// The side panel: all about the task or Pod that the reader points at.

import {count, html} from './dom';
import {
  type ContainerJson, type Edge, type Plan, type Pod, type Task, type UnitJson, type VolumeJson, containersOf, needText,
  placeText, reasonText,
} from './plan';

type Go = (task: Task) => void;

function section(title: string, ...children: (Node | undefined)[]): HTMLElement | undefined {
  const shown = children.filter((child) => child !== undefined);
  if (!shown.length) return undefined;
  return html('section', {}, html('h3', {}, title), ...shown);
}

function taskLink(task: Task, go: Go): HTMLElement {
  const link = html('button', {type: 'button', class: 'link'}, task.name);
  link.addEventListener('click', () => go(task));
  return link;
}

function edgeList(edges: Edge[], end: 'from' | 'to', go: Go): HTMLElement | undefined {
  if (!edges.length) return undefined;
  return html('ul', {}, ...edges.map((edge) => {
    const kinds = html('span', {class: `tone ${edge.tone}`}, reasonText(edge, false));
    const paths = edge.reasons.flatMap((reason) => reason.paths);
    const item = html('li', {}, taskLink(edge[end], go), ' ', kinds);
    if (paths.length) item.append(html('div', {class: 'path'}, paths.join(', ')));
    return item;
  }));
}

/** "emptyDir", "claim cache", "secret login": what a volume is. */
function volumeText(volume: VolumeJson['volume']): string {
  for (const [kind, value] of Object.entries(volume ?? {})) {
    if (kind === 'name' || typeof value !== 'object' || value === null) continue;
    const source = value as Record<string, unknown>;
    const name = source['claimName'] ?? source['secretName'] ?? source['name'] ?? source['driver'];
    const label = kind === 'persistentVolumeClaim' ? 'claim' : kind;
    return typeof name === 'string' ? `${label} ${name}` : label;
  }
  return 'volume';
}

function mountItems(task: Task, container: ContainerJson): HTMLElement[] {
  const volumes = new Map((task.pod?.json.volumes ?? []).map((volume) => [volume.volume?.name, volume]));
  return (container.container?.volumeMounts ?? []).flatMap((mount) => {
    const volume = volumes.get(mount.name);
    if (!volume) return [];
    const what = volume.workspace ? `workspace ${volume.workspace}: ${volumeText(volume.volume)}` : volumeText(volume.volume);
    const where = mount.subPath ? `${what}, directory ${mount.subPath}` : what;
    return [html('li', {}, html('code', {}, mount.mountPath ?? ''), ` ${where}${mount.readOnly ? ', read only' : ''}`)];
  });
}

function containerItem(task: Task, container: ContainerJson): HTMLElement {
  const item = html('li', {}, html('strong', {}, container.step || container.container?.name || ''));
  if (container.container?.image) item.append(' ', html('code', {}, container.container.image));
  const asked = needText(container.asked);
  const share = needText(container.container?.resources?.requests);
  if (asked) item.append(html('div', {}, `asks for ${asked}`));
  if (share && share !== asked) item.append(html('div', {class: 'path'}, `in the Pod: ${share}`));
  const mounts = mountItems(task, container);
  if (mounts.length) item.append(html('ul', {class: 'mounts'}, ...mounts));
  return item;
}

function unitSections(task: Task, unit: UnitJson): (HTMLElement | undefined)[] {
  const containers = containersOf(task, unit);
  const steps = containers.filter((container) => (unit.steps ?? []).includes(container.container?.name ?? ''));
  const sidecars = containers.filter((container) => !steps.includes(container));
  const list = (some: ContainerJson[], tag: 'ol' | 'ul'): HTMLElement | undefined =>
      some.length ? html(tag, {}, ...some.map((container) => containerItem(task, container))) : undefined;
  return [section('Steps', list(steps, 'ol')), section('Sidecars', list(sidecars, 'ul'))];
}

function matrixSection(units: UnitJson[]): HTMLElement | undefined {
  if (units.length < 2) return undefined;
  const items = units.slice(0, 50).map((unit) => html('li', {}, (unit.matrixParams ?? [])
      .map((param) => `${param.name ?? ''}=${typeof param.value === 'string' ? param.value : JSON.stringify(param.value)}`).join(', ')));
  if (units.length > 50) items.push(html('li', {}, `and ${units.length - 50} more`));
  return section(`Matrix: ${units.length} times`, html('ul', {}, ...items));
}

function whenSection(task: Task): HTMLElement | undefined {
  const when = task.json.when ?? [];
  if (!when.length) return undefined;
  return section('Runs when', html('ul', {}, ...when.map((one) => html('li', {}, html('code', {},
      one.cel || `${one.input ?? ''} ${one.operator ?? ''} ${(one.values ?? []).join(', ')}`)))));
}

function decisions(plan: Plan, concerns: (decision: {tasks?: string[]; pods?: string[]}) => boolean): HTMLElement | undefined {
  const items = (plan.json.decisions ?? []).filter(concerns).map((decision) => {
    const item = html('li', {}, decision.message ?? '');
    if (decision.hint) item.append(html('div', {class: 'path'}, `To change it: ${decision.hint}`));
    return item;
  });
  return items.length ? html('ul', {}, ...items) : undefined;
}

export function taskPanel(plan: Plan, task: Task, go: Go): Node[] {
  const {json} = task;
  const waits = task.before.filter((edge) => edge.waits);
  const implied = task.before.filter((edge) => !edge.waits);
  const units = json.units ?? [];
  const need = units[0] && needText(units[0].need);
  const facts = [placeText(task)];
  if (json.finally) facts.push('a finally task: it runs when all others have ended');
  if (json.taskRef) facts.push(`Task ${json.taskRef}`);
  if (need) facts.push(`needs ${need}${units.length > 1 ? ' each time' : ''}`);
  if (json.workspaces?.length) facts.push(`${count(json.workspaces.length, 'workspace')}: ${json.workspaces.join(', ')}`);
  const written = [json.origin?.file, json.path].filter(Boolean).join(': ');
  return [
    html('h2', {}, task.name),
    json.displayName && json.displayName !== task.name ? html('p', {}, json.displayName) : undefined,
    html('ul', {class: 'facts'}, ...facts.map((fact) => html('li', {}, fact))),
    section('Waits for', edgeList(waits, 'from', go) ?? html('p', {}, json.finally ? 'all other tasks' : 'nothing')),
    section('Also after, implied by these', edgeList(implied, 'from', go)),
    section('Before', edgeList(task.after.filter((edge) => edge.waits || edge.tone !== 'finally'), 'to', go)),
    whenSection(task),
    matrixSection(units),
    ...(units[0] ? unitSections(task, units[0]) : []),
    section('Why', decisions(plan, (decision) => decision.tasks?.includes(task.name) ?? false)),
    written ? section('Written at', html('p', {class: 'path'}, written)) : undefined,
  ].filter((node) => node !== undefined);
}

export function podPanel(plan: Plan, pod: Pod, go: Go): Node[] {
  const {json} = pod;
  const sets = (json.startWhen ?? []).map((condition) => condition.tasks ?? []);
  const start = !sets.length || sets.some((tasks) => !tasks.length) ? 'at once'
      : `when ${sets.map((tasks) => tasks.join(' and ')).join(', or ')} ended`;
  const volumes = (json.volumes ?? []).map((volume) =>
      html('li', {}, `${volume.workspace ? `workspace ${volume.workspace}: ` : ''}${volumeText(volume.volume)}`));
  const uses = (json.resources ?? []).map((use) => html('tr', {}, html('td', {}, use.resource ?? ''),
      html('td', {}, use.requested ?? ''), html('td', {}, use.peak ?? ''), html('td', {}, use.sum ?? '')));
  const head = html('tr', {}, ...['', 'asks for', 'peak', 'sum'].map((text) => html('th', {scope: 'col'}, text)));
  return [
    html('h2', {}, `Pod ${pod.name}`),
    html('ul', {class: 'facts'},
        html('li', {}, `created ${start}`),
        html('li', {}, `${count(pod.tasks.length, 'task')}, ${count(json.containers?.length ?? 0, 'container')}`),
        json.spec?.serviceAccountName ? html('li', {}, `service account ${json.spec.serviceAccountName}`) : undefined,
        json.node ? html('li', {}, `fits the node ${json.node}`) : undefined),
    section('Resources', uses.length ? html('table', {}, html('tbody', {}, head, ...uses)) : undefined),
    section('Volumes', volumes.length ? html('ul', {}, ...volumes) : undefined),
    section('Tasks', html('ul', {class: 'inline'}, ...pod.tasks.map((task) => html('li', {}, taskLink(task, go))))),
    section('Why', decisions(plan, (decision) => decision.pods?.includes(pod.name) ?? false)),
  ].filter((node) => node !== undefined);
}

/** What is shown while the reader points at nothing. */
export function planPanel(plan: Plan): Node[] {
  const key = (name: string, text: string): HTMLElement => html('li', {}, html('kbd', {}, name), ` ${text}`);
  const tone = (classes: string, text: string): HTMLElement => html('li', {}, html('span', {class: `sample ${classes}`}), text);
  const has = (test: (edge: Edge) => boolean): boolean => plan.edges.some(test);
  return [
    html('h2', {}, 'The plan'),
    html('p', {}, 'Point at a task to see what comes before and after it, and why. Click it to keep it.'),
    section('Lines', html('ul', {class: 'legend'},
        tone('order', 'waits for its end'),
        tone('result', 'takes a result'),
        has((edge) => edge.gate) ? tone('order gate', 'from elsewhere, through a gate') : undefined,
        has((edge) => edge.gate && edge.tone === 'result') ? tone('result gate', 'a result, through a gate') : undefined,
        has((edge) => edge.tone === 'other') ? tone('other', 'for another reason (point at it)') : undefined),
        plan.tasks.some((task) => task.json.finally) ? html('p', {}, 'A task with a flag is a finally task: it comes after all others.') : undefined),
    section('Keys', html('ul', {class: 'keys'}, key('/', 'search'), key('← → ↑ ↓', 'from task to task'), key('Enter', 'keep a task, and read about it'),
        key('Esc', 'back, let go'), key('+ −', 'zoom'), key('0', 'fit'))),
    section('Why it is so', decisions(plan, () => true)),
  ].filter((node) => node !== undefined);
}
