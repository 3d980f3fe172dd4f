/** Kind `k3s-proxy`: the proxy variables that K3s is started with. No name and no password is kept. */
import { type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { gapOf } from '../../facts/environment/environment.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { isExempt } from '../../facts/k3s/no-proxy.ts';
import { startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, record, string } from '../../facts/shape.ts';

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
const ofContainerd = ['CONTAINERD_HTTP_PROXY', 'CONTAINERD_HTTPS_PROXY'];
const exempt = ['NO_PROXY', 'no_proxy'];
/** A URL with a name or a password in it; the password itself may be masked. */
const credentials = /^(?:[a-z0-9+.-]+:\/\/)?[^/@]*@/i;

export const k3sProxy = defineKind({
  name: 'k3s-proxy',
  noun: "K3s's proxy",
  absent: 'K3s is started without a proxy',
  describe: 'The proxy variables that K3s is started with: which are set, what is exempt, and where passwords for the proxy lie open.',
  fields: {},
  shape: record({
    set: list(string('a variable'), 'the variables that are set'),
    all: boolean('they count for K3s itself, not for the pulling of images alone (CONTAINERD_*)'),
    noProxy: string('NO_PROXY, or no_proxy'),
    differing: list(string('a variable'), 'variables of which the other case of letters has another value'),
    server: string('of an agent or a server that joins: the host that it talks to'),
    serverExempt: boolean('that host is not asked through the proxy'),
    open: list(
      record({ name: string('the variable'), path: string('the file'), mode: mode('its permission bits') }),
      'variables with a password in a file that others than root may read',
    ),
  }),
  touches: () => [k3sModel, startOfK3s, { do: 'stat', named: 'the files in which proxies are set', later: true }],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    const start = yield* startOfK3s();
    if (start.is === 'unknown') return start;
    if (model.is === 'not-started' || start.is === 'not-started') return missing();
    const { environment } = start;
    const fact = new FactBuilder().consulted(start.command.where);
    for (const name of [...proxies, ...ofContainerd, ...exempt]) {
      const gap = gapOf(environment, name);
      if (gap) return gap;
    }
    const value = (name: string): string => environment.variables.get(name)?.value ?? '';
    const where = (name: string): readonly Where[] => environment.variables.get(name)?.where.slice(0, 1) ?? [];
    const set = [...proxies, ...ofContainerd].filter((name) => value(name) !== '');
    if (set.length === 0) return missing(start.command.where);
    fact.set('set', set, ...set.flatMap(where)).set(
      'all',
      set.some((name) => proxies.includes(name)),
      ...set.flatMap(where),
    );
    const no = exempt.find((name) => value(name) !== '');
    if (no !== undefined) fact.set('noProxy', value(no), ...where(no));
    else fact.at('noProxy', ...set.flatMap(where));
    const pairs = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].filter(
      (name) => value(name) !== '' && value(name.toLowerCase()) !== '' && value(name) !== value(name.toLowerCase()),
    );
    fact.set('differing', pairs, ...(pairs.length > 0 ? pairs.flatMap((name) => [...where(name), ...where(name.toLowerCase())]) : [start.command.where]));
    const url = model.flags.one('server');
    const host = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:]+)/i.exec(url?.value ?? '')?.[1]?.replace(/^\[|\]$/g, '');
    if (host !== undefined && url)
      fact.set('server', host, url.where).set('serverExempt', isExempt(host, no === undefined ? '' : value(no)), url.where, ...(no ? where(no) : []));
    yield* setOpen(
      fact,
      set.filter((name) => credentials.test(value(name))).map((name) => ({ name, where: where(name)[0] })),
      start.command.where,
    );
    return fact.build();
  },
});

/** Which of the files with a password others may read. */
function* setOpen(fact: FactBuilder, found: readonly { readonly name: string; readonly where?: Where | undefined }[], otherwise: Where): Asking<void> {
  const files = found.flatMap(({ name, where }) => (where?.path.startsWith('/') ? [{ name, where }] : []));
  const answers: readonly Answer<Stat>[] = yield* together(files.map(({ where }) => stat(where.path)));
  const open: { name: string; mode: number; where: Where }[] = [];
  for (const [at, answer] of answers.entries()) {
    const { name, where } = files[at] as (typeof files)[number];
    if (answer.is === 'blocked') return void fact.gap('open', unknown(answer, where.path));
    const end = endOf(answer);
    if (end && (end.mode & 0o044) !== 0) open.push({ name, mode: end.mode, where });
  }
  fact.set(
    'open',
    open.map(({ name, mode: bits, where }) => ({ name, path: where.path, mode: bits })),
    ...(open.length > 0 ? open.map((o) => o.where) : [otherwise]),
  );
  for (const [at, one] of open.entries()) fact.at(['open', String(at)], one.where);
}
