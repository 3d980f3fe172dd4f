/**
 * What a person types is what the law of remedies tries: each step of a file, as all failing cases of all rules have it, is
 * carried out by a POSIX shell below a scratch directory, and must leave there what it leaves in memory.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileSpec, HostSpec } from '../../src/collect/composed/composed.ts';
import { applied } from '../../src/remedy/apply.ts';
import { below } from '../../src/report/offline.ts';
import { dropInFile, moduleFile, sysctlFile } from '../../src/verdicts/step-files.ts';
import { type Step, shellOf } from '../../src/verdicts/steps.ts';
import { everyRule } from '../laws/every-rule.ts';
import { form } from '../laws/form.ts';
import { whole } from '../laws/judging.ts';

/** Every so many cases are tried; all of them with PRETRIP_LAWS=all. */
const every = form === 'full' ? 1 : 6;
const longest = 300_000;

interface Trial {
  readonly where: string;
  readonly step: Step;
  /** The files that the step touches, as they are before it. */
  readonly before: Readonly<Record<string, FileSpec>>;
}

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'shell-'));
  // What makes it count now is not tried here.
  for (const name of ['systemctl', 'modprobe']) {
    mkdirSync(join(scratch, 'bin'), { recursive: true });
    writeFileSync(join(scratch, 'bin', name), '#!/bin/sh\n', { mode: 0o755 });
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The files of a step, links of them followed. */
function filesOf(step: Step, files: HostSpec['files'] = {}): string[] {
  const { set, unset, write, chmod, link, remove, copy, to, subid, prepend } = step as unknown as Readonly<Record<string, string | undefined>>;
  const named =
    'dropIn' in step ? dropInFile(step) : 'sysctl' in step ? (step.file ?? sysctlFile(step.sysctl)) : 'module' in step ? moduleFile(step.module) : undefined;
  const own = [named, set, unset, write, chmod, link, remove, copy, copy && to, subid, prepend].filter((p) => p !== undefined && p !== '') as string[];
  return own.flatMap((path) => {
    const spec = files[path];
    return spec !== null && typeof spec === 'object' && spec.link?.startsWith('/') && !link ? [path, spec.link] : [path];
  });
}

function trials(): Trial[] {
  const found = new Map<string, Trial>();
  let cases = 0;
  for (const { rule, tried } of everyRule)
    for (const on of tried.filter(() => cases++ % every === 0))
      for (const verdict of whole(rule, on).inspection.verdicts) {
        let { host } = on;
        for (const { after: _, ...step } of verdict.outcome === 'fail' ? (verdict.remedy ?? []) : []) {
          const paths = filesOf(step as Step, host.files);
          const before = Object.fromEntries(paths.flatMap((path) => (host.files?.[path] == null ? [] : [[path, host.files[path]]])));
          const isPlain = Object.values(before).every(
            (s) => typeof s === 'string' || (s && !s.blocked && s.type === undefined && (s.link === undefined || s.link.startsWith('/'))),
          );
          if (paths.length > 0 && isPlain) {
            const key = JSON.stringify([step, before]);
            if (!found.has(key)) found.set(key, { where: `${rule.id}: ${on.trial.it}`, step: step as Step, before });
          }
          host = applied(host, [step as Step]).host;
        }
      }
  return [...found.values()];
}

const contentOf = (spec: FileSpec | undefined): string | undefined =>
  spec == null ? undefined : typeof spec === 'string' ? spec : spec.link === undefined ? (spec.content ?? '') : `-> ${spec.link}`;

/** What stands at the paths after the step, in memory. */
function inMemory({ step, before }: Trial, paths: readonly string[]): (string | undefined)[] {
  const { files = {} } = applied({ files: before }, [step]).host;
  return paths.map((path) => contentOf(files[path] ?? undefined));
}

/** The same as a shell leaves it below the scratch directory. */
function byShell({ step, before }: Trial, paths: readonly string[], root: string): (string | undefined)[] {
  for (const [path, spec] of Object.entries(before)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (spec !== null && typeof spec === 'object' && spec.link !== undefined) symlinkSync(join(root, spec.link), join(root, path));
    else writeFileSync(join(root, path), contentOf(spec) ?? '');
    if (spec !== null && typeof spec === 'object' && spec.mode !== undefined) chmodSync(join(root, path), 0o644);
  }
  mkdirSync(join(root, 'etc'), { recursive: true });
  if ('link' in step) mkdirSync(dirname(join(root, step.link)), { recursive: true });
  const lines = shellOf(below('sysctl' in step ? { ...step, file: step.file ?? sysctlFile(step.sysctl) } : step, root)) ?? [];
  execFileSync('sh', ['-ec', lines.join('\n')], { env: { PATH: `${join(scratch, 'bin')}:${process.env.PATH}` }, stdio: 'pipe' });
  return paths.map((path) => read(join(root, path), root));
}

function read(path: string, root: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink()) return readFileSync(path, 'utf8');
    const target = readlinkSync(path);
    return `-> ${target.startsWith(root) ? target.slice(root.length) : target}`;
  } catch {
    return undefined;
  }
}

test(
  'every step of a file does in a shell what it does in memory',
  () => {
    const all = trials().filter(
      ({ step, before }) => shellOf(step) !== undefined && (!('chmod' in step || 'remove' in step) || Object.keys(before).length > 0),
    );
    expect(all.length).toBeGreaterThan(50);
    const wrong = all.flatMap((trial, at): string[] => {
      const root = join(scratch, `${at}`);
      const paths = [...new Set([...filesOf(trial.step), ...Object.keys(trial.before)])];
      let shell: readonly (string | undefined)[];
      try {
        shell = byShell(trial, paths, root);
      } catch (error) {
        return [`${trial.where}: ${JSON.stringify(trial.step)}: ${String(error).slice(0, 300)}`];
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
      const memory = inMemory(trial, paths);
      return JSON.stringify(shell) === JSON.stringify(memory)
        ? []
        : [`${trial.where}: ${JSON.stringify(trial.step)}\n  shell  ${JSON.stringify(shell)}\n  memory ${JSON.stringify(memory)}`];
    });
    expect(wrong).toEqual([]);
  },
  longest,
);
