/**
 * Steps for what does not run: a root directory, an image. Files are changed within it; what only a running host can do is
 * due once it has booted, and what a boot does by itself is left out. Pure.
 */
import { fieldsOf } from '../facts/fields.ts';
import type { Report, Verdict } from '../verdicts/report.ts';
import { shellLine } from '../verdicts/shell-line.ts';
import { dropInFile, moduleFile, sysctlFile } from '../verdicts/step-files.ts';
import { actOf, rowOf, type Step, tellStep } from '../verdicts/steps.ts';
import { unitWords } from '../verdicts/unit-acts.ts';

/** The steps for a failure, as they are carried out where the target is. */
export function remedyIn({ target }: Report, { remedy = [] }: Verdict): readonly Step[] {
  return target.offline ? remedy.flatMap(offline) : remedy;
}

/** One step for what does not run: nothing is due afterwards, since it boots with what its files say. */
function offline({ after: _, cuts: __, ...step }: Step): readonly Step[] {
  const { needs, account } = step;
  const beside = { ...(needs ? { needs } : {}), ...(account === undefined ? {} : { account }) };
  if ('sysctl' in step) return [{ set: step.file ?? sysctlFile(step.sysctl), format: 'plain', key: step.sysctl, value: step.value, ...beside }];
  if ('module' in step) return [{ write: moduleFile(step.module), content: `${step.module}\n`, ...beside }];
  if ('linger' in step) return [{ write: `/var/lib/systemd/linger/${step.linger}`, content: '', ...beside }];
  if ('unit' in step) return offlineUnit(step, beside);
  if ('run' in step && step.run.includes('daemon-reload')) return [];
  if ('network' in step || 'run' in step) return [{ manual: `once it has booted: ${tellStep(step as Step).line}`, ...beside }];
  return [step as Step];
}

type Beside = Pick<Step, 'needs' | 'account'>;

/** `enable` and its like are links; what starts or stops now has nothing to act on, and a boot does it. */
function offlineUnit(step: Extract<Step, { unit: string }>, beside: Beside): readonly Step[] {
  const [word = ''] = unitWords(step.do);
  if (!['enable', 'disable', 'mask', 'unmask', 'reenable'].includes(word)) return [];
  if (step.manager === 'user') return [{ manual: `once it has booted: ${tellStep(step as Step).line}`, ...beside }];
  return [{ ...step, do: word }];
}

/** The step with the paths of its files below the directory in which the root lies. */
export function below(step: Step, root: string): Step {
  const inside = (path: unknown): unknown => (typeof path === 'string' && path.startsWith('/') ? `${root}${path}` : path);
  if ('package' in step) return step.command ? chrooted(root, step.command, step) : step;
  if ('chown' in step) return chrooted(root, ['chown', step.owner, step.chown], step);
  if ('unit' in step) return { run: ['systemctl', `--root=${root}`, ...unitWords(step.do), step.unit], ...besideOf(step) };
  if ('dropIn' in step) return { ...step, file: `${root}${dropInFile(step)}` };
  if ('bootArgument' in step) return { manual: `${tellStep(step).line}, within ${root}`, ...besideOf(step) };
  if ('module' in step) return { write: `${root}${moduleFile(step.module)}`, content: `${step.module}\n`, ...besideOf(step) };
  if ('link' in step) return { ...step, link: `${root}${step.link}` };
  const paths = fieldsOf(rowOf(actOf(step)).fields).flatMap(({ name, holds }) => (holds === 'path' ? [name] : []));
  return Object.fromEntries(Object.entries(step).map(([key, value]) => [key, paths.includes(key) ? inside(value) : value])) as Step;
}

const besideOf = ({ needs, account, note }: Step): Pick<Step, 'needs' | 'account' | 'note'> => ({
  ...(needs ? { needs } : {}),
  ...(account === undefined ? {} : { account }),
  ...(note === undefined ? {} : { note }),
});

const chrooted = (root: string, argv: readonly string[], step: Step): Step => ({ run: ['chroot', root, ...argv], ...besideOf(step) });

/** What whoever reads the plan of such a target has to know. */
export const offlineNote = (root: string | undefined): string =>
  root === undefined
    ? 'The target does not run: paths are those within it, and nothing is typed here. What restarts or reloads something is left out, as it boots with the new files.'
    : `The target does not run: its files are changed below ${shellLine([root])}. What restarts or reloads something is left out, as it boots with the new files.`;
