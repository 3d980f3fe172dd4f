/** Kind `document`: one JSON, YAML, TOML or INI file, each value with its line. */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, unknown, unparsable } from '../../facts/fact.ts';
import { expandHome } from '../../facts/host/home.ts';
import { defineKind, type Query } from '../../facts/kind.ts';
import { any, list, record, string } from '../../facts/shape.ts';
import { parseIni } from '../../facts/text/ini.ts';
import { parseJson } from '../../facts/text/json.ts';
import { type Parsed, placed, plain, walk } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

const formats = ['json', 'yaml', 'toml', 'ini'] as const;
type Format = (typeof formats)[number];

/** More places than this are not kept: a lookup then falls back to the parent's. */
const maxPlaces = 50_000;

export const document = defineKind({
  name: 'document',
  describe: 'One JSON, YAML, TOML or INI file. For a program that merges several files, `config` is the kind to ask.',
  main: 'path',
  fields: {
    path: { type: 'string', required: true, describe: 'absolute path; ~ is the home of the account in question' },
    format: { type: 'string', values: formats, describe: 'told from the name when left out: .json, .yaml or .yml, .toml; .conf and everything else is ini' },
  },
  shape: record({
    content: any('the document; of an INI file, its sections with their keys (keys before the first header directly)'),
    duplicates: list(string('a path'), 'keys that are set twice in one place; the last value is taken'),
  }),
  touches: (q) => [{ do: 'read', path: q.path }],
  *learn(q, as): Asking<Fact> {
    const path = expandHome(q.path, as.home);
    const answer = yield* read(path);
    if (answer.is === 'absent') return missing({ path });
    if (answer.is === 'blocked') return unknown(answer, path);
    const format = formatOf(path, q);
    if (format === 'ini') return ini(path, answer.value);
    const parsed = parse(format, answer.value);
    if (parsed.is === 'broken') return unparsable(`${path} is not valid ${format.toUpperCase()}: ${parsed.problem.message}`, placed(path, parsed.problem));
    return located(path, parsed.root);
  },
});

function formatOf(path: string, q: Query): Format {
  const asked = formats.find((f) => f === q.format);
  const ending = /\.(json|ya?ml|toml)$/i.exec(path)?.[1]?.toLowerCase();
  return asked ?? (ending === 'yml' ? 'yaml' : (formats.find((f) => f === ending) ?? 'ini'));
}

const parse = (format: Exclude<Format, 'ini'>, text: string): Parsed =>
  format === 'json' ? parseJson(text) : format === 'yaml' ? parseYaml(text) : parseToml(text);

function located(path: string, root: Extract<Parsed, { is: 'parsed' }>['root']): Fact {
  const fact = new FactBuilder().consulted({ path }).set('content', plain(root), placed(path, root.at));
  const seen = new Set<string>();
  const duplicates: { name: string; line: number }[] = [];
  walk(root, (segments, _, at) => {
    const key = JSON.stringify(segments);
    if (seen.has(key)) duplicates.push({ name: segments.join('.'), line: at.line });
    if (seen.size >= maxPlaces) return;
    seen.add(key);
    fact.at(['content', ...segments], placed(path, at));
  });
  return fact
    .set(
      'duplicates',
      duplicates.map((d) => d.name),
      ...duplicates.map(({ line }) => ({ path, line })),
    )
    .build();
}

function ini(path: string, text: string): Fact {
  const { entries } = parseIni(text);
  const fact = new FactBuilder().consulted({ path });
  const content: Record<string, Json> = Object.create(null) as Record<string, Json>;
  const duplicates: { name: string; line: number }[] = [];
  for (const { section, key, value, at } of entries) {
    if (section !== '' && content[section] === undefined) content[section] = Object.create(null) as Json;
    const group = (section === '' ? content : content[section]) as Record<string, Json>;
    if (typeof group !== 'object' || group === null) continue;
    if (group[key] !== undefined) duplicates.push({ name: section === '' ? key : `${section}.${key}`, line: at.line });
    group[key] = value;
    fact.at(section === '' ? ['content', key] : ['content', section, key], placed(path, at));
  }
  fact.set('content', structured(content), { path });
  return fact
    .set(
      'duplicates',
      duplicates.map((d) => d.name),
      ...duplicates.map(({ line }) => ({ path, line })),
    )
    .build();
}

/** Plain objects again: a prototype-less one is not what equality and JSON expect. */
const structured = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;
