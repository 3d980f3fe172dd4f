/** The status file of dpkg: paragraphs of installed packages (dpkg-query(1), deb-version(7)). */
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

/** `5:20.10.24+dfsg1-1+b9` in its parts: what stands before the first colon, between, and after the last hyphen. */
function versionParts(version: string): Pick<Package, 'epoch' | 'version' | 'release'> {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '' : version.slice(0, colon),
    version: hyphen < 0 ? rest : rest.slice(0, hyphen),
    release: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}
