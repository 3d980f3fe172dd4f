/**
 * Releases in order, by the numbers that they start with: `v1.34.2+k3s1` is 1.34.2, `4.9.4-rhel` is 4.9.4, `6.1.0-28-amd64`
 * is 6.1.0, and 10.0 is newer than 4. What comes after the numbers does not count: `1.30.0-rc1` is as new as 1.30.0, since
 * what a release can do its candidates mostly can, and semantic versions, rpm and dpkg order such rests in three ways.
 */

export interface Release {
  /** At least one; those that are left out count as 0. */
  readonly numbers: readonly number[];
  /** As the target told it, or as a rule would write it. */
  readonly said: string;
}

/** Reads `5.4.2+ds1`, `v1.34.2+k3s1`, `6.0`. Undefined for what starts with no number. */
export function releaseOf(version: string): Release | undefined {
  const numbers = /^\s*v?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return numbers === undefined ? undefined : { numbers: numbers.split('.').map(Number), said: version };
}

/** Negative, zero or positive as `a` is older than, as old as or newer than `b`; undefined when one is no version. */
export function compareReleases(a: string, b: string): number | undefined {
  const left = releaseOf(a);
  const right = releaseOf(b);
  return left && right && order(left, right);
}

/** Whether a release is `than` ("4.8") or newer. */
export function since(release: Release, than: string): boolean {
  const other = releaseOf(than);
  return other !== undefined && order(release, other) >= 0;
}

function order({ numbers: left }: Release, { numbers: right }: Release): number {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
