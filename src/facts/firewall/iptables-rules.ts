/** The table filter in the form of iptables-save(8), and the fragments that ufw keeps. Pure. */

import type { Where } from '../fact.ts';
import { all, type BaseChain, comesFrom, goesTo, isOf, not, type Packet, type Rule, sentFrom, sentTo, some, type Truth } from './packet.ts';

/** Chains of the table filter, and the policies of built-in ones. */
export interface FilterTable {
  readonly chains: Map<string, { rules: Rule[] }>;
  readonly policies: Map<string, { is: 'accept' | 'drop'; at: Where }>;
}

export const emptyTable = (): FilterTable => ({ chains: new Map(), policies: new Map() });

/** Adds what a text says of the table filter; other tables are left out. */
export function addTable(into: FilterTable, text: string, path: string, packet: Packet): FilterTable {
  let table = 'filter';
  const chain = (name: string): { rules: Rule[] } => {
    const found = into.chains.get(name) ?? { rules: [] };
    into.chains.set(name, found);
    return found;
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const at = { path, line: index + 1, said: line };
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (table !== 'filter' || line === '' || line.startsWith('#')) continue;
    const declared = /^:(\S+)\s+(\S+)/.exec(line);
    if (declared?.[1] !== undefined) {
      chain(declared[1]);
      if (declared[2] === 'ACCEPT' || declared[2] === 'DROP') into.policies.set(declared[1], { is: declared[2] === 'DROP' ? 'drop' : 'accept', at });
    }
    const [, name, rest] = /^-A\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) chain(name).rules.push(ruleOf(wordsOf(rest ?? ''), at, packet));
  }
  return into;
}

/** The chain INPUT of a table. */
export function inputOf({ chains, policies }: FilterTable, at: Where): BaseChain {
  return { name: 'INPUT of the table filter', rules: chains.get('INPUT')?.rules ?? [], policy: policies.get('INPUT') ?? { is: 'accept', at }, chains };
}

/** iptables(8), iptables-extensions(8): options that a packet is told by; any other may match or not. */
function ruleOf(words: readonly string[], at: Where, packet: Packet): Rule {
  const truths: Truth[] = [];
  let verdict: Rule['verdict'] = { is: 'none' };
  let negated = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '!') {
      negated = true;
      continue;
    }
    const value = words[i + 1] ?? '';
    if (word === '-j' || word === '-g' || word === '--jump' || word === '--goto') {
      verdict = target(value, word === '-g' || word === '--goto');
      break;
    }
    const known = matchOf(word, value, packet);
    if (known !== undefined) truths.push(negated ? not(known) : known);
    else if (word.startsWith('-') && !/^(?:-m|--match|--comment)$/.test(word)) truths.push('maybe');
    if (word.startsWith('-') && !(words[i + 1] ?? '-').startsWith('-')) i++;
    negated = false;
  }
  return { match: all(truths), verdict, at };
}

function target(name: string, goes: boolean): Rule['verdict'] {
  if (name === 'ACCEPT') return { is: 'accept' };
  if (name === 'DROP' || name === 'REJECT') return { is: 'drop' };
  if (name === 'RETURN') return { is: 'return' };
  if (/^(?:LOG|NFLOG|MARK|CONNMARK|TRACE|CT|NOTRACK|SET|AUDIT|TCPMSS)$/.test(name)) return { is: 'none' };
  return { is: goes ? 'goto' : 'jump', chain: name };
}

function matchOf(option: string, value: string, packet: Packet): Truth | undefined {
  const each = value.split(',');
  switch (option) {
    case '-i':
    case '--in-interface':
      return comesFrom(packet, value);
    case '-s':
    case '--source':
    case '--src-range':
      return some(each.map((v) => sentFrom(packet, v)));
    case '-d':
    case '--destination':
      return some(each.map((v) => sentTo(packet, v)));
    case '--pkt-type':
      return value === 'unicast' || value === 'host' ? 'yes' : 'no';
    case '-p':
    case '--protocol':
      return isOf(packet, value) || /^(?:all|0)$/.test(value) ? 'yes' : 'no';
    case '--dport':
    case '--destination-port':
    case '--dports':
    case '--destination-ports':
      return some(each.map((v) => goesTo(packet, v)));
    case '--ctstate':
    case '--state':
      return each.includes('NEW') ? 'yes' : 'no';
    case '--dst-type':
      return value === 'LOCAL' ? 'yes' : 'no';
    default:
      return undefined;
  }
}

/** Words of a rule: double quotes hold one together. */
const wordsOf = (text: string): string[] => [...text.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? '');
