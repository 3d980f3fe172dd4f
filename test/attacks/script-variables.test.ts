/** The variables of the capture script: sh has no locals, so what lasts is set in one place, and nowhere else. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { superset } from '../../src/cli/superset.ts';
import { library } from '../../src/collect/script/library/library.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import { accountTraces } from '../../src/facts/host/accounts.ts';
import { oracle } from '../oracles.ts';

/** The functions of the script, with what they do. awk stands in quotes and is none of it. */
function functionsOf(text: string): Map<string, string> {
  const plain = text.replace(/^awk_\w+='[^']*'/gm, '');
  const found = new Map<string, string>();
  for (const [, name = '', one, more] of plain.matchAll(/^(\w+)\(\) (?:\{ (.*) \}$|\{\n([\s\S]*?)^\}$)/gm)) found.set(name, one ?? more ?? '');
  return found;
}

/** Names that a function assigns to, by `=`, `read` or `for`. */
function assigned(body: string): Set<string> {
  // What awk and dd are given is none.
  const code = body.replace(/#.*$/gm, '').replace(/-v \w+=|\b(?:bs|count)=\d/g, '');
  const names = [...code.matchAll(/(?:^|[\s;({])([A-Za-z_]\w*)=/g)].map((m) => m[1] ?? '');
  for (const [, list = ''] of code.matchAll(/\bread (?:-r )?([a-z_ ]+)/g)) names.push(...list.trim().split(/\s+/));
  for (const [, name = ''] of code.matchAll(/\bfor (\w+)\b/g)) names.push(name);
  return new Set(names);
}

const functions = functionsOf(library);
/** They set up what all others rely on. */
const founders = ['prepare', 'private', 'make', 'summing', 'masking', 'hello', 'begin', 'digesting'];
/** Run in the background, hence in a shell of their own. */
const apart = ['job', 'getting', 'caught'];
/** They are what they are called: counters, and what was found out last. */
const meant: Readonly<Record<string, readonly string[]>> = {
  frames: ['frame', 'listing', 'reading', 'copied', 'tell', 'tell_packages', 'tell_walks'],
  jobs: ['X', 'Y', 'G', 'P'],
  walks: ['W'],
  walked: ['walking', 'tell_walks'],
  gone: ['why'],
  some: ['with_drop_ins', 'G'],
};

test('the script is made of functions', () => {
  expect(functions.size).toBeGreaterThan(50);
  for (const name of [...founders, ...apart]) expect(functions.has(name)).toBe(true);
});

test('what lasts is assigned by its founder alone', () => {
  const scratch = new Set(['_', 'IFS', 'f', 'base', 'name', 'id', 'place', 'sum', 'bytes', 'TMPDIR', 'PATH', 'LC_ALL']);
  const lasting = new Set(founders.flatMap((name) => [...assigned(functions.get(name) ?? '')]).filter((v) => !scratch.has(v)));
  expect([...lasting]).toEqual(expect.arrayContaining(['nonce', 'D', 'uid', 'gid', 'me', 'my_home', 'masker', 'hash', 'timer']));
  const broken = [...functions].flatMap(([name, body]) =>
    founders.includes(name) || apart.includes(name)
      ? []
      : [...assigned(body)].filter((v) => lasting.has(v) && !meant[v]?.includes(name)).map((v) => `${name} sets ${v}`),
  );
  expect(broken).toEqual([]);
});

test('no founder sets what another one has set', () => {
  const owners = new Map<string, string[]>();
  for (const name of founders) for (const v of assigned(functions.get(name) ?? '')) owners.set(v, [...(owners.get(v) ?? []), name]);
  const twice = [...owners].filter(([v, by]) => by.length > 1 && !['f', 'D', 'nonce', 'digest', 'base'].includes(v));
  expect(twice).toEqual([]);
});

test('shellcheck has nothing to say of the script for all shipped rules', { timeout: 60_000, ...oracle('shellcheck') }, () => {
  const patterns = superset(readPacks([shippedRules]).pack, { byName: true, wants: () => true, params: [] }, true);
  const script = captureScript(patterns, { nonce: 'shellcheck0123456', tool: '0', files: [], traces: accountTraces });
  // Empty assignments in a row, names of programs as values, and what only another plan uses.
  const ran = spawnSync('shellcheck', ['-s', 'sh', '-S', 'warning', '-e', 'SC1007,SC2209,SC2034', '-'], { input: script, encoding: 'utf8' });
  expect(ran.stdout).toBe('');
});
