import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { parseBluechi } from '../../../src/facts/vehicle/bluechi-file.ts';
import { bluechi } from '../../../src/kinds/vehicle/bluechi.ts';

/** What inih (r55) hands over for the same text, joined as BlueChi joins it. */
test('a file is read as inih reads it', () => {
  const text =
    '[bluechi-controller]\nUseTCP=true\nUseTCP=false\nAllowed=a,\n  b,\n\n  d\n# x\n ; y\n  e;f\nK: v\nP=1;2\nQ= ;x\nR="q"\n[s] trailing\nZ=1 # not\n   [x]\nAfter=1\n';
  const options = Object.fromEntries([...parseBluechi(text, '').options].map(([key, o]) => [key.replace('\n', '.'), o.value]));
  expect(options).toEqual({
    'bluechi-controller.UseTCP': 'truefalse',
    'bluechi-controller.Allowed': 'a,b,de;f',
    'bluechi-controller.K': 'v',
    'bluechi-controller.P': '1;2',
    'bluechi-controller.Q': '',
    'bluechi-controller.R': '"q"',
    's.Z': '1 # not[x]',
    's.After': '1',
  });
});

test.each([
  ['[y\nB=3\n', 1],
  ['A=1\nnonsense\n', 2],
  [`A=1\nB=${'x'.repeat(500)}\n`, 2],
])('%j does not parse', (text, line) => {
  expect(parseBluechi(text, '').broken?.line).toBe(line);
});

const learn = (files: HostSpec['files']): Known => settle(bluechi.learn({}, rootAccount), answerer({ files: files ?? {} })) as Known;
const conf = '/etc/bluechi/controller.conf';

describe('the controller', () => {
  test('defaults', () => {
    expect(learn({ [conf]: '' }).value).toMatchObject({
      project: 'bluechi',
      useTcp: true,
      useUds: false,
      port: 842,
      allowedNodeNames: [],
      heartbeatInterval: 0,
      nodeHeartbeatThreshold: 6000,
      closed: false,
    });
  });
  test('the order of the files; the loser is told', () => {
    const fact = learn({
      '/usr/share/bluechi/config/controller.conf': '[bluechi-controller]\nControllerPort=1\n',
      [conf]: '[bluechi-controller]\nControllerPort=2\n',
      '/etc/bluechi/controller.conf.d/a.conf': '[bluechi-controller]\nControllerPort=3\n',
      '/etc/bluechi/controller.conf.d/a.txt': 'ControllerPort=4\n',
    });
    expect(fact.value.port).toBe(3);
    expect(fact.where.get('port')?.map((w) => w.said)).toEqual([undefined, 'had set 2', 'had set 2']);
  });
  test.each([
    ['true', true],
    ['T', true],
    ['Yes', true],
    ['y', true],
    ['ON', true],
    ['1', false],
    ['false', false],
    ['enabled', false],
  ])('UseTCP=%s is %s', (text, wanted) => {
    expect(learn({ [conf]: `[bluechi-controller]\nUseTCP=${text}\n` }).value.useTcp).toBe(wanted);
  });
  test('a key that stands twice in a file is joined, and so no boolean', () => {
    expect(learn({ [conf]: '[bluechi-controller]\nUseTCP=true\nUseTCP=true\n' }).value.useTcp).toBe(false);
  });
  test('absent without files, unknown when one may not be read', () => {
    expect(learn({}).exists).toBe(false);
    expect(learn({ [conf]: { blocked: 'denied' } })).toMatchObject({ is: 'unknown' });
    expect(learn({ '/etc/bluechi/controller.conf.d': { type: 'directory', blocked: 'denied' } })).toMatchObject({ is: 'unknown' });
  });
  test('hostile names are data', () => {
    expect(learn({ [conf]: '[__proto__]\nx=1\n[bluechi-controller]\n__proto__=1\nconstructor=2\n' }).value.useTcp).toBe(true);
  });
});
