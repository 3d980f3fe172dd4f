/** Kind `podman-restart`: what brings an account's containers back after a boot. */

import { type Account, type Asking, stat } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { lingerLine } from '../../facts/host/linger-line.ts';
import { tmpfilesFiles } from '../../facts/host/tmpfiles-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { askPodman, database, unasked } from '../../facts/podman/store.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { enablementNamed, enablementOf } from '../../facts/systemd/enablement.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { shortened } from '../../facts/text/shortened.ts';

const unitName = 'podman-restart.service';
const argv = ['podman', 'ps', '--all', '--filter', 'restart-policy=always', '--format', '{{.Names}}'];
/** For a Podman without that filter (3.0.1): no container at all is none with the policy, too. */
const argvOfAll = ['podman', 'ps', '--all', '--format', '{{.Names}}'];

/** Podman has no daemon: a restart policy alone does nothing after a boot. */
export const podmanRestart = defineKind({
  name: 'podman-restart',
  noun: 'restarting at boot',
  describe: 'What brings containers with a restart policy back after a boot: podman-restart.service, and for a user lingering.',
  fields: {},
  shape: record({
    always: list(string('a container'), 'containers with the restart policy always'),
    enabled: boolean('podman-restart.service starts with the manager of the account'),
    atBoot: boolean("the account's manager starts at boot: root's does, a user's does when lingering is on, or tmpfiles.d turns it on"),
  }),
  touches: () => [
    askPodman.of(argv),
    askPodman.of(argvOfAll),
    database,
    { do: 'stat', path: '/var/lib/systemd/linger/{user}' },
    tmpfilesFiles,
    ...(['system', 'user'] as const).flatMap((m) => [unitNamed(unitName, m), enablementNamed(unitName, m)]),
  ],
  *learn(_, as): Asking<Fact> {
    const fact = new FactBuilder();
    yield* setContainers(fact, as);
    yield* setUnit(fact, as);
    const linger = `/var/lib/systemd/linger/${as.name}`;
    const lingers = as.uid === 0 ? undefined : yield* stat(linger);
    const line = lingers?.is === 'absent' ? yield* lingerLine(linger) : {};
    if (lingers?.is === 'blocked') fact.gap('atBoot', unknown(lingers, linger));
    else if ('is' in line) fact.gap('atBoot', line);
    else fact.set('atBoot', lingers?.is !== 'absent' || line.where !== undefined, line.where ?? { path: lingers === undefined ? unitName : linger });
    return fact.build();
  },
});

/** Podman is asked if it is in use; else an account that never had a container database has no containers. */
function* setContainers(fact: FactBuilder, as: Account): Asking<void> {
  const filtered = yield* askPodman(argv, as);
  const old = filtered.is === 'got' && filtered.value.exit !== 0 && filtered.value.stderr.includes('invalid filter');
  const all = old ? yield* askPodman(argvOfAll, as) : filtered;
  const none = all.is === 'got' && all.value.exit === 0 && all.value.stdout.trim() === '';
  const answer = old && !none && all.is === 'got' ? filtered : all;
  const where: Where = { path: commandPlace(old && none ? argvOfAll : argv) };
  if (answer.is === 'got' && answer.value.exit === 0) {
    const names = answer.value.stdout
      .split('\n')
      .map((l) => l.trim())
      .filter((l) => l !== '');
    fact.set('always', names, where);
    return;
  }
  if (answer.is === 'got') {
    fact.gap('always', {
      is: 'unknown',
      why: 'failed',
      said: `${argv.slice(0, 2).join(' ')} exited ${answer.value.exit}: ${shortened(answer.value.stderr.trim(), 200)}`,
      where: [where],
    });
    return;
  }
  if (answer.is === 'blocked' && answer.why !== 'unsupported') {
    fact.gap('always', unknown(answer, where.path));
    return;
  }
  const store = yield* database(as);
  if (store.is === 'unknown') fact.gap('always', store);
  else if (store.is === 'none') fact.set('always', [], ...store.where.map((w) => ({ ...w, said: 'no container was ever made' })));
  else fact.gap('always', answer.is === 'unused' ? unasked(as, 'its containers', answer.where) : containersUnread(store.where));
}

const containersUnread = (where: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: 'there is a container database, and Podman cannot be asked without changing it',
  where,
});

function* setUnit(fact: FactBuilder, as: Account): Asking<void> {
  const manager = as.uid === 0 ? 'system' : 'user';
  const loaded = yield* loadUnit(unitName, { manager, as });
  const enablement = loaded.is === 'unknown' ? loaded : yield* enablementOf(unitName, { manager, as });
  if (loaded.is === 'unknown' || 'is' in enablement) {
    fact.gap('enabled', loaded.is === 'unknown' ? loaded : (enablement as Unknown));
    return;
  }
  // A fragment that could not be seen may be a mask; a directory that could not, hold one more link.
  const unseen = loaded.unseen.find((u) => u.why !== 'unsupported') ?? (enablement.enabled ? undefined : enablement.unseen[0]);
  if (unseen) fact.gap('enabled', unseen);
  else fact.set('enabled', enablement.enabled, ...(enablement.where.length > 0 ? enablement.where : loaded.consulted));
  for (const { said, where } of enablement.remarks) fact.note('enabled', said, where);
}
