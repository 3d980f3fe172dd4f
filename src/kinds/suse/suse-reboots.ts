/** Kind `suse-reboots`: what a transactional system does after an update, and who restarts it. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';
import { type KuredFound, kuredHere } from '../../facts/suse/kured.ts';
import { type Reboots, reboots } from '../../facts/suse/reboots.ts';

export const suseReboots = defineKind({
  name: 'suse-reboots',
  noun: 'transactional-update',
  absent: 'transactional-update is not installed',
  describe: 'Who restarts a transactional system after an update, and when: by transactional-update.conf, rebootmgr, and the manifest of kured.',
  fields: {},
  shape: record({
    timer: says(boolean('transactional-update.timer installs updates by itself'), {
      no: 'transactional-update.timer is off, so nothing installs updates by itself',
    }),
    daemon: says(boolean('rebootmgr runs: it restarts the host whoever asks for it'), { no: 'neither transactional-update.timer nor rebootmgr is on' }),
    method: string('REBOOT_METHOD, auto where it is not set'),
    by: string('who is asked to restart the host', ['rebootmgr', 'systemd', 'kured', 'notify', 'none']),
    strategy: string('the strategy of rebootmgr, where that is asked'),
    answers: boolean('whoever is asked does restart it'),
    reason: string('why nobody does, in words'),
    mute: string('why nobody does', ['strategy-off', 'daemon-off', 'kured-elsewhere', 'none', 'method']),
    deliberate: boolean('somebody decided when the host restarts: by a strategy, a window, or a method'),
    alone: boolean('it restarts without a person'),
    sentinel: string('the file of the host on which kured acts'),
  }),
  touches: () => [reboots, kuredHere],
  *learn(): Asking<Fact> {
    const found = yield* reboots();
    if (found.is === 'unknown') return found;
    if (found.is === 'absent') return missing(...found.consulted);
    const fact = new FactBuilder().consulted(...found.consulted);
    fact.set('timer', found.timer, ...found.timerAt).set('method', found.method.value, ...found.method.where);
    if (found.rebootmgr.is === 'unknown') fact.gap('daemon', found.rebootmgr);
    else fact.set('daemon', found.rebootmgr.runs, ...found.rebootmgr.where);
    const kured = yield* kuredHere();
    tell(fact, found, kured);
    return fact.build();
  },
});

/** What kured, which runs in the cluster, waits for: transactional-update touches this one. */
const signal = '/run/reboot-required';
const plainPath = (path: string): string => path.replace(/^\/var\/run\//, '/run/');

const reasons: Readonly<Record<string, string>> = {
  'strategy-off': 'transactional-update asks rebootmgr, whose strategy is off',
  'daemon-off': 'REBOOT_METHOD is rebootmgr, and rebootmgr.service is not enabled',
  'kured-elsewhere': `REBOOT_METHOD is kured, and kured does not look at ${signal} of the host`,
  none: `REBOOT_METHOD is none, and kured waits for ${signal}`,
  method: 'REBOOT_METHOD is a word that transactional-update does not know',
};

interface Said {
  readonly answers: boolean;
  readonly mute?: string;
  readonly deliberate: boolean;
  readonly alone: boolean;
  readonly where: readonly Where[];
}

function tell(fact: FactBuilder, found: Reboots, kured: KuredFound): void {
  const { method, rebootmgr } = found;
  if (kured.is === 'known' && typeof kured.kured?.sentinel === 'string') fact.set('sentinel', kured.kured.sentinel, kured.kured.where);
  const by = askedBy(found);
  if (typeof by !== 'string') {
    for (const field of ['by', 'answers', 'deliberate', 'alone']) fact.gap(field, by);
    return;
  }
  fact.set('by', by, ...method.where);
  if (by === 'rebootmgr' && rebootmgr.is !== 'unknown' && 'value' in rebootmgr.strategy)
    fact.set('strategy', rebootmgr.strategy.value, ...rebootmgr.strategy.where);
  const said = by === 'rebootmgr' ? byRebootmgr(found) : by === 'kured' ? byKured(found, kured) : byItself(found, by, kured);
  if ('why' in said) {
    fact.gap('answers', said).gap('deliberate', said).gap('alone', said);
    return;
  }
  fact
    .set('answers', said.answers, ...said.where)
    .set('mute', said.mute, ...said.where)
    .set('reason', reasons[said.mute ?? ''], ...said.where);
  fact.set('deliberate', said.deliberate, ...said.where).set('alone', said.alone, ...said.where);
}

/** auto is rebootmgr while its daemon runs, whatever its strategy; else systemd. kexec is an old word for the latter. */
function askedBy({ method, rebootmgr }: Reboots): string | Unknown {
  if (method.value === 'kexec') return 'systemd';
  if (method.value !== 'auto') return ['rebootmgr', 'systemd', 'kured', 'notify'].includes(method.value) ? method.value : 'none';
  if (rebootmgr.is === 'unknown') return rebootmgr;
  return rebootmgr.runs ? 'rebootmgr' : 'systemd';
}

function byRebootmgr({ rebootmgr, method }: Reboots): Said | Unknown {
  if (rebootmgr.is === 'unknown') return rebootmgr;
  const { runs, strategy, window } = rebootmgr;
  if (!runs) return { answers: false, mute: 'daemon-off', deliberate: method.set, alone: false, where: [...method.where, ...rebootmgr.where] };
  if (!('value' in strategy)) return strategy;
  if (typeof window !== 'boolean') return window;
  const off = strategy.value === 'off';
  return {
    answers: !off,
    ...(off ? { mute: 'strategy-off' } : {}),
    deliberate: strategy.set || window,
    alone: !off,
    where: [...strategy.where, ...method.where],
  };
}

function byKured({ method }: Reboots, found: KuredFound): Said | Unknown {
  if (found.is === 'unknown') return found;
  const { kured } = found;
  if (!kured)
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: 'the updates wait for kured, and no manifest of it is on this host',
      where: [...method.where, ...found.consulted],
    };
  const { sentinel, where } = kured;
  if (typeof sentinel === 'object') return sentinel;
  const fits = sentinel !== undefined && plainPath(sentinel) === signal;
  return { answers: fits, ...(fits ? {} : { mute: 'kured-elsewhere' }), deliberate: true, alone: fits, where: [where, ...method.where] };
}

function byItself({ method }: Reboots, by: string, kured: KuredFound): Said | Unknown {
  const { where } = method;
  if (by === 'systemd') return { answers: true, deliberate: method.set && method.value !== 'auto', alone: true, where };
  if (by === 'notify') return { answers: true, deliberate: true, alone: false, where };
  if (method.value !== 'none') return { answers: false, mute: 'method', deliberate: true, alone: false, where };
  // Who writes none restarts the host in person, unless kured is there to do it.
  if (kured.is === 'unknown') return kured;
  const waits = kured.kured !== undefined;
  return { answers: !waits, ...(waits ? { mute: 'none' } : {}), deliberate: true, alone: false, where };
}
