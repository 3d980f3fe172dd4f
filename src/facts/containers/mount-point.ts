/** Which mount a path lies on: proc_pid_mountinfo(5). */

export interface Mount {
  readonly point: string;
  readonly type: string;
}

/** The mount of the longest mount point above a path, the last one if several lie there. Undefined: not the text of mountinfo. */
export function mountAt(mountinfo: string, path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const point = fields[4]?.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
    const type = fields[dash + 1];
    if (dash < 0 || point === undefined || type === undefined) continue;
    const above = point === '/' || path === point || path.startsWith(`${point}/`);
    if (above && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best;
}
