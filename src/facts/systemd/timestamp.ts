/** Reads a time as systemctl prints it in UTC, `Sun 2026-11-22 22:20:42 UTC`, as Unix seconds. Other zones: undefined. */
export function parseUtc(text: string): number | undefined {
  const m = /^\w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) UTC$/.exec(text.trim());
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
