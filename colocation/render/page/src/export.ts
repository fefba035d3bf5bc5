// The picture as an SVG file of its own.

import {svg} from './dom';

/** The style sheet with the colours of the theme that is shown. */
function styleOf(dark: boolean): string {
  const text = document.querySelector('style')?.textContent ?? '';
  return text.replace(/light-dark\(([^,()]+),([^()]+)\)/g, (_, light: string, night: string) => dark ? night : light);
}

export function isDark(): boolean {
  const theme = document.documentElement.dataset['theme'];
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** The whole picture as text, without anything from elsewhere. */
export function pictureText(picture: SVGSVGElement, size: {width: number; height: number}): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  copy.setAttribute('width', String(size.width));
  copy.setAttribute('height', String(size.height));
  copy.classList.remove('dimmed');
  copy.querySelector('g[transform]')?.removeAttribute('transform');
  for (const lit of copy.querySelectorAll('.lit, .self')) lit.classList.remove('lit', 'self');
  copy.querySelector('.labels')?.remove();
  copy.prepend(svg('style', {}, styleOf(isDark())), svg('rect', {width: size.width, height: size.height, class: 'paper'}));
  return new XMLSerializer().serializeToString(copy);
}

/** Has the browser save it. */
export function savePicture(picture: SVGSVGElement, size: {width: number; height: number}, name: string): void {
  const url = URL.createObjectURL(new Blob([pictureText(picture, size)], {type: 'image/svg+xml'}));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^A-Za-z0-9.-]+/g, '-') || 'plan'}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
