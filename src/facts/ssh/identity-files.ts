/** The keys that ssh would try for a host. */
import type { Account } from '../ask.ts';
import type { SshAnswer, SshValue } from './effective.ts';

/** Identity files with ~ and the tokens of ssh_config(5) filled in. `none` alone means no file at all. Undefined: none is set. */
export function identityFiles(answer: SshAnswer, host: string, as: Account): SshValue[] | undefined {
  const given = answer.settings.get('identityfile');
  if (!given) return undefined;
  const user = answer.settings.get('user')?.[0]?.value ?? as.name;
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': as.home,
    '%h': answer.hostname,
    '%n': host,
    '%u': as.name,
    '%r': user,
    '%i': String(as.uid),
    '%p': answer.settings.get('port')?.[0]?.value ?? '22',
  };
  return given
    .filter((g) => g.value.toLowerCase() !== 'none')
    .map((g) => ({
      ...g,
      value: g.value
        .replace(/^~(?=\/|$)/, () => as.home)
        .replace(/%./g, (t) => tokens[t] ?? t)
        .replace(/\$\{HOME\}/g, () => as.home),
    }));
}
