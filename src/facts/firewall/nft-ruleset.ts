/** A ruleset of nftables, as a file has it or `nft list ruleset` prints it (nft(8)), against one packet. Pure. */
import type { Where } from '../fact.ts';
import type { NftLine } from './nft-files.ts';
import { all, type BaseChain, comesFrom, goesTo, isOf, not, type Packet, type Rule, sentFrom, some, type Truth } from './packet.ts';

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
  for (const { text: raw, at } of statements(text, path)) {
    const line = raw.replace(/\$(\w+)/g, (whole, name: string) => defined.get(name) ?? whole);
    const opened = /^(?:add\s+|create\s+)?table\s+(?:(ip|ip6|inet|arp|bridge|netdev)\s+)?(\S+)\s*\{$/.exec(line);
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
      const base = /^type\s+filter\s+hook\s+input\b/.test(line);
      const policy = /^policy\s+(accept|drop)$/.exec(line)?.[1];
      if (base) table.hooked.push({ name: chain.name, policy: { is: 'accept', at } });
      else if (policy !== undefined) {
        const own = table.hooked.find((h) => h.name === chain?.name);
        if (own) own.policy = { is: policy === 'drop' ? 'drop' : 'accept', at };
      } else if (!/^(?:type|comment|devices?)\s/.test(line)) chain.rules.push(ruleOf(line, at, packet));
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
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
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
  const pieces = /\{$/.test(line) || line === '}' ? [line] : line.split(/;(?![^{]*\})/);
  return pieces
    .map((p) => p.trim())
    .filter(Boolean)
    .map((piece) => ({ text: piece, at: { ...at, said: piece.slice(0, 200) } }));
}

const verdicts = /(?:^|\s)(accept|drop|reject(?:\s.*)?|return|continue|(?:jump|goto)\s+\S+)$/;

function ruleOf(text: string, at: Where, packet: Packet): Rule {
  const line = text.replace(/\s+comment\s+"[^"]*"$/, '').replace(/\bcounter(?:\s+packets\s+\d+\s+bytes\s+\d+)?\s*/g, '');
  const mapped = /^ct\s+state\s+vmap\s*\{(.*)\}$/.exec(line);
  if (mapped) return { match: 'yes', verdict: byState(mapped[1] ?? ''), at };
  const said = verdicts.exec(line)?.[1] ?? '';
  const conditions = line.slice(0, line.length - said.length).trim();
  return { match: conditionsHold(conditions, packet), verdict: verdictOf(said), at };
}

/** `new : jump X` of a verdict map on the state of the connection. */
const byState = (entries: string): Rule['verdict'] => verdictOf(/(?:^|,)\s*new\s*:\s*([^,]+)/.exec(entries)?.[1]?.trim() ?? '');

function verdictOf(said: string): Rule['verdict'] {
  const [word = '', chain = ''] = said.split(/\s+/);
  if (word === 'accept' || word === 'drop' || word === 'return') return { is: word };
  if (word === 'reject') return { is: 'drop' };
  if (word === 'jump' || word === 'goto') return { is: word, chain };
  return { is: 'none' };
}

/** One condition at the front: what is compared, an operator, and a value or a set. */
const condition =
  /^((?:meta\s+)?(?:iifname|iif|l4proto|nfproto|protocol)|ip6?\s+(?:saddr|daddr|protocol|nexthdr)|(?:udp|tcp|th)\s+(?:dport|sport)|ct\s+state|fib\s+daddr\s+type|pkttype|meta\s+pkttype|icmp(?:v6)?\s+\w+|tcp\s+flags)\s+(!=\s*|==\s*)?(\{[^}]*\}|"[^"]*"|\S+)\s*/;

function conditionsHold(text: string, packet: Packet): Truth {
  const truths: Truth[] = [];
  let rest = text.replace(/^log\b.*$/, '').replace(/\slog\b.*$/, '');
  while (rest !== '') {
    const found = condition.exec(rest);
    if (!found) return all([...truths, 'maybe']);
    const [whole, subject = '', operator = '', value = ''] = found;
    const held = some(valuesOf(value).map((v) => holds(subject.replace(/\s+/g, ' ').replace(/^meta /, ''), v, packet)));
    truths.push(operator.startsWith('!') ? not(held) : held);
    rest = rest.slice(whole.length);
  }
  return all(truths);
}

const valuesOf = (value: string): string[] =>
  value
    .replace(/^\{|\}$/g, '')
    .split(',')
    .map((v) => v.trim().replace(/^"|"$/g, ''))
    .filter(Boolean);

function holds(subject: string, value: string, packet: Packet): Truth {
  if (value.startsWith('@')) return 'maybe';
  if (subject === 'iifname' || subject === 'iif') return comesFrom(packet, value);
  if (subject === 'ip saddr') return sentFrom(packet, value);
  const [protocol = '', part = ''] = subject.split(' ');
  if (protocol === 'udp' || protocol === 'tcp') {
    if (!isOf(packet, protocol)) return 'no';
    return part === 'dport' ? goesTo(packet, value) : 'maybe';
  }
  if (subject === 'th dport') return goesTo(packet, value);
  if (subject === 'l4proto' || subject === 'ip protocol') return isOf(packet, value) ? 'yes' : 'no';
  if (subject === 'nfproto') return value === 'ipv4' ? 'yes' : 'no';
  if (subject === 'protocol') return value === 'ip' ? 'yes' : 'no';
  if (subject === 'ct state') return value === 'new' ? 'yes' : 'no';
  if (subject === 'fib daddr type') return value === 'local' ? 'yes' : 'no';
  if (subject === 'pkttype') return value === 'host' ? 'yes' : 'no';
  return /^(?:ip6|icmp)/.test(subject) ? 'no' : 'maybe';
}
