/** Kind `k3s-resolv`: which resolv.conf K3s gives its kubelet, and with it every pod. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

/** The order in which K3s tries them (k3s-io/k3s:pkg/agent/config/config.go locateOrGenerateResolvConf). */
const candidates = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;
/** Domains that no name server of the Internet answers for, or that are meant for local use (RFC 6761, 6762, 8375, ICANN .internal). */
const local = /^[^.]+$|(?:^|\.)(?:local|localdomain|lan|internal|intranet|private|corp|home|test|invalid|example|home\.arpa|localhost)$/i;

export const k3sResolv = defineKind({
  name: 'k3s-resolv',
  noun: 'the resolv.conf of K3s',
  describe:
    'The resolv.conf that K3s hands to its kubelet: the one that it is told, else the first whose name servers can all be reached from pods, else one of its own with a public name server. Where K3s is not set up, what it would take.',
  fields: {},
  shape: record({
    path: string('the file; unset where K3s makes one of its own'),
    generated: boolean('K3s makes one, which names 8.8.8.8'),
    because: string('the name servers for which the files were passed over'),
    there: boolean('the file that K3s is told is there'),
    servers: string('the file without the lines that name domains to search; unset where there are none'),
    public: list(string('a domain'), 'domains that are searched, and that may be known on the Internet'),
  }),
  touches: () => [k3sModel, ...candidates.map((path) => ({ do: 'read', path }) as const), { do: 'read', named: 'the file that resolv-conf names' }],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    const gap = model.is === 'model' ? model.flags.gap('resolv-conf') : undefined;
    if (gap) return gap;
    const told = model.is === 'model' ? model.flags.one('resolv-conf') : undefined;
    if (told?.value) return ofFile(told.value, yield* read(told.value), told.where);
    return ofFirst(yield* together(candidates.map((path) => read(path))));
  },
});

function ofFile(path: string, answer: Answer<string>, where: Where): Fact {
  if (answer.is === 'blocked') return unknown(answer, path);
  const fact = new FactBuilder()
    .set('path', path, where)
    .set('generated', false, where)
    .set('there', answer.is === 'got', { path }, where);
  return putSearch(fact, path, answer.is === 'got' ? answer.value : '').build();
}

function ofFirst(answers: readonly Answer<string>[]): Fact {
  const bad: string[] = [];
  const fact = new FactBuilder();
  for (const [at, path] of candidates.entries()) {
    const answer = answers[at];
    if (answer?.is === 'blocked') return unknown(answer, path) satisfies Unknown;
    if (answer?.is !== 'got') continue;
    const servers = serversOf(answer.value);
    const refused = servers.filter((s) => !reachable(s));
    if (servers.length > 0 && refused.length === 0)
      return putSearch(fact.set('path', path, { path }).set('generated', false, { path }).set('there', true, { path }), path, answer.value).build();
    bad.push(...refused);
  }
  const where = candidates.map((path) => ({ path }));
  if (bad.length > 0) fact.set('because', [...new Set(bad)].join(' and '), ...where);
  return fact
    .set('generated', true, ...where)
    .set('there', true, ...where)
    .set('public', [], ...where)
    .build();
}

const serversOf = (text: string): string[] => text.split('\n').flatMap((l) => /^nameserver\s+(\S*)/.exec(l)?.[1] ?? []);

/** Go's net.IP.IsGlobalUnicast: neither loopback, link-local, multicast, unspecified nor broadcast. An address with a zone is none. */
function reachable(address: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) return !/^(?:127\.|0\.0\.0\.0$|169\.254\.|2(?:2[4-9]|3\d)\.|255\.255\.255\.255$)/.test(address);
  return /^[0-9a-f:.]+$/i.test(address) && address.includes(':') && !/^(?:::1?$|fe[89ab]|ff|::ffff:127\.)/i.test(address);
}

/** The last of these lines counts (resolv.conf(5)); `.` is no domain. */
function putSearch(fact: FactBuilder, path: string, text: string): FactBuilder {
  const lines = text.split('\n');
  const at = lines.findLastIndex((l) => /^(?:search|domain)\s/.test(l));
  const domains = at < 0 ? [] : (lines[at] ?? '').trim().split(/\s+/).slice(1);
  const found = domains.map((d) => d.replace(/\.$/, '')).filter((d) => d !== '' && !local.test(d));
  if (at >= 0) fact.set('servers', `${lines.filter((l) => l !== '' && !/^(?:search|domain)\s/.test(l)).join('\n')}\n`, { path });
  return fact.set('public', found, { path, ...(at < 0 ? {} : { line: at + 1 }) });
}
