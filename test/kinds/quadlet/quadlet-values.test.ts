import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { quadletValues } from '../../../src/kinds/quadlet/quadlet-values.ts';

const path = '/etc/containers/systemd/a.container';
const learn = (files: Readonly<Record<string, FileSpec>>, version = '5.4.2') =>
  settle(quadletValues.learn({ path }, rootAccount), answerer({ files, commands: { 'podman --version': { stdout: `podman version ${version}\n` } } }));
const unit = (lines: string): Readonly<Record<string, FileSpec>> => ({ [path]: `[Container]\nImage=quay.io/a:1\n${lines}\n` });

test.each([
  ['PublishPort=0:80', 'PublishPort', '0:80'],
  ['PodmanArgs=-p 0:80', 'PodmanArgs', '--publish=0:80'],
  ['Volume=a:b', 'Volume', 'a:b'],
  ['[Service]\nType=oneshot\nRestart=always', 'Restart', 'always'],
])('%s is refused, and the key and its line are told', (lines, key, value) => {
  const fact = learn(unit(lines));
  expect(fact).toMatchObject({ is: 'known', value: { refused: [{ key, value }] } });
  expect(fact.is === 'known' && fact.where.get('refused.0')).toEqual([{ path, line: lines.split('\n').length + 2 }]);
});

test('what has no effect stands apart', () => {
  expect(learn(unit('AutoUpdate=yes'))).toMatchObject({ is: 'known', value: { refused: [], idle: [{ key: 'AutoUpdate', value: 'yes' }] } });
});

test('the instance of a template, what the host alone tells and variables are not judged', () => {
  expect(learn(unit('ContainerName=%H-%m\nPublishPort=${P}:80\nLabel=a=%%x'))).toMatchObject({ is: 'known', value: { refused: [] } });
});

test('releases differ', () => {
  const mount = unit('Mount=type=artifact,source=a,destination=/b');
  expect(learn(mount, '5.4.2')).toMatchObject({ value: { refused: [{ key: 'Mount' }] } });
  expect(learn(mount, '5.5.0')).toMatchObject({ value: { refused: [] } });
});

test('a file that is not there is none; one that may not be read is unknown', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
  expect(learn({ [path]: { content: 'x', blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
