import { expect, test } from 'vitest';
import { mistakesIn } from '../../../src/facts/k3s/registries-form.ts';
import { insecureIn, isLoopback, schemeOf } from '../../../src/facts/k3s/registry-endpoints.ts';
import type { TextNode } from '../../../src/facts/text/node.ts';
import { parseYaml } from '../../../src/facts/text/yaml.ts';

function rootOf(text: string): TextNode {
  const parsed = parseYaml(text, { version: '1.1' });
  if (parsed.is === 'broken') throw new Error(parsed.problem.message);
  return parsed.root;
}

test.each([
  ['https://mirror.example', 'https'],
  ['HTTP://mirror.example', 'http'],
  ['mirror.example:5000', 'https'],
  ['localhost:5000', 'http'],
  ['localhost:443', 'https'],
  ['localhost', 'https'],
  ['127.0.0.1:5000/v2', 'http'],
  ['[::1]:5000', 'http'],
  ['user@localhost:5000', 'http'],
])('%s is asked over %s', (endpoint, scheme) => {
  expect(schemeOf(endpoint)).toBe(scheme);
});

test.each([
  ['localhost:5000', true],
  ['127.8.9.1', true],
  ['[::1]:5000', true],
  ['::1', true],
  ['localhost.example', false],
  ['1127.0.0.1', false],
  ['192.0.2.1:5000', false],
])('%s is this host: %s', (host, here) => {
  expect(isLoopback(host)).toBe(here);
});

test('what is insecure stands with its registry', () => {
  const root = rootOf('mirrors:\n  "*":\n    endpoint: ["http://a.example"]\nconfigs:\n  b.example:\n    tls:\n      insecure_skip_verify: on\n');
  expect(insecureIn(root)).toMatchObject([
    { registry: 'all other registries', endpoint: 'http://a.example', how: 'http', at: { line: 3 } },
    { registry: 'b.example', how: 'unverified', at: { line: 7 } },
  ]);
});

test.each([
  ['an empty file', '', []],
  [
    'all that there is',
    'mirrors: { a: { endpoint: [x], rewrite: { y: z } } }\nconfigs: { a: { auth: { username: 1 }, tls: { ca_file: c } } }\nauths: {}\n',
    [],
  ],
  ['a section without content', 'mirrors:\nconfigs:\n', []],
  ['a text for a list', 'mirrors: { a: { endpoint: x } }\n', ['stops mirrors.a.endpoint']],
  ['a list in a list', 'mirrors: { a: { endpoint: [[x]] } }\n', ['stops mirrors.a.endpoint.0']],
  ['a number for a switch', 'configs: { a: { tls: { insecure_skip_verify: 1 } } }\n', ['stops configs.a.tls.insecure_skip_verify']],
  ['a key of another program', 'mirrors: { a: { endpoints: [x] } }\n', ['passed mirrors.a.endpoints']],
  ['a section a level too deep', 'mirrors: { configs: { a: { auth: {} } } }\n', ['passed mirrors.configs']],
  ['a key twice', 'configs: { a: {}, a: {} }\n', ['passed configs.a']],
])('%s', (_, text, wanted) => {
  expect(mistakesIn(rootOf(text)).map(({ key, stops }) => `${stops ? 'stops' : 'passed'} ${key}`)).toEqual(wanted);
});
