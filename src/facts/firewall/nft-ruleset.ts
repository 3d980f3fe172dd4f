/** A ruleset of nftables, as a file has it or `nft list ruleset` prints it (nft(8)), against one packet. Pure. */
import type { Where } from '../fact.ts';
import type { NftLine } from './nft-files.ts';
import { elementsOf, rulesOf, type Sets } from './nft-rule.ts';
import type { BaseChain, Packet, Rule } from './packet.ts';

export interface Ruleset {
  readonly inputs: readonly (BaseChain & { readonly family: string; readonly table: string })[];
  /** It removes all rules first, those that Podman made as well. */
  readonly flushes?: Where;
  /** What is not followed: files that it includes, commands that change a table. */
  readonly rest: readonly Where[];
}

interface Statement {
  readonly text: string;
  readonly at: Where;
}

/** Reads a ruleset, or the lines of one and of the files that it includes. What is not a table in the form of a block is left to `rest`. */
export function parseRuleset(text: string | readonly NftLine[], path: string, packet: Packet): Ruleset {
  const inputs: Ruleset['inputs'][number][] = [];
  const rest: Where[] = [];
  const defined = new Map<string, string>();
  let flushes: Where | undefined;
  let table: { family: string; name: string; chains: Map<string, { rules: Rule[] }>; hooked: { name: string; policy: BaseChain['policy'] }[] } | undefined;
  let chain: { name: string; rules: Rule[] } | undefined;
  let depth = 0;
  const each = statements(text, path);
  const sets = namedSets(each);
  for (const { text: raw, at } of each) {
    const line = raw.replace(/\$(\w+)/g, (whole, name: string) => defined.get(name) ?? whole);
    const opened = opensTable.exec(line);
    const inner = table && /^chain\s+(\S+)\s*\{$/.exec(line);
    if (line.endsWith('{')) depth++;
    if (opened) table = { family: opened[1] ?? 'ip', name: opened[2] ?? '', chains: new Map(), hooked: [] };
    else if (table && inner && depth === 2) {
      chain = { name: inner[1] ?? '', rules: [] };
      table.chains.set(chain.name, chain);
    } else if (line === '}') {
      depth = Math.max(0, depth - 1);
      if (depth < 2) chain = undefined;
      if (depth === 0 && table) {
        const { family, name, chains, hooked } = table;
        for (const h of hooked) inputs.push({ family, table: name, name: h.name, policy: h.policy, rules: chains.get(h.name)?.rules ?? [], chains });
        table = undefined;
      }
    } else if (/^include\b/.test(line)) rest.push(at);
    else if (chain && table) {
      const base = /^type\s+filter\s+hook\s+(?:prerouting|input)\b/.test(line);
      const policy = /^policy\s+(accept|drop)$/.exec(line)?.[1];
      if (base) table.hooked.push({ name: chain.name, policy: { is: 'accept', at } });
      else if (policy !== undefined) {
        const own = table.hooked.find((h) => h.name === chain?.name);
        if (own) own.policy = { is: policy === 'drop' ? 'drop' : 'accept', at };
      } else if (!/^(?:type|comment|devices?)\s/.test(line)) chain.rules.push(...rulesOf(line, at, packet, sets.get(`${table.family} ${table.name}`) ?? none));
    } else if (table && depth === 1 && /^chain\b/.test(line)) rest.push(at);
    else if (depth === 0) {
      const value = /^define\s+(\w+)\s*=\s*(.*)$/.exec(line);
      if (value) defined.set(value[1] ?? '', value[2] ?? '');
      else if (/^flush\s+ruleset$/.test(line)) flushes = at;
      else if (!/^(?:flush|delete|destroy|(?:add\s+)?table)\s[^{]*$/.test(line)) rest.push(at);
    }
  }
  return { inputs, rest, ...(flushes ? { flushes } : {}) };
}

/** Statements, one a line or parted by semicolons; sets in braces stay with their rule, and comments go. */
function statements(text: string | readonly NftLine[], path: string): Statement[] {
  const found: Statement[] = [];
  let open = '';
  let from: Where = { path, line: 1 };
  const lines = typeof text === 'string' ? text.split('\n').map((raw, at) => ({ text: raw, path, line: at + 1 })) : text;
  for (const { text: raw, path: file, line: number } of lines) {
    const line = withoutComment(raw).trim();
    if (open === '') from = { path: file, line: number };
    open = `${open} ${line.replace(/\\$/, '')}`.trim();
    if (raw.trimEnd().endsWith('\\') && !raw.trim().startsWith('#')) continue;
    const block = /^(?:(?:add\s+|create\s+)?table|chain|set|map|counter|flowtable|quota|limit|ct\s+\w+)\s[^{}]*\{$/.test(open);
    const inSet = (open.match(/\{/g) ?? []).length - (open.match(/\}/g) ?? []).length;
    if (!block && open !== '}' && inSet > 0) continue;
    found.push(...piecesOf(open, from));
    open = '';
  }
  return found;
}

/** A line may hold a whole table or chain; blocks are taken apart as deep as they nest. */
function piecesOf(line: string, at: Where): Statement[] {
  const [, head, body] = /^((?:(?:add\s+|create\s+)?table|chain)\s[^{}]*\{)(.*)\}$/.exec(line) ?? [];
  if (head !== undefined && body !== undefined) {
    const inner = /^\s*((?:chain)\s[^{}]*\{.*\})\s*;?\s*$/.exec(body)?.[1] ?? body;
    return [{ text: head, at }, ...piecesOf(inner.trim(), at), { text: '}', at }];
  }
  const pieces = /\{$/.test(line) || line === '}' ? [line] : partedBySemicolons(line);
  return pieces
    .map((p) => p.trim())
    .filter(Boolean)
    .map((piece) => ({ text: piece, at: { ...at, said: piece.slice(0, 200) } }));
}

const none: Sets = new Map();
const opensTable = /^(?:add\s+|create\s+)?table\s+(?:(ip|ip6|inet|arp|bridge|netdev)\s+)?(\S+)\s*\{$/;

/** The sets of each table with the elements that it gives them; what fills itself (dynamic, timeout) is left out. */
function namedSets(each: readonly Statement[]): ReadonlyMap<string, Sets> {
  const found = new Map<string, Map<string, readonly string[]>>();
  const defined = new Map<string, string>();
  let own = new Map<string, readonly string[]>();
  let name: string | undefined;
  for (const { text } of each) {
    const line = text.replace(/\$(\w+)/g, (whole, word: string) => defined.get(word) ?? whole);
    const table = opensTable.exec(line);
    const value = /^define\s+(\w+)\s*=\s*(.*)$/.exec(line);
    const whole = /^set\s+(\S+)\s*\{(.*)\}$/.exec(line);
    if (value) defined.set(value[1] ?? '', value[2] ?? '');
    else if (table) {
      own = new Map();
      found.set(`${table[1] ?? 'ip'} ${table[2]}`, own);
    } else if (whole) setElements(own, whole[1] ?? '', partedBySemicolons(whole[2] ?? ''));
    else if (/^set\s+\S+\s*\{$/.test(line)) name = line.split(/\s+/)[1] ?? '';
    else if (line === '}' || line.endsWith('{')) name = undefined;
    else if (name !== undefined) setElements(own, name, [line]);
  }
  return found;
}

function setElements(own: Map<string, readonly string[]>, name: string, lines: readonly string[]): void {
  for (const line of lines.map((l) => l.trim())) {
    const [, elements] = /^elements\s*=\s*(\{.*\})$/.exec(line) ?? [];
    if (/^(?:flags\s.*(?:dynamic|timeout)|timeout\s)/.test(line)) own.set(name, ['*']);
    else if (elements !== undefined && own.get(name)?.[0] !== '*')
      own.set(
        name,
        elementsOf(elements).map((e) => (e.includes(' . ') ? '*' : (e.split(/\s+/)[0] ?? '').replace(/^"|"$/g, ''))),
      );
  }
}

/** What `#` begins, outside of quotes, goes. */
function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === '#' && !quoted && (at === 0 || /\s/.test(line[at - 1] ?? ''))) return line.slice(0, at);
  }
  return line;
}

/** Semicolons in quotes, and in braces, part nothing. */
function partedBySemicolons(line: string): string[] {
  const pieces: string[] = [];
  let quoted = false;
  let depth = 0;
  let from = 0;
  for (let at = 0; at < line.length; at++) {
    const c = line[at];
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '{') depth++;
    else if (c === '}') depth--;
    else if (c === ';' && depth <= 0) {
      pieces.push(line.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, line.slice(from)];
}
