/** The orders of versions that dpkg (deb-version(7)) and rpm (rpm-version(7)) keep. Pure. */
import type { Package } from '../packages.ts';

type Version = Pick<Package, 'epoch' | 'version' | 'release'>;

/** Below 0: `a` is older. Epoch, version and release one after another; no epoch is 0. */
export const compareDpkg = (a: Version, b: Version): number =>
  byNumber(a.epoch || '0', b.epoch || '0') || dpkgPart(a.version, b.version) || dpkgPart(a.release, b.release);

/** Below 0: `a` is older. As rpm compares what is installed; where one of them has no release, it does not count. */
export const compareRpm = (a: Version, b: Version): number =>
  byNumber(a.epoch || '0', b.epoch || '0') || rpmPart(a.version, b.version) || (a.release === '' || b.release === '' ? 0 : rpmPart(a.release, b.release));

/** Digits, of any length. */
function byNumber(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || order(x, y);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Letters come before what is neither, `~` before all, the end too. */
const weight = (c: string | undefined): number => (c === undefined ? 0 : c === '~' ? -1 : /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c.charCodeAt(0) + 256);

/** In turn what is no digit, and digits (Debian policy 5.6.12). */
function dpkgPart(a: string, b: string): number {
  const pieces = (text: string): string[] => text.split(/(\d+)/);
  const [x, y] = [pieces(a), pieces(b)];
  for (let at = 0; at < Math.max(x.length, y.length); at++) {
    const [p = '', q = ''] = [x[at], y[at]];
    const found = at % 2 === 1 ? byNumber(p, q) : byWeight(p, q);
    if (found !== 0) return found;
  }
  return 0;
}

function byWeight(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const found = weight(a[at]) - weight(b[at]);
    if (found !== 0) return found;
  }
  return 0;
}

/** Segments of digits or of letters, what separates them does not count; `~` is before the end, `^` after it (rpm's rpmvercmp). */
function rpmPart(a: string, b: string): number {
  const segments = (text: string): string[] => text.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];
  const [x, y] = [segments(a), segments(b)];
  for (let at = 0; ; at++) {
    const [p, q] = [x[at], y[at]];
    if (p === undefined && q === undefined) return 0;
    const found = rpmSegment(p, q);
    if (found !== 0) return found;
  }
}

function rpmSegment(a: string | undefined, b: string | undefined): number {
  for (const [mark, ended] of [
    ['~', -1],
    ['^', 1],
  ] as const) {
    if (a === mark && b === mark) return 0;
    // Against a further segment, both come before.
    if (a === mark) return b === undefined ? ended : -1;
    if (b === mark) return a === undefined ? -ended : 1;
  }
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [digits, others] = [/^\d/.test(a), /^\d/.test(b)];
  if (digits !== others) return digits ? 1 : -1;
  return digits ? byNumber(a, b) : order(a, b);
}
