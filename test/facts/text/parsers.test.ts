import { describe, expect, test } from 'vitest';
import { parseIni } from '../../../src/facts/text/ini.ts';
import { parseJson } from '../../../src/facts/text/json.ts';
import { entry, type Parsed, plain, type TextNode, walk } from '../../../src/facts/text/node.ts';
import { parseToml } from '../../../src/facts/text/toml.ts';
import { maxXmlLength, type ParsedXml, parseXml, type XmlElement } from '../../../src/facts/text/xml.ts';
import { parseYaml, parseYamlAll } from '../../../src/facts/text/yaml.ts';
import { fc } from '../../property.ts';

function root(parsed: Parsed): TextNode {
  if (parsed.is === 'broken') throw new Error(JSON.stringify(parsed.problem));
  return parsed.root;
}
function places(parsed: Parsed): Record<string, string> {
  const found: Record<string, string> = {};
  walk(root(parsed), (path, _, at) => {
    found[path.join('.')] = `${at.line}:${at.column}`;
  });
  return found;
}
const problem = (parsed: Parsed) => (parsed.is === 'broken' ? parsed.problem : undefined);

describe('json', () => {
  test('keys and values with their places', () => {
    const parsed = parseJson('{\n  "a": [1, {"b": null}],\n\t"c": -1.5e3, "é\\n": "x\\u0041"\n}\n');
    expect(plain(root(parsed))).toEqual({ a: [1, { b: null }], c: -1500, 'é\n': 'xA' });
    expect(places(parsed)).toEqual({ a: '2:3', 'a.0': '2:9', 'a.1': '2:12', 'a.1.b': '2:13', c: '3:2', 'é\n': '3:15' });
  });
  test.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a" 1}', 1, 6],
    ['[1,]', 1, 4],
    ['{"a":1}\nx', 2, 1],
    ['"\n"', 1, 2],
    ['"\\x"', 1, 2],
    ['01', 1, 2],
    ["{'a':1}", 1, 2],
    ['[1 2]', 1, 4],
    ['nul', 1, 1],
    ['"abc', 1, 1],
  ])('%j is broken at %i:%i', (text, line, column) => {
    expect(problem(parseJson(text))).toMatchObject({ line, column });
  });
  test('agrees with the language on every text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((j) => j.slice(1)),
          fc.stringMatching(/^[[\]{}",:0-9a-z\\ ]*$/),
        ),
        (text) => {
          let expected: { value: unknown } | undefined;
          try {
            expected = { value: JSON.parse(text) };
          } catch {
            expected = undefined;
          }
          const parsed = parseJson(text);
          expect(parsed.is).toBe(expected ? 'parsed' : 'broken');
          if (expected && parsed.is === 'parsed') expect(JSON.stringify(plain(parsed.root))).toEqual(JSON.stringify(expected.value));
        },
      ),
    );
  });
  test('__proto__ is an ordinary key', () => {
    const value = plain(root(parseJson('{"__proto__":{"x":1}}')));
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { x?: number }).x).toBeUndefined();
  });
});

describe('toml', () => {
  test('tables, dotted keys, arrays of tables, inline tables', () => {
    const parsed = parseToml("\uFEFFtop = 1\r\n[engine]\r\nx.y = [1, {append=true}]\n[[r]]\nz = 'a'\n[[r]]\n[r.q]\nd = 1979-01-01\n");
    expect(plain(root(parsed))).toEqual({ top: 1, engine: { x: { y: [1, { append: true }] } }, r: [{ z: 'a' }, { q: { d: '1979-01-01' } }] });
    expect(places(parsed)).toMatchObject({
      top: '1:1',
      engine: '2:1',
      'engine.x.y': '3:1',
      'engine.x.y.1': '3:11',
      r: '4:1',
      'r.0.z': '5:1',
      'r.1.q.d': '8:1',
    });
  });
  test('two tables of one name are a problem, two cases of it are not', () => {
    expect(problem(parseToml('[engine]\na=1\n[engine]\n'))).toMatchObject({ line: 3 });
    expect(problem(parseToml('a=1\na=2\n'))).toMatchObject({ line: 2 });
    expect(Object.keys(plain(root(parseToml('[engine]\n[Engine]\n'))) as object)).toEqual(['engine', 'Engine']);
  });
  test.each([
    ['a=', 1],
    ['a = 1\nb = \n', 2],
    ['\u0000', 1],
    ['a="\n"', 1],
    ['[a', 1],
  ])('%j is broken on line %i', (text, line) => {
    expect(problem(parseToml(text))).toMatchObject({ line });
  });
  test('infinity is text', () => {
    expect(plain(root(parseToml('a = inf\nb = -nan\n')))).toEqual({ a: 'Infinity', b: 'NaN' });
  });
});

