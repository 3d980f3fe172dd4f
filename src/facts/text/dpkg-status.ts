/** The status file of dpkg: paragraphs of installed packages (dpkg-query(1), deb-version(7)). */

import { versionParts } from '../package-name.ts';
import type { Package } from '../packages.ts';

/**
 * Why dpkg would not read the file, if so: it ends in the middle of a line, or a package that is or was there has no version
 * (tried with dpkg 1.21, at every length). A file that was cut off between two packages looks whole.
 */
export function damageOf(text: string): string | undefined {
  if (text !== '' && !text.endsWith('\n')) return 'it ends in the middle of a line';
  const cut = text
    .slice(-65_536)
    .split(/\r?\n\r?\n/)
    .findLast((paragraph) => paragraph.trim() !== '');
  if (cut === undefined || /^Version:/im.test(cut)) return undefined;
  const status = /^Status:(.*)$/im.exec(cut)?.[1];
  return status === undefined || !/ not-installed[ \t\r]*$/.test(status) ? 'its last package has no version' : undefined;
}

/** States in which the files of a package lie there, be it that it waits to be configured or for triggers. */
const present = / (?:installed|unpacked|half-configured|triggers-awaited|triggers-pending)$/;

/** The packages that are there; those that were removed and left their configuration are not. In the order of the file. */
export function packagesInStatus(text: string): Package[] {
  const found: Package[] = [];
  for (const paragraph of text.split(/\r?\n\r?\n/)) {
    const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t\\r]*$`, 'im').exec(paragraph)?.[1] ?? '';
    const name = field('Package');
    const status = field('Status');
    if (name === '' || (status !== '' && !present.test(status))) continue;
    found.push({ name, ...versionParts(field('Version')), arch: field('Architecture') });
  }
  return found;
}
