/** The status file of dpkg: paragraphs of installed packages (dpkg-query(1), deb-version(7)). */

import { versionParts } from '../package-name.ts';
import type { Package } from '../packages.ts';

/** The packages that are installed; those that were removed and left their configuration are not. In the order of the file. */
export function packagesInStatus(text: string): Package[] {
  const found: Package[] = [];
  for (const paragraph of text.split(/\r?\n\r?\n/)) {
    const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t\\r]*$`, 'm').exec(paragraph)?.[1] ?? '';
    const name = field('Package');
    const status = field('Status');
    if (name === '' || (status !== '' && !/ installed$/.test(status))) continue;
    found.push({ name, ...versionParts(field('Version')), arch: field('Architecture') });
  }
  return found;
}
