/** The ways to look at a host: each must come to the same verdicts. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/verdicts/report.ts';
import type { State } from './state.ts';

/** What to look for: arguments of pretrip that choose the rules of some states. */
export type Look = readonly string[];

export interface Way {
  readonly name: string;
  /** The shell command to run on the host; its output is what `judge` gets. A way that looks from here needs none: `:`. */
  readonly onHost: (look: Look) => string;
  /** The report, from what the host printed. `tool` is the directory of the installation that is on the host, too. Throws when there is none. */
  readonly judge: (look: Look, printed: string, tool: string) => Report;
}

const quoted = (words: readonly string[]): string => words.map((w) => `'${w.replaceAll("'", "'\\''")}'`).join(' ');
const unique = (words: readonly string[]): string[] => [...new Set(words)];

/** The arguments that select what the claims of these states are about. */
export const lookFor = (states: readonly State[]): Look => [
  ...unique(states.flatMap((s) => s.claims.map((c) => c.rule))).flatMap((rule) => ['--select', rule]),
  ...unique(states.flatMap((s) => s.files ?? [])).flatMap((file) => ['--file', file]),
  ...unique(states.flatMap((s) => s.params ?? [])).flatMap((param) => ['--param', param]),
];

/** The exit status tells only whether there is a report. */
const gate: readonly string[] = ['--fail-on', 'never', '--allow-incomplete', '-o', 'json'];

/** The tool, installed on the host. */
const live: Way = {
  name: 'live',
  onHost: (look) => `pretrip scan ${quoted([...look, ...gate])}`,
  judge: (_look, printed) => JSON.parse(printed) as Report,
};

/** A snapshot taken on the host and judged here. */
const snapshot: Way = {
  name: 'snapshot',
  onHost: (look) => `pretrip capture ${quoted(look)}`,
  judge(look, printed, tool) {
    const file = join(tool, 'host.pretrip.jsonl');
    writeFileSync(file, `${printed}\n`);
    const given = [join(tool, 'pretrip/bin/pretrip.js'), 'scan', file, ...look, ...gate];
    return JSON.parse(execFileSync(process.execPath, given, { encoding: 'utf8', maxBuffer: 1 << 26 })) as Report;
  },
};

export const ways: readonly Way[] = [live, snapshot];
