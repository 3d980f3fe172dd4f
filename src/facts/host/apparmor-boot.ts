/** The AppArmor profiles that the boot loads: the files of /etc/apparmor.d (apparmor.systemd(8)). */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Profile, parseProfiles } from './apparmor-profiles.ts';

export const profileFolder = '/etc/apparmor.d';

const touches: Touches = [
  { do: 'list', path: profileFolder },
  { do: 'list', path: `${profileFolder}/disable` },
  { do: 'read', path: `${profileFolder}/*` },
];

/** The profiles that the boot loads: not those linked in disable/, nor editors' and packages' leftovers. */
export const bootProfiles = source(touches, readProfiles);

function* readProfiles(): Asking<readonly Profile[] | Unknown> {
  const [names, disabled] = yield* together([list(profileFolder), list(`${profileFolder}/disable`)]);
  if (names.is === 'blocked') return unknown(names, profileFolder);
  if (disabled.is === 'blocked') return unknown(disabled, `${profileFolder}/disable`);
  const off = disabled.is === 'got' ? disabled.value : [];
  const wanted = (names.is === 'got' ? names.value : []).filter((n) => !off.includes(n) && !/^\.|~$|\.(?:dpkg-\w+|rpmnew|rpmsave|orig|rej)$/.test(n));
  const texts = (yield* together(wanted.map((n) => read(`${profileFolder}/${n}`)))) as Answer<string>[];
  const profiles: Profile[] = [];
  for (const [at, text] of texts.entries()) {
    const path = `${profileFolder}/${wanted[at]}`;
    // abstractions, tunables and the like are directories.
    if (text.is === 'blocked' && text.why !== 'failed') return unknown(text, path);
    if (text.is === 'got') profiles.push(...parseProfiles(text.value, path));
  }
  return profiles;
}
