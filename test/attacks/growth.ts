/** Files that grow: a line of theirs, many times over, the same each time or another one each time. */
import type { FileSpec, HostSpec } from '../../src/collect/composed/composed.ts';
import { keyOf } from '../../src/facts/asks.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { answersOf, judgeOn } from '../../src/try.ts';
import { everyRule } from '../laws/every-rule.ts';

/** A file of a host that a rule reads, and one line of it. */
export interface Grown {
  readonly rule: Rule;
  readonly host: HostSpec;
  readonly path: string;
  readonly line: number;
}

const contentOf = (spec: FileSpec | null | undefined): string | undefined => {
  const text = typeof spec === 'string' ? spec : spec && 'content' in spec ? spec.content : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
};

/** Every file that a rule reads on the hosts of its cases, once a rule and path; of each up to `lines` lines. */
export function grown(lines: number): Grown[] {
  return everyRule.flatMap(({ rule, tried }) => {
    const seen = new Set<string>();
    return tried.flatMap(({ host }) => {
      const read = readOn(rule, host);
      return [...read].flatMap((path) => {
        const text = contentOf(host.files?.[path]);
        if (seen.has(path) || text === undefined) return [];
        seen.add(path);
        const full = text.split('\n').flatMap((l, at) => (l.trim() === '' ? [] : [at]));
        const step = Math.max(1, Math.floor(full.length / lines));
        return full
          .filter((_, at) => at % step === 0)
          .slice(0, lines)
          .map((line) => ({ rule, host, path, line }));
      });
    });
  });
}

function readOn(rule: Rule, host: HostSpec): Set<string> {
  const paths = new Set<string>();
  const answers = answersOf(host);
  judgeOn(rule, host, {}, (ask) => {
    const answer = answers(ask);
    if (ask.do === 'read' && answer.is === 'got' && keyOf(ask)) paths.add(ask.path);
    return answer;
  });
  return paths;
}

export type How = 'same' | 'different';

/** The host with the line `times` times in its file. */
export function withLines({ host, path, line }: Grown, times: number, how: How): HostSpec {
  const spec = host.files?.[path];
  const lines = (contentOf(spec) ?? '').split('\n');
  const text = lines[line] ?? '';
  const copy = (n: number): string => (how === 'same' || n === 0 ? text : other(text, n));
  const content = [...lines.slice(0, line), ...Array.from({ length: times }, (_, n) => copy(n)), ...lines.slice(line + 1)].join('\n');
  return { ...host, files: { ...host.files, [path]: typeof spec === 'object' && spec !== null ? ({ ...spec, content } as FileSpec) : content } };
}

/** The first word and the first number are other ones. */
const other = (text: string, n: number): string =>
  text.replace(/[A-Za-z]{2,}/, (w) => `${w}${n}`).replace(/(?<![A-Za-z0-9.])\d{3,}/, (d) => String(Number(d) + n));

export { judgeOn };
