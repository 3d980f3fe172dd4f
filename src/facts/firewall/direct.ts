/** Direct rules, in the words of iptables: firewalld.direct(5). They are not judged, only recognised. */
import type { Where } from '../fact.ts';
import { parseXml } from '../text/xml.ts';
import { attributeOf, below, whereOf } from './object-file.ts';

export const directPath = '/etc/firewalld/direct.xml';

export interface DirectRule {
  /** Table, chain and arguments, as far as they are written. */
  readonly words: readonly string[];
  readonly where: Where;
}

/** The rules and passthroughs of direct.xml. firewalld goes on without the file when it does not parse. */
export function directRules(text: string): DirectRule[] {
  const parsed = parseXml(text);
  if (parsed.is === 'broken') return [];
  return [...below(parsed.root)]
    .filter((e) => e.name === 'rule' || e.name === 'passthrough')
    .map((e) => ({ words: [attributeOf(e, 'table'), attributeOf(e, 'chain'), ...e.text.split(/\s+/)].filter(Boolean), where: whereOf(directPath, e) }));
}

/**
 * Whether a rule may let a packet in that zones keep out. With nftables an ACCEPT does not: firewalld's own rules come
 * after it (firewalld.direct(5) "Caveats"). Redirected packets are let in with either.
 */
export function mayLetIn({ words }: DirectRule, backend: string): boolean {
  const jumps = words.some((w) => /^(?:-j|-g|--jump|--goto)$/.test(w));
  const target = words[words.findIndex((w) => /^(?:-j|-g|--jump|--goto)$/.test(w)) + 1] ?? '';
  if (!jumps || /^(?:DROP|REJECT|LOG|NFLOG|RETURN|MARK)$/.test(target)) return false;
  return words.includes('PREROUTING') ? target !== 'ACCEPT' : words.includes('INPUT') && backend !== 'nftables';
}
