/**
 * Judges hosts with every rule, renders the report, and tells what that took. With the name of a file: the host in it,
 * once, printed. Without one: each host that the parent process sends, in a process that is warm after the first ones.
 */
import { readFileSync } from 'node:fs';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { composed, type HostSpec } from '../../src/collect/composed/composed.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { json } from '../../src/report/formats.ts';
import { scan } from '../../src/scan.ts';

/** Processor time in milliseconds, the most memory that the process ever had in MiB, and what went wrong. */
export interface Took {
  readonly cpu: number;
  readonly rss: number;
  readonly defects: readonly string[];
}

const { pack } = readPacks([shippedRules]);
const style = { width: 100, colour: false, show: [], failOn: 'high', hash: () => '' } as const;

async function took(host: HostSpec): Promise<Took> {
  const before = process.cpuUsage();
  const { report, defects } = await scan(
    { kind: 'local', name: 'x', user: host.user ?? rootAccount, target: composed(host) },
    { pack, selection: { byName: true, wants: () => true, params: [] } },
    { takenAt: '2026-07-01T00:00:00Z', files: host.given ?? [], tool: { version: '0' } },
  );
  if (json.of === 'one') json.render(report, style, {});
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024, defects };
}

const file = process.argv[2];
if (file !== undefined) process.stdout.write(JSON.stringify(await took(JSON.parse(readFileSync(file, 'utf8')) as HostSpec)));
else
  process.on('message', (host: HostSpec) => {
    took(host).then((found) => process.send?.(found));
  });
