// Elements, made without markup: text is always text, whatever it holds.

type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string | undefined;

const SVG = 'http://www.w3.org/2000/svg';

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** An HTML element. Attributes that are undefined or false are left out. */
export function html<K extends keyof HTMLElementTagNameMap>(
    tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
    tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes, children);
}

/** A button that does something. */
export function button(label: string, title: string, act: () => void): HTMLButtonElement {
  const made = html('button', {type: 'button', title, 'aria-label': title}, label);
  made.addEventListener('click', act);
  return made;
}

/** At most `limit` characters; the rest is one ellipsis. */
export function shortened(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  return characters.slice(0, Math.max(0, limit - 1)).join('') + '…';
}

/** "1 task", "2 tasks". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
