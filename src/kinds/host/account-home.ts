/** Kind `account-home`: whether an account can hold rootless containers: its home, its shell, where it comes from. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { passwd } from '../../facts/host/passwd.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const nss = '/etc/nsswitch.conf';

export const accountHome = defineKind({
  name: 'account-home',
  noun: 'the account',
  describe: 'The account in question as a user of containers: its home directory, its login shell, and whether it is a local one.',
  fields: {},
  shape: record({
    local: boolean('it stands in /etc/passwd; others come from a directory service'),
    shell: string('login shell'),
    home: string('home directory'),
    homeExists: boolean('the home is a directory'),
    homeOwned: boolean('the home belongs to the account'),
    subidSource: string('what /etc/nsswitch.conf asks for subordinate ids; files when it says nothing'),
  }),
  touches: () => [passwd, { do: 'read', path: nss }, { do: 'stat', path: '~' }],
  *learn(_q, as): Asking<Fact> {
    const [people, home, sources] = yield* together([passwd(), stat(as.home), read(nss)]);
    if (people.is === 'unknown') return people;
    const entry = people.entries.find((e) => e.name === as.name);
    const at: Where = entry?.at ?? { path: '/etc/passwd', said: `does not name ${as.name}` };
    const fact = new FactBuilder()
      .consulted(at)
      .set('local', entry !== undefined, at)
      .set('home', as.home, at);
    if (entry) fact.set('shell', entry.shell, { ...at, said: entry.shell });
    setHome(fact, as.home, as.uid, home);
    if (sources.is === 'blocked') return fact.gap('subidSource', unknown(sources, nss)).build();
    const line = sources.is === 'got' ? sources.value.split('\n').findIndex((l) => /^[ \t]*subid:/.test(l)) : -1;
    const source =
      sources.is === 'got' && line >= 0
        ? (sources.value.split('\n')[line] ?? '')
            .replace(/^[ \t]*subid:/, '')
            .replace(/#.*/, '')
            .trim()
        : '';
    return fact.set('subidSource', source || 'files', line >= 0 ? { path: nss, line: line + 1 } : { path: nss, said: 'no line subid:' }).build();
  },
});

function setHome(fact: FactBuilder, path: string, uid: number, home: Answer<Stat>): void {
  const end: Answer<{ type: string; uid: number }> = home.is === 'got' ? (home.value.real ?? { is: 'got', value: home.value }) : home;
  if (end.is === 'blocked') return void fact.gap('homeExists', unknown(end, path)).gap('homeOwned', unknown(end, path));
  const there = end.is === 'got' && end.value.type === 'directory';
  fact.set('homeExists', there, { path, said: end.is === 'got' ? `a ${end.value.type}` : 'not there' });
  if (end.is === 'got') fact.set('homeOwned', end.value.uid === uid, { path, said: `owner ${end.value.uid}` });
}
