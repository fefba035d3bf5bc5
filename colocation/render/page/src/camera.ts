// Zoom and pan of the picture: wheel, drag, two fingers, buttons and keys.

export interface Size { width: number; height: number }

const MOST = 3;
/** Below that scale names can't be read: a large picture begins with its start. */
const READABLE = 0.6;
const MARGIN = 12;

export class Camera {
  private scale = 1;
  private x = 0;
  private y = 0;
  private readonly pointers = new Map<number, {x: number; y: number}>();
  private dragged = false;

  /** Moves `content` within `frame`; tells `changed` after each move. */
  constructor(
      private readonly frame: SVGSVGElement, private readonly content: SVGGElement, private size: Size,
      private readonly changed: () => void) {
    frame.addEventListener('wheel', (event) => this.onWheel(event), {passive: false});
    frame.addEventListener('pointerdown', (event) => this.onDown(event));
    frame.addEventListener('pointermove', (event) => this.onMove(event));
    for (const type of ['pointerup', 'pointercancel'] as const) {
      frame.addEventListener(type, (event) => this.pointers.delete(event.pointerId));
    }
    // What ends a drag is no click.
    frame.addEventListener('click', (event) => {
      if (this.dragged) event.stopPropagation();
      this.dragged = false;
    }, {capture: true});
  }

  resize(size: Size): void {
    this.size = size;
  }

  private get view(): Size {
    return {width: this.frame.clientWidth || 1, height: this.frame.clientHeight || 1};
  }

  /** What is seen, in the picture's coordinates. */
  seen(): {x: number; y: number; width: number; height: number} {
    const {width, height} = this.view;
    return {x: -this.x / this.scale, y: -this.y / this.scale, width: width / this.scale, height: height / this.scale};
  }

  private fittingScale(): number {
    const {width, height} = this.view;
    return Math.min((width - MARGIN) / (this.size.width || 1), (height - MARGIN) / (this.size.height || 1), 1);
  }

  /** All of the picture. */
  fit(): void {
    this.scale = this.fittingScale();
    this.x = (this.view.width - this.size.width * this.scale) / 2;
    this.y = (this.view.height - this.size.height * this.scale) / 2;
    this.apply();
  }

  /** All of it where that can be read, else its beginning around `start`. */
  begin(start: {x: number; y: number}): void {
    if (this.fittingScale() >= READABLE) {
      this.fit();
      return;
    }
    this.scale = READABLE;
    this.x = MARGIN;
    this.y = MARGIN;
    const {width, height} = this.view;
    const clamp = (value: number, room: number, length: number): number =>
        length * this.scale <= room ? (room - length * this.scale) / 2
                                    : Math.min(MARGIN, Math.max(room - length * this.scale - MARGIN, value));
    this.x = clamp(width / 4 - start.x * this.scale, width, this.size.width);
    this.y = clamp(height / 4 - start.y * this.scale, height, this.size.height);
    this.apply();
  }

  /** Zooms by a factor around a point of the frame; its middle by default. */
  zoom(factor: number, at = {x: this.view.width / 2, y: this.view.height / 2}): void {
    const least = Math.min(this.fittingScale(), READABLE) / 2;
    const scale = Math.min(MOST, Math.max(least, this.scale * factor));
    this.x = at.x - (at.x - this.x) * scale / this.scale;
    this.y = at.y - (at.y - this.y) * scale / this.scale;
    this.scale = scale;
    this.apply();
  }

  /** Brings a point of the picture to the middle. */
  center(point: {x: number; y: number}): void {
    this.x = this.view.width / 2 - point.x * this.scale;
    this.y = this.view.height / 2 - point.y * this.scale;
    this.apply();
  }

  /** Moves as little as makes a box of the picture visible. */
  reveal(box: {x: number; y: number; width: number; height: number}): void {
    const move = (at: number, length: number, offset: number, room: number): number => {
      const start = at * this.scale + offset;
      const end = start + length * this.scale;
      if (start < MARGIN) return MARGIN - start;
      return end > room - MARGIN ? Math.max(room - MARGIN - end, MARGIN - start) : 0;
    };
    const dx = move(box.x, box.width, this.x, this.view.width);
    const dy = move(box.y, box.height, this.y, this.view.height);
    if (!dx && !dy) return;
    this.x += dx;
    this.y += dy;
    this.apply();
  }

  private apply(): void {
    // At least a corner of the picture stays in sight.
    const edge = 60;
    this.x = Math.min(this.view.width - edge, Math.max(edge - this.size.width * this.scale, this.x));
    this.y = Math.min(this.view.height - edge, Math.max(edge - this.size.height * this.scale, this.y));
    this.content.setAttribute('transform', `translate(${this.x} ${this.y}) scale(${this.scale})`);
    this.changed();
  }

  private inFrame(event: MouseEvent): {x: number; y: number} {
    const frame = this.frame.getBoundingClientRect();
    return {x: event.clientX - frame.left, y: event.clientY - frame.top};
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) {
      this.x -= (event.deltaX + event.deltaY) * lines;
      this.apply();
      return;
    }
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), this.inFrame(event));
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (!this.pointers.size) this.dragged = false;
    this.pointers.set(event.pointerId, this.inFrame(event));
  }

  private onMove(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.inFrame(event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && !this.dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    if (!this.dragged) this.frame.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.pointers.set(event.pointerId, now);
    if (other) {
      const distance = (point: {x: number; y: number}): number => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.zoom(distance(now) / distance(before), other);
      return;
    }
    this.x += now.x - before.x;
    this.y += now.y - before.y;
    this.apply();
  }
}
