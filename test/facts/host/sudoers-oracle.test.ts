/** What sudo itself does with random sudoers files. */
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { everybodysRoot, freeRoot } from '../../../src/facts/host/sudo-root.ts';
import { readSudoers, sudoOf, whoIs } from '../../../src/facts/host/sudoers.ts';
import { settle } from '../../../src/facts/settle.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { group, sudoTells } from './sudo.ts';

const pick = (...words: string[]) => fc.constantFrom(...words);
const joined = (word: fc.Arbitrary<string>, most = 3) => fc.array(word, { minLength: 1, maxLength: most }).map((w) => w.join(', '));
const not = pick('', '', '', '!', '!!', '! ');
const user = fc
  .tuple(not, pick('edge', 'edge', 'ALL', '%ops', '%#900', '#1000', 'PEOPLE', 'other', '%root', 'Edge', '"edge"', '%OPS', '%sudo'))
  .map((w) => w.join(''));
const host = fc
  .tuple(not, pick('ALL', 'ALL', 'ALL', hostname(), 'other', 'HERE', hostname().toUpperCase(), `${hostname().slice(0, 2)}*`))
  .map((w) => w.join(''));
const runas = fc.oneof(
  { weight: 2, arbitrary: pick('', '(ALL) ', '(ALL:ALL) ', '(root)', '( root : root )', '(www-data) ', '(:ops) ') },
  joined(
    fc.tuple(not, pick('ALL', 'root', 'www-data', '#0', 'WEB', '%root', '#33')).map((w) => w.join('')),
    2,
  ).map((l) => `(${l}) `),
);
const tags = pick('', '', 'NOPASSWD: ', 'NOPASSWD:', 'PASSWD : ', 'SETENV: NOPASSWD: ', 'NOEXEC: ', 'CWD=/ NOPASSWD: ', 'TIMEOUT=1m ');
const command = fc
  .tuple(not, pick('ALL', 'ALL', 'ALL', '/usr/bin/id', '/usr/bin/id -u\\, x', 'EACH', 'FEW', 'sudoedit /etc/x', '/bin/a ""', '/bin/a b\\:c'))
  .map((w) => w.join(''));
const one = fc.tuple(runas, tags, command).map((w) => w.join(''));
const each = fc.tuple(joined(host, 2), pick(' = ', '='), joined(one)).map((w) => w.join(''));
const rule = fc
  .tuple(
    joined(user),
    pick(' ', '  ', '\t'),
    fc.array(each, { minLength: 1, maxLength: 2 }).map((e) => e.join(' : ')),
  )
  .map((w) => w.join(''));
const scope = fc.oneof(
  pick('', ':edge', ':ops', '@ALL', '@other', '>root', '>www-data', '>ALL', '!ALL', '!/usr/bin/id', ':PEOPLE', '>WEB', '!EACH'),
  joined(user, 2).map((l) => `:${l}`),
);
const setting = pick(
  'authenticate',
  '!authenticate',
  'targetpw',
  '!targetpw',
  'rootpw',
  'exempt_group=ops',
  'lecture=never',
  '! authenticate',
  '!exempt_group',
  'env_keep += "A B"',
);
const defaults = fc.tuple(scope, joined(setting, 2)).map(([s, l]) => `Defaults${s} ${l}`);
const alias = fc.oneof(
  joined(pick('edge', 'ALL', '!edge', '%ops', 'x', '!%ops'), 2).map((l) => `User_Alias PEOPLE = ${l}`),
  joined(pick('root', 'ALL', '!root', 'www-data'), 2).map((l) => `Runas_Alias WEB = ${l}`),
  joined(pick('ALL', hostname(), `!${hostname()}`, 'other'), 2).map((l) => `Host_Alias HERE = ${l} : NONE = other`),
  joined(pick('ALL', '!ALL', '/usr/bin/id', 'FEW'), 2).map((l) => `Cmnd_Alias EACH = ${l}`),
  joined(pick('/bin/a', 'ALL', '/bin/b \\= c'), 2).map((l) => `Cmnd_Alias FEW = ${l}`),
);
const after = pick('', '', ' ', ' # x', '#x', ' \\\n ', '\t# NOPASSWD: ALL', ' # 5');
const line = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: rule },
      { weight: 2, arbitrary: defaults },
      { weight: 2, arbitrary: alias },
      {
        weight: 1,
        arbitrary: pick('# edge ALL=ALL', '#includedir /etc/sudoers.d', '@include /etc/sudoers.d/x', 'nonsense', 'edge ALL = id', 'edge ALL = ALL #5'),
      },
    ),
    after,
  )
  .map((w) => w.join(''));
const text = fc.array(line, { maxLength: 5 }).map((l) => `${l.join('\n')}\n`);

test('who becomes root is whom sudo lets', { ...oracle('mounts', 'setpriv', 'visudo'), timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(text, fc.option(text, { nil: undefined, freq: 3 }), (sudoers, more) => {
      const files = { sudoers, ...(more === undefined ? {} : { 'sudoers.d/x': more }) };
      const told = sudoTells(files, 'edge');
      const found = settle(readSudoers(), answerer({ files: Object.fromEntries(Object.entries(files).map(([p, t]) => [`/etc/${p}`, t])) }));
      const who = whoIs({ name: 'edge', uid: 1000, gid: 1000, home: '/' }, group);
      const own = { host: hostname() };
      expect({
        free: freeRoot(found.statements, who, own) !== undefined,
        anybody: everybodysRoot(found.statements, own) !== undefined,
        allowed: sudoOf({ statements: found.statements.filter((s) => s.is !== 'defaults'), ...own }, who).allowed,
      }).toEqual(told);
    }),
    { numRuns: tries(50) },
  );
});
