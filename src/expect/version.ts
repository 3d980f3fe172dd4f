/** Version order by leading numeric parts: `v1.34.2+k3s1` is 1.34.2, `4.9.4-rhel` is 4.9.4, and 10.0 is newer than 4. */

/** The numeric parts that a version starts with, or undefined when it starts with none. */
function versionParts(version: string): readonly number[] | undefined {
  const m = /^v?(\d+(?:\.\d+)*)/.exec(version.trim());
  return m?.[1]?.split('.').map(Number);
}

/** Negative, zero or positive as `a` is older than, as old as or newer than `b`; undefined when one is no version. */
export function compareVersions(a: string, b: string): number | undefined {
  const left = versionParts(a);
  const right = versionParts(b);
  if (!left || !right) return undefined;
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
