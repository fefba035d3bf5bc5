// Kubernetes' quantities and Go's durations, as numbers to draw with. What is
// printed is the text that the plan has, wherever it has one.

const FACTORS: Record<string, number> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** The value of "250m" or "2Gi"; 0 for what is no quantity. */
export function quantity(text: string | undefined): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text ?? '');
  if (!match) return 0;
  return Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 0) || 0;
}

/** A sum of quantities of a resource as a short text. */
export function quantityText(value: number, binary: boolean): string {
  if (value === 0) return '0';
  if (!binary) return value < 1 ? `${Math.round(value * 1000)}m` : String(Math.round(value * 100) / 100);
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const size = FACTORS[unit] ?? 1;
    if (value >= size) return `${Math.round(value / size * 10) / 10}${unit}`;
  }
  return String(value);
}

const SECONDS: Record<string, number> = {h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, 'µs': 1e-6, ns: 1e-9};

/** The seconds of "1h2m3.5s"; undefined for what is no duration. */
export function seconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|([0-9.]+(h|ms|m|s|us|\u00b5s|ns))+)$/.test(text)) return undefined;
  let sum = 0;
  for (const part of text.matchAll(/([0-9.]+)(h|ms|m|s|us|\u00b5s|ns)/g)) {
    sum += Number(part[1]) * (SECONDS[part[2] ?? ''] ?? 0);
  }
  return sum;
}

/** "45s", "4m 10s", "2h 5m". */
export function secondsText(value: number): string {
  const whole = Math.round(value);
  if (value < 10) return `${Math.round(value * 10) / 10}s`;
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes}m ${whole % 60}s` : `${minutes}m`;
  return minutes % 60 ? `${Math.floor(minutes / 60)}h ${minutes % 60}m` : `${minutes / 60}h`;
}
