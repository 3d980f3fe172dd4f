/** Cases of k3s-io/k3s:pkg/configfilearg/parser_test.go and defaultparser_test.go, in our words. */
import { expect, test } from 'vitest';
import { commandArguments, commandLine, configNamed } from '../../../src/facts/k3s/command-arguments.ts';
import { type ConfigFile, configArguments, isConfigDropIn } from '../../../src/facts/k3s/config-arguments.ts';
import { parseYaml } from '../../../src/facts/text/yaml.ts';

function file(path: string, text: string): ConfigFile {
  const parsed = parseYaml(text, { version: '1.1' });
  if (parsed.is !== 'parsed' || parsed.root.is !== 'map') throw new Error(`${path} holds no keys`);
  return { path, entries: parsed.root.entries };
}

const texts = (...files: string[]): string[] => configArguments(files.map((text, at) => file(`${at}.yaml`, text))).map(({ flag, value }) => `${flag}=${value}`);

test('files in order: the last one wins for a key, `+` appends, keys stand where they were first seen', () => {
  const main = 'word: first\nlist:\n- 1\n- "2"\n- ""\n- three\nempty:\nx: b\nlast: true\n';
  const second = 'word: second\nlist:\n- 1\n- "1.5"\n- ""\none: a\nmany: [a, b]\nother: [a, b]\noff: false\n';
  const third = 'word: third\none+: b\nmany+: [c]\nother: [c, d]\nnew+: [e, f]\n';
  expect(texts(main, second, third)).toEqual([
    'word=third',
    ...['list=1', 'list=1.5', 'list='],
    'empty=',
    'x=b',
    'last=true',
    ...['one=a', 'one=b'],
    ...['many=a', 'many=b', 'many=c'],
    ...['other=c', 'other=d'],
    'off=false',
    ...['new=e', 'new=f'],
  ]);
});

test.each<[string, string[], string[]]>([
  ['appended to nothing, a value stands alone', ['a:\n', 'a+: b\n'], ['a=b']],
  ['appended to an empty text, that stays', ['a: ""\n', 'a+: b\n'], ['a=', 'a=b']],
  ['nothing that is appended adds nothing', ['a: b\n', 'a+:\n'], ['a=b']],
  ['a key given twice in one file keeps the last', ['a: b\na: c\n'], ['a=c']],
  ['a mode without quotes is octal', ['mode: 0640\n'], ['mode=416']],
  ['a mode in quotes is text', ['mode: "0640"\n'], ['mode=0640']],
  ['yes is true', ['a: yes\n'], ['a=true']],
  ['a list within a list is text', ['a: [[b, c]]\n'], ['a=[b c]']],
])('%s', (_, files, wanted) => expect(texts(...files)).toEqual(wanted));

test('what a later file replaced is told', () => {
  const [one] = configArguments([file('a.yaml', 'x: 1\n'), file('b.yaml', 'x: 2\n'), file('c.yaml', '\nx: 3\n')]);
  expect(one).toMatchObject({ value: '3', where: { path: 'c.yaml', line: 2 } });
  expect(one?.beaten.map(({ value, where }) => `${value} ${where.path}`)).toEqual(['2 b.yaml', '1 a.yaml']);
});

test.each<[string, boolean]>([
  ['10-a.yaml', true],
  ['10-a.yml', true],
  ['10-A.YAML', true],
  ['10-a.Yml', true],
  ['02-ignore.txt', false],
  ['10-a.yaml.bak', false],
])('drop-in %s: %s', (name, wanted) => expect(isConfigDropIn(name)).toBe(wanted));

const where = { path: '/etc/systemd/system/k3s.service', line: 1 };
const command = (...words: string[]) => commandLine(['/usr/local/bin/k3s', ...words], where);

test.each<[string, string[], string | undefined]>([
  ['nothing', ['server'], undefined],
  ['the word behind -c', ['server', '--x', '-c', 'value', 'after'], 'value'],
  ['the word behind --config', ['agent', '--config', 'value'], 'value'],
  ['behind =', ['server', '--config=value'], 'value'],
  ['-c at the end names none', ['server', '-c'], ''],
  ['-c= names none', ['server', '-c='], ''],
])('configuration file: %s', (_, words, wanted) => expect(configNamed(command(...words) as NonNullable<ReturnType<typeof command>>)).toBe(wanted));

test.each<[string, string[], string[]]>([
  ['values behind = and behind a blank', ['server', '--node-name=a', '--node-ip', '192.0.2.1', '-t', 'x'], ['node-name=a', 'node-ip=192.0.2.1', 't=x']],
  ['a flag without a value leaves the next word alone', ['server', '--cluster-init', '--node-name', 'a'], ['cluster-init=true', 'node-name=a']],
  ['one dash is as good as two', ['agent', '-node-name', 'a'], ['node-name=a']],
  ['a value may hold =', ['server', '--kubelet-arg=v=2', '--kubelet-arg', 'max-pods=9'], ['kubelet-arg=v=2', 'kubelet-arg=max-pods=9']],
  ['switched off', ['server', '--cluster-init=false'], ['cluster-init=false']],
])('command line: %s', (_, words, wanted) => {
  const found = command(...words);
  expect(found && commandArguments(found).map(({ flag, value }) => `${flag}=${value}`)).toEqual(wanted);
});

test('other programs and other subcommands start no K3s', () => {
  expect(commandLine(['/usr/sbin/modprobe', 'server'], where)).toBeUndefined();
  expect(command('etcd-snapshot', 'save')).toBeUndefined();
  expect(command()).toBeUndefined();
});
