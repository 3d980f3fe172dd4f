/** One rule of nftables (nft(8)) against one packet. Pure. */
import type { Where } from '../fact.ts';
import { all, comesFrom, goesTo, isOf, not, type Packet, type Rule, sentFrom, sentTo, some, type Truth } from './packet.ts';

/** Elements of the named sets of a table; `*` is one that cannot be told. */
export type Sets = ReadonlyMap<string, readonly string[]>;

const verdicts = /(?:^|\s)(accept|drop|reject(?:\s.*)?|return|continue|(?:jump|goto)\s+\S+)$/;
/** Statements that decide nothing, wherever in a rule they stand. */
const idle =
  /\b(?:counter(?:\s+packets\s+\d+\s+bytes\s+\d+)?|log(?:\s+(?:prefix\s+(?:"[^"]*"|\S+)|level\s+\w+|flags\s+(?:all|ether|skuid|ip\s+options|tcp\s+\w+(?:,\w+)*)|(?:group|snaplen|queue-threshold)\s+\d+))*)(?=\s|$)\s*/g;

/** What a rule does with the packet. A verdict map is one rule for each of its elements, of which one holds at most. */
export function rulesOf(text: string, at: Where, packet: Packet, sets: Sets): Rule[] {
  const line = text
    .replace(/\s+comment\s+"[^"]*"$/, '')
    .replace(idle, '')
    .trim();
  const mapped = /^(.*\s)?vmap\s+(\{.*\}|@\S+)$/.exec(line);
  if (mapped) return mappedRules(mapped[1]?.trim() ?? '', mapped[2] ?? '', at, packet, sets);
  const said = verdicts.exec(line)?.[1] ?? '';
  const conditions = line.slice(0, line.length - said.length).trim();
  return [{ match: conditionsHold(conditions, packet, sets), verdict: verdictOf(said), at }];
}

/** `SUBJECT vmap { VALUE : VERDICT, … }`, behind conditions of its own. */
function mappedRules(front: string, map: string, at: Where, packet: Packet, sets: Sets): Rule[] {
  const subject = subjectAtEnd.exec(front)?.[0];
  const before = subject === undefined ? 'maybe' : conditionsHold(front.slice(0, front.length - subject.length).trim(), packet, sets);
  // What a named map holds, or a joined key, is not followed: it may let in and keep out.
  if (subject === undefined || map.startsWith('@'))
    return (['accept', 'drop'] as const).map((is) => ({ match: before === 'no' ? 'no' : 'maybe', verdict: { is }, at }));
  return elementsOf(map).map((element) => {
    const [, key = '', verdict = ''] = /^(.*?)\s*:\s*((?:accept|drop|return|continue|jump|goto)\b.*)$/.exec(element) ?? [];
    return { match: all([before, verdict === '' ? 'maybe' : holds(subject, unquoted(key), packet)]), verdict: verdictOf(verdict.trim()), at };
  });
}

function verdictOf(said: string): Rule['verdict'] {
  const [word = '', chain = ''] = said.split(/\s+/);
  if (word === 'accept' || word === 'drop' || word === 'return') return { is: word };
  if (word === 'reject') return { is: 'drop' };
  if (word === 'jump' || word === 'goto') return { is: word, chain };
  return { is: 'none' };
}

const subjects =
  '(?:meta\\s+)?(?:iifname|iif|l4proto|nfproto|protocol|pkttype)|ip6?\\s+(?:saddr|daddr|protocol|nexthdr)|(?:udp|tcp|th)\\s+(?:dport|sport)|ct\\s+state|fib\\s+daddr\\s+type|icmp(?:v6)?\\s+\\w+|tcp\\s+flags';
const subjectAtEnd = new RegExp(`(?<=^|\\s)(?:${subjects})$`);
/** One condition at the front: what is compared, an operator, and a value, a list of values or a set. */
const condition = new RegExp(`^(${subjects})\\s+(!=\\s*|==\\s*)?(\\{[^}]*\\}|"[^"]*"|\\S+)\\s*`);

function conditionsHold(text: string, packet: Packet, sets: Sets): Truth {
  const truths: Truth[] = [];
  let rest = text;
  while (rest !== '') {
    const found = condition.exec(rest);
    if (!found) return all([...truths, 'maybe']);
    const [whole, subject = '', operator = '', value = ''] = found;
    const named = value.startsWith('@') ? sets.get(value.slice(1)) : elementsOf(value).map(unquoted);
    const held = named ? some(named.map((v) => holds(subject, v, packet))) : 'maybe';
    truths.push(operator.startsWith('!') ? not(held) : held);
    rest = rest.slice(whole.length);
  }
  return all(truths);
}

/** The elements of `{ a, b }`, or the one value; without what `nft list` says of their use. */
export const elementsOf = (value: string): string[] =>
  value
    .trim()
    .replace(/^\{|\}$/g, '')
    .split(',')
    .map((v) => v.trim())
    .filter(Boolean);

const unquoted = (value: string): string => value.trim().replace(/^"|"$/g, '');

function holds(written: string, value: string, packet: Packet): Truth {
  const subject = written.replace(/\s+/g, ' ').replace(/^meta /, '');
  if (value === '*') return 'maybe';
  if (subject === 'iifname' || subject === 'iif') return comesFrom(packet, value);
  if (subject === 'ip saddr') return sentFrom(packet, value);
  if (subject === 'ip daddr') return sentTo(packet, value);
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
  if (subject === 'pkttype') return value === 'host' || value === 'unicast' ? 'yes' : 'no';
  return /^(?:ip6|icmp)/.test(subject) ? 'no' : 'maybe';
}
