/** Kind `k3s-ufw`: what ufw keeps from K3s and from the containers of Podman. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { clusterCidr, serviceCidr } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';
import { subnetLiesIn } from '../../facts/text/subnet.ts';

const conf = '/etc/ufw/ufw.conf';
const usual = '/etc/default/ufw';
const rules = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'] as const;

export const k3sUfw = defineKind({
  name: 'k3s-ufw',
  noun: 'ufw',
  absent: 'ufw is not enabled',
  describe: 'Whether ufw lets in what K3s needs, by the rules that its commands left in user.rules (ufw(8)): ufw drops what no rule allows.',
  fields: {},
  shape: record({
    closed: list(number('a port'), 'the port of the API server of a server here, where no rule allows it'),
    pods: list(string('a network'), 'networks of pods and services from which no rule allows everything'),
    forwards: boolean('DEFAULT_FORWARD_POLICY lets packets through'),
  }),
  touches: () => [k3sModel, ...[conf, usual, ...rules].map((path) => ({ do: 'read', path }) as const)],
  *learn(): Asking<Fact> {
    const on = yield* read(conf);
    if (on.is === 'absent') return missing({ path: conf });
    if (on.is === 'blocked') return unknown(on, conf);
    const line = on.value.split('\n').findIndex((l) => /^\s*ENABLED\s*=\s*"?yes"?\s*$/i.test(l));
    if (line < 0) return missing({ path: conf });
    const [model, policy, ...texts] = yield* together([k3sModel(), read(usual), ...rules.map((r) => read(r))]);
    const fact = new FactBuilder().consulted({ path: conf, line: line + 1 });
    const [settings, refused] = [policy.is === 'got' ? policy.value : '', texts.findIndex((t) => t.is === 'blocked')];
    if (policy.is === 'blocked') fact.gap('forwards', unknown(policy, usual)).gap('closed', unknown(policy, usual)).gap('pods', unknown(policy, usual));
    else fact.set('forwards', /^\s*DEFAULT_FORWARD_POLICY\s*=\s*"?ACCEPT/m.test(settings), { path: usual });
    const answer = texts[refused];
    if (answer?.is === 'blocked') return fact.gap('closed', unknown(answer, rules[refused] ?? '')).gap('pods', unknown(answer, rules[refused] ?? '')).build();
    if (model.is === 'unknown') return fact.gap('closed', model).gap('pods', model).build();
    const where: Where[] = rules.map((path) => ({ path }));
    const open = /^\s*DEFAULT_INPUT_POLICY\s*=\s*"?ACCEPT/m.test(settings);
    const allowed = texts.flatMap((t) => (t.is === 'got' ? tuplesOf(t.value) : []));
    if (model.is === 'not-started') return fact.set('closed', [], ...where).set('pods', [], ...where).build();
    const port = Number(model.flags.one('https-listen-port')?.value ?? '6443');
    const networks = [clusterCidr(model), serviceCidr(model)].flatMap(({ value }) => value.split(',').map((n) => n.trim()));
    const outside = allowed.filter((a) => isAny(a.from) || !networks.some((n) => subnetLiesIn(a.from, n)));
    const closed = model.role === 'server' && !open && !outside.some((a) => lets(a, port)) ? [port] : [];
    const pods = networks.filter((n) => !open && !allowed.some((a) => a.protocol === 'any' && a.to === 'any' && (isAny(a.from) || subnetLiesIn(n, a.from))));
    return fact.set('closed', closed, ...where).set('pods', pods, ...where).build();
  },
});

interface Allowed {
  readonly protocol: string;
  readonly to: string;
  readonly from: string;
}

/** `### tuple ### allow tcp 6443 0.0.0.0/0 any 10.0.0.0/8 in`: action, protocol, port, destination, source's port, source, direction (ufw:src/backend_iptables.py). */
function tuplesOf(text: string): Allowed[] {
  return text.split('\n').flatMap((line) => {
    const [action = '', protocol = '', to = '', destination = '', , from = '', direction = ''] = line.replace(/^### tuple ###\s*/, '').trim().split(/\s+/);
    const ours = line.startsWith('### tuple ###') && /^(?:allow|limit)$/.test(action) && /^in(?:_|$)/.test(direction) && isAny(destination);
    return ours ? [{ protocol, to, from }] : [];
  });
}

const isAny = (address: string): boolean => /^(?:0\.0\.0\.0|::)\/0$/.test(address);

/** Ports are written `80,443` and `6000:6100`. */
const lets = ({ protocol, to }: Allowed, port: number): boolean =>
  (protocol === 'any' || protocol === 'tcp') &&
  (to === 'any' ||
    to.split(',').some((part) => {
      const [from = Number.NaN, last = from] = part.split(':').map(Number);
      return from <= port && port <= last;
    }));
