/** Kind `linger-at-boot`: whether tmpfiles.d lets a user linger from a boot on. */
import { type Answer, type Asking, type Stat, stat } from '../ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, record } from '../shape.ts';
import { kernelPath, runs } from './running.ts';
import { tmpfilesDirectories, tmpfilesFiles, tmpfilesTouches } from './tmpfiles-d.ts';

export const lingerAtBoot: Kind = {
  name: 'linger-at-boot',
  noun: 'lingering from a boot on',
  describe: 'Whether a line of tmpfiles.d makes the file at boot that lets the account linger: the way for images, which have no /var of their own.',
  fields: {},
  shape: record({
    made: boolean('systemd-tmpfiles makes the file'),
    running: boolean('the host runs: what a boot brings is still to come'),
  }),
  touches: () => [...tmpfilesTouches, { do: 'stat', path: kernelPath }],
  *learn(_, as): Asking<Fact> {
    const kernel: Answer<Stat> = yield* stat(kernelPath);
    const fact = new FactBuilder().set('running', runs(kernel), { path: kernelPath });
    if (runs(kernel) && kernel.is === 'blocked') fact.gap('running', unknown(kernel, kernelPath));
    const made = yield* lineFor(as.name);
    if ('is' in made) return fact.gap('made', made).build();
    return fact.set('made', made.where !== undefined, ...(made.where ? [made.where] : tmpfilesDirectories.map((path) => ({ path })))).build();
  },
};

function* lineFor(name: string): Asking<{ where?: Where } | Unknown> {
  const found = yield* tmpfilesFiles();
  if (found.is === 'unknown') return found;
  let unseen: Unknown | undefined;
  for (const { path, text } of found.files) {
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    const lines = text.is === 'got' ? text.value.split('\n') : [];
    const at = lines.findIndex((line) => makes(line, `/var/lib/systemd/linger/${name}`));
    if (at >= 0) return { where: { path, line: at + 1 } };
  }
  return unseen ?? {};
}

/** Lines of type `f` (`F` is an old name of `f+`) make a file; `%S` is /var/lib for the system instance. */
function makes(line: string, path: string): boolean {
  const [type = '', name = ''] = line.trim().split(/[ \t]+/);
  return /^[fF][-+!=~^$?]*$/.test(type) && name.replace(/^"|"$/g, '').replace(/^%S\//, '/var/lib/') === path;
}
