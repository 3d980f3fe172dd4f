/** Host ports in the form in which Podman prints them. Pure. */

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
