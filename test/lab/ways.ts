/** The ways to look at a host: each must come to the same verdicts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/paths.ts';
import type { Report } from '../../src/verdicts/report.ts';
import type { State } from './state.ts';

export interface Way {
  readonly name: string;
  /** Shell commands to run on the host, beside those of the other ways; their output is what `judge` gets. */
  readonly onHost: (state: State) => string;
  /** The report, from what the host printed. Throws when there is none. */
  readonly judge: (state: State, printed: string, port: number) => Report;
}

const flags = (state: State): string[] => [
  ...[...new Set(state.claims.map((c) => c.rule))].flatMap((rule) => ['--select', rule]),
  ...(state.files ?? []).flatMap((file) => ['--file', file]),
  ...(state.params ?? []).flatMap((param) => ['--param', param]),
];
const quoted = (words: readonly string[]): string => words.map((w) => `'${w.replaceAll("'", "'\\''")}'`).join(' ');

/** The tool, installed on the host. */
const live: Way = {
  name: 'live',
  onHost: (state) => `pretrip scan ${quoted(flags(state))} --fail-on never --allow-incomplete -o json`,
  judge: (_state, printed) => JSON.parse(printed) as Report,
};

/** A snapshot taken on the host and judged here. */
const snapshot: Way = {
  name: 'snapshot',
  onHost: (state) => `pretrip capture ${quoted(flags(state))}`,
  judge(state, printed) {
    const dir = mkdtempSync(join(tmpdir(), 'pretrip-lab-'));
    try {
      const file = join(dir, 'host.pretrip.jsonl');
      writeFileSync(file, printed);
      const given = ['scan', file, ...flags(state), '--fail-on', 'never', '--allow-incomplete', '-o', 'json'];
      return JSON.parse(execFileSync(process.execPath, [join(packageRoot, 'bin/pretrip.js'), ...given], { encoding: 'utf8', maxBuffer: 1 << 26 })) as Report;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

export const ways: readonly Way[] = [live, snapshot];
