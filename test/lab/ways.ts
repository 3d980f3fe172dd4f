/** The ways to look at a host: each must come to the same verdicts. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/verdicts/report.ts';
import type { State } from './state.ts';

/** What to look for: arguments of pretrip that choose the rules of some states. */
export type Look = readonly string[];

/** The host to look at, and the tool to look with. */
export interface Where {
  /** Its SSH, on 127.0.0.1. */
  readonly port: number;
  readonly user: string;
  /** The directory of the installation that is on the host, too. */
  readonly tool: string;
}

export interface Way {
  readonly name: string;
  /** The shell command to run on the host; its output is what `judge` gets. Absent: it looks from here. */
  readonly onHost?: (look: Look, where: Where) => string;
  /** The report, from what the host printed. Throws when there is none. */
  readonly judge: (look: Look, printed: string, where: Where) => Report;
}

/** Where the hosts' images, keys and sockets are. */
const lab = process.env.PRETRIP_LAB ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pretrip-lab');

const quoted = (words: readonly string[]): string => words.map((w) => `'${w.replaceAll("'", "'\\''")}'`).join(' ');
const unique = (words: readonly string[]): string[] => [...new Set(words)];

/** The arguments that select what the claims of these states are about. */
export const lookFor = (states: readonly State[]): Look => [
  ...unique(states.flatMap((s) => s.claims.map((c) => c.rule))).flatMap((rule) => ['--select', rule]),
  ...unique(states.flatMap((s) => s.files ?? [])).flatMap((file) => ['--file', file]),
  ...unique(states.flatMap((s) => s.params ?? [])).flatMap((param) => ['--param', param]),
  ...unique(states.flatMap((s) => s.accounts ?? [])).flatMap((name) => ['--account', name]),
];
/** Every rule there is, whatever its profile. */
export const lookForAll: Look = ['--select', '*'];

/** The exit status tells only whether there is a report. */
const gate: readonly string[] = ['--fail-on', 'never', '--allow-incomplete', '-o', 'json'];

function here(where: Where, args: readonly string[]): string {
  return execFileSync(process.execPath, [join(where.tool, 'pretrip/bin/pretrip.js'), ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
}
const reportOf = (where: Where, target: string, look: Look, more: readonly string[] = []): Report =>
  JSON.parse(here(where, ['scan', target, ...look, ...more, ...gate])) as Report;

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
  judge(look, printed, where) {
    const file = join(where.tool, `${where.port}.pretrip.jsonl`);
    writeFileSync(file, `${printed}\n`);
    return reportOf(where, file, look);
  },
};

/** From here, over the lab's SSH. */
const ssh: Way = {
  name: 'ssh',
  judge: (look, _printed, where) =>
    reportOf(where, `ssh://${where.user}@127.0.0.1:${where.port}`, look, [
      '--ssh-config',
      join(lab, 'run', String(where.port), 'ssh_config'),
      '--timeout',
      '600',
    ]),
};

/** The applets that the capture script uses; with these in front, it finds no program of coreutils or of the C library's makers. */
const applets = 'awk cat chmod date env grep head id ls mkdir printf readlink rm sleep stat tr true uname wc timeout';

/** The capture script, made here, run there by a shell, judged here from its raw output. */
const script = (name: string, shell: string, before = ''): Way => ({
  name,
  onHost(look, where) {
    const text = here(where, ['capture', '--script', ...look]);
    // The raw output may hold any byte.
    return `cat >/tmp/capture.sh.$$ <<'PRETRIP-LAB-END'\n${text}PRETRIP-LAB-END\n${before}${shell} /tmp/capture.sh.$$ >/tmp/capture.raw.$$; gzip -c /tmp/capture.raw.$$ | base64; rm -f /tmp/capture.*.$$`;
  },
  judge(look, printed, where) {
    const file = join(where.tool, `${where.port}.raw`);
    writeFileSync(file, execFileSync('gunzip', { input: Buffer.from(printed, 'base64'), maxBuffer: 1 << 28 }));
    return reportOf(where, file, look);
  },
});

export const ways: readonly Way[] = [
  live,
  snapshot,
  ssh,
  script('script', 'dash'),
  script(
    'busybox',
    'busybox ash',
    `[ -e /tmp/applets ] || { mkdir /tmp/applets; for applet in ${applets}; do ln -s /bin/busybox /tmp/applets/$applet; done; chmod 755 /tmp/applets; }\nsed -i 's|^  PATH=/usr|  PATH=/tmp/applets:/usr|' /tmp/capture.sh.$$\n`,
  ),
];
