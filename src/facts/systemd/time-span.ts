/** Time spans (systemd.time(7)). */

const units: Readonly<Record<string, number>> = {
  usec: 1e-6,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  msec: 1e-3,
  ms: 1e-3,
  seconds: 1,
  second: 1,
  sec: 1,
  s: 1,
  minutes: 60,
  minute: 60,
  min: 60,
  m: 60,
  hours: 3600,
  hour: 3600,
  hr: 3600,
  h: 3600,
  days: 86400,
  day: 86400,
  d: 86400,
  weeks: 604800,
  week: 604800,
  w: 604800,
  months: 2_629_800,
  month: 2_629_800,
  M: 2_629_800,
  years: 31_557_600,
  year: 31_557_600,
  y: 31_557_600,
};

/** Seconds of `90`, `5min`, `1h 30s`; Infinity for `infinity`; undefined for what is no time span. */
export function timeSpan(text: string): number | undefined {
  const value = text.trim();
  if (value === 'infinity') return Number.POSITIVE_INFINITY;
  const part = /\s*\+?(\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})\s*([a-zMµμ]*)/y;
  let seconds = 0;
  let at = 0;
  while (at < value.length) {
    part.lastIndex = at;
    const found = part.exec(value);
    const unit = found?.[2] === '' ? 1 : Object.hasOwn(units, found?.[2] ?? '') ? units[found?.[2] ?? ''] : undefined;
    if (!found || unit === undefined) return undefined;
    seconds += Number(found[1]) * unit;
    at = part.lastIndex;
  }
  return value === '' ? undefined : seconds;
}
