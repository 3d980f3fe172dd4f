import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sRegistries } from '../../../src/kinds/k3s/k3s-registries.ts';

const path = '/etc/rancher/k3s/registries.yaml';
const unit = { '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n' };
const learn = (files: Readonly<Record<string, FileSpec>>) => settle(k3sRegistries.learn({}, rootAccount), answerer({ files: { ...unit, ...files } }));

const content = `mirrors:
  docker.io:
    endpoint: ["http://mirror.example"]
configs:
  mirror.example:
    auth:
      username: robot
    tls:
      key_file: /etc/ssl/robot.pem
`;

test('mirrors, credentials, keys and what is insecure, each with its line', () => {
  const fact = learn({ [path]: { content, mode: '0600' }, '/etc/ssl/robot.pem': { content: '', mode: '0640' } });
  expect(fact).toMatchObject({
    is: 'known',
    value: {
      mode: 0o600,
      heeded: true,
      refused: [],
      ignored: [],
      mirrors: ['docker.io'],
      credentials: ['mirror.example'],
      insecure: [{ registry: 'docker.io', endpoint: 'http://mirror.example', how: 'http' }],
      keys: [{ path: '/etc/ssl/robot.pem', mode: 0o640 }],
    },
  });
  expect(fact.is === 'known' && fact.where.get('insecure.0')).toEqual([{ path, line: 3, column: 16 }]);
});

test('no password is kept', () => {
  const fact = learn({ [path]: content.replace('username: robot', 'password: example-secret') });
  expect(JSON.stringify(fact)).not.toContain('example-secret');
});

test('a broken file is refused, and nothing else of it is known', () => {
  const fact = learn({ [path]: 'mirrors: [\n' });
  expect(fact).toMatchObject({ is: 'known', value: { refused: [expect.stringContaining('is not valid YAML')] } });
  expect(fact.is === 'known' && [...fact.gaps.keys()]).toEqual(['ignored', 'insecure', 'mirrors', 'credentials', 'keys']);
});

test('no file is none, a closed one unknown', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
  expect(learn({ [path]: { content, blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
