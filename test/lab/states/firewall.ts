/** Firewalls of the host: do containers on a network with DNS still find each other? */
import type { State } from '../state.ts';
import { found, lookup, remove } from './net.ts';
import { put } from './shell.ts';

/** What every such firewall lets in: what was asked for, itself, and who administers it. */
const usual = 'ct state established,related accept\n    iif lo accept\n    tcp dport 22 accept';
const table = (hook: 'input' | 'forward', policy: 'drop' | 'accept', rules: string): string =>
  put('/run/lab.nft', `table inet lab {\n  chain ${hook} {\n    type filter hook ${hook} priority 0; policy ${policy};\n    ${rules}\n  }\n}`);

const rows: readonly (readonly [what: string, text?: string])[] = [
  ['none'],
  ['drops what it does not know', table('input', 'drop', usual)],
  [
    'drops, lets names in from bridges',
    table('input', 'drop', `${usual}\n    iifname "podman*" udp dport 53 accept\n    iifname "podman*" tcp dport 53 accept`),
  ],
  ['drops, lets names in', table('input', 'drop', `${usual}\n    meta l4proto { tcp, udp } th dport 53 accept`)],
  ['drops, lets all in from networks of containers', table('input', 'drop', `${usual}\n    ip saddr 10.88.0.0/14 accept`)],
  ['drops, lets all in from another bridge', table('input', 'drop', `${usual}\n    iifname "podman0" accept`)],
  ['rejects at the end', table('input', 'accept', `${usual}\n    reject`)],
  ['accepts, and counts', table('input', 'accept', `${usual}\n    counter`)],
  ['drops names by TCP alone', table('input', 'accept', 'tcp dport 53 drop')],
  ['drops from the cable alone', table('input', 'accept', `${usual}\n    iifname "en*" drop`)],
];

export const firewallStates: readonly State[] = rows.map(([what, text]) => ({
  name: `firewall: ${what}`,
  alone: true,
  suites: ['trixie'],
  setUp: `podman network create named >/dev/null${text === undefined ? '' : `\n${text}\nnft -f /run/lab.nft`}`,
  claims: [{ rule: 'podman.net.firewall-dns', ask: lookup('named'), says: found }],
  undo: `nft delete table inet lab 2>/dev/null; ${remove('named')}`,
}));
