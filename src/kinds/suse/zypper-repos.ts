/** Kind `zypper-repos`: the repositories that zypper uses, what it checks, and how it reaches them. */
import { type Asking, list as listOf } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';
import { type Repository, transportOf, verified, zypp } from '../../facts/suse/zypp.ts';

const cache = '/var/cache/zypp/raw';

const one = record({
  alias: string('its alias'),
  file: string('the file that describes it'),
  key: string('gpgcheck of its section, as a step names it'),
  checked: string('what is held against a signature', ['metadata', 'packages', 'nothing']),
  own: boolean('its file turns the checks off, not zypp.conf'),
  loose: boolean('packages without a signature are taken where its metadata have none either: pkg_gpgcheck is off'),
  looseKey: string('pkg_gpgcheck of its section, as a step names it'),
  host: string('where its first address that is not safe leads, else its first address: scheme and host alone'),
  transport: string('how it is reached: of several addresses the weakest', ['https', 'local', 'other', 'unverified', 'open']),
  addressKey: string('the address that is not safe, as a step names it; unset where there are several, or a login stands in it'),
  safe: string('that address over TLS; unset where the other is'),
});

export const zypperRepos = defineKind({
  name: 'zypper-repos',
  noun: "zypper's repositories",
  absent: 'zypper has no repositories',
  describe: 'The enabled repositories of zypper: what zypper holds against a signature by their files and zypp.conf, and how it reaches them.',
  fields: {},
  shape: record({
    repos: list(one, 'those that are enabled'),
    disabled: number('how many are not'),
    remote: number('how many of the enabled ones lie neither on this host nor on a medium'),
    refreshed: number('how many of these have metadata in the cache'),
    gpgcheck: boolean('zypp.conf has signatures checked; so it is when it says nothing'),
  }),
  touches: () => [zypp, { do: 'list', path: cache }],
  *learn(): Asking<Fact> {
    const found = yield* zypp();
    if (found.is === 'unknown') return found;
    const { repositories, gpgcheck, consulted } = found;
    if (repositories.length === 0) return missing(...consulted);
    const used = repositories.filter((r) => r.enabled);
    const fact = new FactBuilder().consulted(...consulted).set('gpgcheck', gpgcheck.on, gpgcheck.at);
    fact.set('disabled', repositories.length - used.length, ...consulted.slice(0, 1));
    fact.set('repos', used.map(described), ...(used.length > 0 ? used.map((r) => r.at) : consulted.slice(0, 1)));
    for (const [index, repository] of used.entries()) place(fact, index, repository, gpgcheck.at);
    const remote = used.filter((r) => r.urls.some((u) => transportOf(u.text) !== 'local'));
    fact.set('remote', remote.length, ...(remote.length > 0 ? remote.map((r) => r.at) : consulted.slice(0, 1)));
    const kept = yield* listOf(cache);
    if (kept.is === 'blocked') return fact.gap('refreshed', unknown(kept, cache)).build();
    const names = kept.is === 'got' ? kept.value : [];
    return fact.set('refreshed', remote.filter((r) => names.includes(r.alias.replaceAll('/', '_'))).length, { path: cache }).build();
  },
});

const order = ['open', 'unverified', 'other', 'local', 'https'];

function weakest({ urls }: Repository): Repository['urls'][number] | undefined {
  return urls.toSorted((a, b) => order.indexOf(transportOf(a.text)) - order.indexOf(transportOf(b.text)))[0];
}

function described(repository: Repository): Json {
  const worst = weakest(repository);
  const { alias, file, checks, urls } = repository;
  const section = JSON.stringify(alias);
  const transport = worst && transportOf(worst.text);
  const plain = worst && urls.length === 1 && !/[@?]/.test(worst.text) ? worst : undefined;
  const safe = plain && transport === 'open' ? plain.text.replace(/^http:/i, 'https:') : undefined;
  return {
    alias,
    file,
    key: `${section}.gpgcheck`,
    looseKey: `${section}.pkg_gpgcheck`,
    checked: verified(repository),
    own: checks.gpgcheck?.at.path === file,
    loose: checks.pkg_gpgcheck?.on === false && checks.repo_gpgcheck?.on !== true,
    ...(worst ? { host: hostOf(worst.text), transport: transport ?? 'other' } : {}),
    ...(safe !== undefined && safe !== plain?.text ? { safe, addressKey: `${section}.${plain?.key ?? ''}` } : {}),
  };
}

/** No path and no query: they hold tokens. */
const hostOf = (address: string): string => address.replace(/^([\w+.-]+:\/*)(?:[^/@]*@)?([^/?#;]*).*$/s, '$1$2');

function place(fact: FactBuilder, index: number, repository: Repository, general: Where): void {
  const at = ['repos', String(index)];
  const { checks } = repository;
  const deciding = [checks.gpgcheck?.at ?? general, checks.repo_gpgcheck?.at, checks.pkg_gpgcheck?.at].filter((w) => w !== undefined);
  fact.at(at, repository.at).at([...at, 'checked'], ...deciding);
  fact.at([...at, 'loose'], checks.pkg_gpgcheck?.at ?? repository.at);
  const worst = weakest(repository);
  if (worst) for (const field of ['host', 'transport']) fact.at([...at, field], worst.at);
}
