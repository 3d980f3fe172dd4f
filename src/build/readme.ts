/** The parts of README.md that are made from the product itself, so that they stay true. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostNamed } from '../cli/hosts.ts';
import { manifest, packageRoot } from '../cli/paths.ts';
import { composed } from '../collect/composed.ts';
import { record } from '../collect/record.ts';
import { rootAccount } from '../facts/host/accounts.ts';
import { inspect } from '../inspect.ts';
import { table } from '../report/table/table.ts';
import type { Pack } from '../rules/pack.ts';
import { judgeSnapshot } from '../scan.ts';
import { gate } from '../verdicts/summarize.ts';

const shown = ['podman.api.service-timeout', 'rootless.linger'];
const host = 'k3d-rootless-broken';

/** Rewrites what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export async function writeReadme(pack: Pack): Promise<void> {
  const path = join(packageRoot, 'README.md');
  const parts: Record<string, string> = {
    screen: await screen(pack),
    profiles: profiles(pack),
    rule: fenced('yaml', readFileSync(join(packageRoot, 'rules/podman/api/socket-rootless-enabled.yaml'), 'utf8')),
  };
  let text = readFileSync(path, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`README.md has no place for "${name}"`);
    text = text.replace(marked, (_, before: string, after: string) => `${before}${part}\n${after}`);
  }
  writeFileSync(path, text);
}

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

async function screen(pack: Pack): Promise<string> {
  const spec = hostNamed(host) ?? {};
  const selection = { byName: true, wants: (r: { id: string }) => shown.includes(r.id), params: [] };
  const user = spec.user ?? rootAccount;
  const takenAt = new Date((spec.takenAt ?? 0) * 1000).toISOString().replace('.000', '');
  const snapshot = await record(
    inspect(pack, selection, user),
    { kind: 'composed', name: host, user, target: composed(spec), takenAt },
    { takenAt, files: [] },
    manifest.version,
  );
  const { report } = judgeSnapshot(snapshot, pack, selection, { version: manifest.version });
  const text = table(report, {
    width: 80,
    colour: false,
    show: ['fail', 'unknown'],
    failOn: 'high',
    hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
  });
  return fenced(
    'console',
    `$ npx pretrip scan fixtures/hosts/${host}.yaml --select ${shown.join(',')}\n${text.trimEnd()}\n${gate([report], 'high', false).said}`,
  );
}

function profiles(pack: Pack): string {
  const rows = [...pack.profiles]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((p) => `| \`${p.id}\` | ${p.title} | ${pack.rules.filter((r) => r.profiles.includes(p.id)).length} |`);
  return `| profile | for | rules |\n|---|---|---|\n${rows.join('\n')}`;
}
