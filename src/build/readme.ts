/** The parts of README.md that are made from the product itself, so that they stay true. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostNamed } from '../cli/hosts.ts';
import { formats } from '../cli/outputs.ts';
import { manifest, packageRoot } from '../cli/paths.ts';
import { composed } from '../collect/composed/composed.ts';
import { targets } from '../collect/targets/open.ts';
import { rootAccount } from '../facts/host/accounts.ts';
import { textOf } from '../report/format.ts';
import { table } from '../report/formats.ts';
import type { Pack } from '../rules/pack.ts';
import { scan } from '../scan.ts';

const host = 'k3d-rootless-broken';
/** Lines of the report that README.md shows before it skips to the last. */
const shownLines = 44;

/** The parts of README.md that the pack decides, by their marks. */
export async function readmeParts(pack: Pack): Promise<Record<string, string>> {
  return {
    screen: await screen(pack),
    profiles: profiles(pack),
    targets: targetExamples(),
    formats: formatTable(),
    rule: fenced('yaml', readFileSync(join(packageRoot, 'rules/podman/api/socket-rootless-enabled.yaml'), 'utf8')),
  };
}

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** The beginning of the report and its last line, as a terminal shows them. */
async function screen(pack: Pack): Promise<string> {
  const spec = hostNamed(host) ?? {};
  const selection = { byName: false, wants: () => true, params: [] };
  const takenAt = new Date((spec.takenAt ?? 0) * 1000).toISOString().replace('.000', '');
  const from = { kind: 'composed', name: host, user: spec.user ?? rootAccount, target: composed(spec) };
  const { report } = await scan(from, { pack, selection }, { takenAt, files: [], tool: { version: manifest.version } });
  const text = textOf(table, report, {
    width: 80,
    colour: false,
    show: ['fail', 'unknown'],
    failOn: 'high',
    hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
  });
  const lines = text.trimEnd().split('\n');
  return fenced('console', [`$ npx pretrip scan fixtures/hosts/${host}.yaml`, ...lines.slice(0, shownLines), '…', ...lines.slice(-1)].join('\n'));
}

/** What TARGET may be, as commands to type. */
function targetExamples(): string {
  const lines = targets.flatMap((t) => t.examples).map(([args, does]) => [`npx pretrip ${args}`, does] as const);
  const width = Math.max(...lines.map(([command]) => command.length)) + 2;
  return fenced('sh', lines.map(([command, does]) => `${command.padEnd(width)}# ${does}`).join('\n'));
}

/** The formats of -o, with the flags that only one of them has. */
function formatTable(): string {
  const rows = [...formats].map(([name, { describe, of, options }]) => {
    const flags = Object.entries(options).map(([option, { values, describe: says }]) => `\`--${name}-${option} ${values.join('\\|')}\`: ${says}`);
    return `| \`${name}\` | ${describe} | ${of === 'many' ? 'all targets' : 'one target'} | ${flags.join('<br>')} |`;
  });
  return `| \`-o\` | what it is | one file holds | flags of its own |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function profiles(pack: Pack): string {
  const rows = [...pack.profiles]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((p) => `| \`${p.id}\` | ${p.title} | ${pack.rules.filter((r) => r.profiles.includes(p.id)).length} |`);
  return `| profile | for | rules |\n|---|---|---|\n${rows.join('\n')}`;
}
