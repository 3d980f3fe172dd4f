/** Which targets a normal boot reaches: what only a rescue boot, a stop or a graphical login pulls in is not started. */
import type { Account, Asking } from '../ask.ts';
import { source, type Touches } from '../source.ts';
import { findUnit, searchUnits } from './find.ts';
import { searchDirs } from './paths.ts';

const system: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };
const defaultTarget = 'default.target';

/** Units whose dependencies no normal boot starts. */
const neverAtBoot =
  /^(?:rescue|emergency|shutdown|reboot|soft-reboot|poweroff|halt|kexec|exit|final|umount|sleep|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|runlevel[016]|system-update|ctrl-alt-del|factory-reset|initrd[\w-]*)\.(?:target|service)$/;
const graphical = /^(?:graphical|runlevel5)\.target$/;

/** Whether what this unit pulls in is started by a normal boot. */
export type Reached = (by: string) => boolean;

/** Follows default.target of the system's manager. */
export const bootTargets = source(
  (): Touches => [
    searchUnits.of('system', system),
    ...searchDirs('system', '~', '').flatMap(
      (dir): Touches => [
        { do: 'stat', path: `${dir}/*.target` },
        { do: 'read', path: `${dir}/*.target` },
      ],
    ),
  ],
  learnTargets,
);

function* learnTargets(): Asking<Reached> {
  const search = yield* searchUnits('system', system);
  const standard = yield* findUnit(search, defaultTarget);
  const goesOn = standard.names.some((n) => graphical.test(n)) || (standard.names.length < 2 && standard.entry === undefined);
  return (by) => !neverAtBoot.test(by) && (goesOn || !graphical.test(by));
}
