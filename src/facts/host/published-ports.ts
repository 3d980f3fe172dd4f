/** Host ports in the forms in which Podman takes and prints them. Pure. */

/**
 * `[[IP:][HOST[-HOST]]:]CONTAINER[-CONTAINER][/PROTOCOL]` (podman-run(1), --publish): the host ports, of a range its first.
 * Without a host part Podman takes a free high port. `unknown` when systemd fills something in.
 */
export function publishedBy(spec: string): readonly number[] | 'unknown' {
  const text = spec.trim().replace(/\/(?:tcp|udp|sctp)$/i, '');
  if (/[$%]/.test(text)) return 'unknown';
  const parts = text.replace(/^\[[^\]]*\]:/, 'ip:').split(':');
  const host = parts.length >= 2 ? (parts.at(-2) ?? '') : '';
  const first = /^(\d{1,5})(?:-\d{1,5})?$/.exec(host)?.[1];
  return first === undefined ? [] : [Number(first)];
}

const shown = /^(?:\S*:\d{1,5}(?:-\d{1,5})?->)?\d{1,5}(?:-\d{1,5})?(?:\/[a-z]+)?$/;

/** A line of `podman ps --format {{.Ports}}`: `0.0.0.0:80->80/tcp, 0.0.0.0:8080-8081->…`. Undefined: it is no such line. */
export function publishedIn(line: string): number[] | undefined {
  if (line.trim() === '') return [];
  if (!line.split(',').every((one) => shown.test(one.trim()))) return undefined;
  return line.split(',').flatMap((one) => {
    const first = /:(\d{1,5})(?:-\d{1,5})?->/.exec(one)?.[1];
    return first === undefined ? [] : [Number(first)];
  });
}
