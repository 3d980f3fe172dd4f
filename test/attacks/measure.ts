/** Judges one host with every rule, renders the report, and prints what that took: `{ cpu, rss, bytes, statuses }`. */
import { readFileSync } from 'node:fs';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { composed, type HostSpec } from '../../src/collect/composed/composed.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { json } from '../../src/report/formats.ts';
import { scan } from '../../src/scan.ts';

const host = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as HostSpec;
const { pack } = readPacks([shippedRules]);
const before = process.cpuUsage();
const { report, defects } = await scan(
  { kind: 'local', name: 'x', user: host.user ?? rootAccount, target: composed(host) },
  { pack, selection: { byName: true, wants: () => true, params: [] } },
  { takenAt: '2026-07-01T00:00:00Z', files: host.given ?? [], tool: { version: '0' } },
);
const style = { width: 100, colour: false, show: [], failOn: 'high', hash: () => '' } as const;
const bytes = json.of === 'one' ? json.render(report, style, {}).length : 0;
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024, bytes, defects })}\n`);