describe('yaml', () => {
  test('places and types', () => {
    const parsed = parseYaml('\uFEFFa: 1\r\nb:\r\n  - x\r\n  - y: 2.0\r\n"c": ~\r\n');
    expect(plain(root(parsed))).toEqual({ a: 1, b: ['x', { y: 2 }], c: null });
    expect(places(parsed)).toEqual({ a: '1:1', b: '2:1', 'b.0': '3:5', 'b.1': '4:5', 'b.1.y': '4:5', c: '5:1' });
  });
  test('1.1 as go-yaml v2 has it', () => {
    expect(plain(root(parseYaml('a: yes\nb: 0600\nc: 1:30\nd: 2020-01-01\n', { version: '1.1' })))).toEqual({ a: true, b: 384, c: '1:30', d: '2020-01-01' });
    expect(plain(root(parseYaml('a: yes\nb: 0600\n')))).toEqual({ a: 'yes', b: 600 });
  });
  test('a key given twice keeps both entries, and the last value', () => {
    const parsed = root(parseYaml('a: 1\na: 2\n'));
    expect(parsed.is === 'map' && parsed.entries.map((e) => e.at.line)).toEqual([1, 2]);
    expect(plain(parsed)).toEqual({ a: 2 });
    expect(entry(parsed, 'a')?.at.line).toBe(2);
  });
  test('anchors and merge keys', () => {
    expect(plain(root(parseYaml('x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz:\n  <<: [*x, {c: 4, a: 9}]\n')))).toEqual({
      x: { a: 1, b: 2 },
      y: { a: 1, b: 3 },
      z: { a: 1, b: 2, c: 4 },
    });
  });
  test('several documents', () => {
    expect(problem(parseYaml('a: 1\n---\nb: 2\n'))).toMatchObject({ message: 'a second document', line: 3 });
    expect(parseYaml('a: 1\n---\nb: [\n', { first: true }).is).toBe('parsed');
    expect(parseYamlAll('a: 1\n---\nb: 2\n').map((d) => plain(root(d)))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(plain(root(parseYaml('')))).toBeNull();
  });
  test.each([
    ['a:\n\t- b', 2],
    ['a: [1', 1],
    ['a: *nope', 1],
    ['{a: 1}}', 1],
  ])('%j is broken on line %i', (text, line) => {
    expect(problem(parseYaml(text))?.line).toBe(line);
  });
  test('alias bombs and cycles are refused', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}\n`;
    expect(problem(parseYaml(bomb))?.message).toContain('aliases expand');
    expect(problem(parseYaml('a: &a\n  b: *a\n'))).toBeDefined();
  });
});

test('ini', () => {
  expect(parseIni('\uFEFFa=1\r\n; c\n[s t]\n b = x = y \nnonsense\n')).toEqual({
    entries: [
      { section: '', key: 'a', value: '1', at: { line: 1, column: 1 } },
      { section: 's t', key: 'b', value: 'x = y', at: { line: 4, column: 2 } },
    ],
    stray: [{ text: 'nonsense', at: { line: 5, column: 1 } }],
  });
});

describe('xml', () => {
  const outline = (e: XmlElement): unknown => [e.name, Object.fromEntries([...e.attributes].map(([n, a]) => [n, a.value])), e.text, ...e.children.map(outline)];
  const read = (text: string): XmlElement => {
    const parsed = parseXml(text);
    if (parsed.is === 'broken') throw new Error(JSON.stringify(parsed.problem));
    return parsed.root;
  };
  const refused = (parsed: ParsedXml) => (parsed.is === 'broken' ? parsed.problem : undefined);

  test('elements, attributes, references, comments and CDATA', () => {
    const text = '\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n<!-- <no/> -->\n<a x = "1&#50;&amp;" y=\'"\'>\n<b/>t<!-- <c/> -->&lt;<![CDATA[<d/>]]></a>\n';
    expect(outline(read(text))).toEqual(['a', { x: '12&', y: '"' }, '\nt<<d/>', ['b', {}, '']]);
  });
  test('lines of elements and attributes', () => {
    const root = read('<?xml version="1.0"?>\r\n\r\n<a\r\n  x="1"\n\n  y="2"><b\n/></a>');
    expect([root.at.line, root.attributes.get('x')?.at.line, root.attributes.get('y')?.at.line, root.children[0]?.at.line]).toEqual([3, 4, 6, 6]);
  });
  test.each([
    ['', 1],
    ['\n<a>', 2],
    ['<a>\n</b>', 2],
    ['<a x=1/>', 1],
    ['<a x="1" x="2"/>', 1],
    ['<a x="<"/>', 1],
    ['<a/>\n<b/>', 2],
    ['<a>&no;</a>', 1],
    ['<!DOCTYPE a [<!ENTITY e "842">]>\n<a x="&e;"/>', 2],
    ['<a>\u0000</a>', 1],
    ['a', 1],
  ])('%j is broken on line %i', (text, line) => expect(refused(parseXml(text))?.line).toBe(line));
  test('an entity bomb is refused', () => {
    const bomb = `<!DOCTYPE a [<!ENTITY a "x">${'bcdefgh'
      .split('')
      .map((c, n) => `<!ENTITY ${c} "${`&${'abcdefg'[n]};`.repeat(10)}">`)
      .join('')}]><a>&h;</a>`;
    expect(refused(parseXml(bomb))?.message).toContain('entity');
  });
  test('what is too deep or too long is refused', () => {
    expect(refused(parseXml('<a>'.repeat(200_000)))?.message).toContain('nested deeper');
    expect(refused(parseXml(`<a>${' '.repeat(maxXmlLength)}</a>`))?.message).toContain('longer than');
    expect(parseXml(`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`).is).toBe('parsed');
  });
  test('what is written comes back', () => {
    const escaped = (t: string): string => t.replace(/[&<>"'\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
    const word = fc.string({ unit: fc.constantFrom('a', '&', '<', '"', "'", ' ', '\n', '\t', 'é', ']', '>'), maxLength: 5 });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('x', 'y', 'z'), word), word, fc.constantFrom('"', "'"), (attributes, text, quote) => {
        const written = `<a ${Object.entries(attributes)
          .map(([n, v]) => `${n}=${quote}${escaped(v)}${quote}`)
          .join('\n')}>${escaped(text)}</a>`;
        expect(outline(read(written))).toEqual(['a', { ...attributes }, text]);
      }),
    );
  });
});

describe('hostile texts', () => {
  const parsers = { json: parseJson, toml: parseToml, yaml: parseYaml };
  test.each(
    Object.entries({
      ...parsers,
      xml: (text: string) => {
        const p = parseXml(text);
        return p.is === 'broken' ? p : parseJson('0');
      },
    }),
  )('%s never throws', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[-[\]{}"':&*!|>#=,.\n\t a-c0-9</;?]*$/)), (text) => {
        const parsed = parse(text);
        if (parsed.is === 'parsed') plain(parsed.root);
      }),
    );
  });
  test.each([
    ['json', '['],
    ['toml', 'a = '],
    ['yaml', '['],
  ])('%s: deep nesting is refused', (name, start) => {
    const parsed = parsers[name as keyof typeof parsers](`${start}${'['.repeat(5000)}${']'.repeat(5000)}`);
    expect(parsed.is).toBe('broken');
  });
  test('megabytes are read in linear time', () => {
    expect(parseJson(`"${'a'.repeat(5_000_000)}"`).is).toBe('parsed');
    expect(parseJson(`"${'\\'.repeat(1_000_001)}"`).is).toBe('broken');
  });
});
