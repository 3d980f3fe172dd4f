import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Release, releaseOf } from '../../../src/facts/containers/podman-release.ts';
import { parseFlags } from '../../../src/facts/podman/podman-flags.ts';
import { commandOf } from '../../../src/facts/quadlet/quadlet-command.ts';
import { parseQuadlet } from '../../../src/facts/quadlet/quadlet-text.ts';
import { splitWords } from '../../../src/facts/systemd/words.ts';

/** ExecStart= (of a pod: ExecStartPre=) that the generator of Podman 5.4.2 made of each file, run with -dryrun. */
const recorded = JSON.parse(readFileSync(new URL('quadlet-commands-5.4.2.json', import.meta.url), 'utf8')) as readonly {
  readonly name: string;
  readonly text: string;
  readonly command: string;
}[];

const where = { path: '/q' };
const release = releaseOf('5.4.2') as Release;
/** What the generator adds by itself, and what plays no part here. */
const passed =
  /^(name|cidfile|replace|rm|sdnotify|detach|infra-name|infra-conmon-pidfile|exit-policy|pod-id-file|service-container|label|init|tmpfs|read-only-tmpfs|log-level|annotation)$/;
const told = (flags: readonly { name: string; value: string }[]): string[] =>
  flags
    .filter((f) => !passed.test(f.name) && !(f.name === 'env' && !f.value.includes('=')))
    .map((f) => `${f.name} ${f.name.startsWith('cap-') ? f.value.toLowerCase() : f.value.replace(/^type=bind,(.*)$/, '$1')}`)
    .sort();

describe('the flags are those that the generator of Podman 5.4.2 wrote', () => {
  it.each(recorded)('$name', ({ name, text, command }) => {
    const parsed = parseQuadlet(text, '/q/x', release);
    if (parsed.is !== 'parsed') throw new Error(parsed.said);
    const ending = name.slice(name.lastIndexOf('.') + 1);
    const words = splitWords(command, true).words;
    const from = words.findIndex((w) => w === 'run' || w === 'create' || w === 'play') + 1;
    const theirs = parseFlags(
      words.slice(from).map((w) => ({ text: w, where })),
      ending === 'kube',
    );
    const absolute = (value: string): string => value.replace(/^\.\//, '/q/').replace(/=\.\//, '=/q/').replace(/^src=/, 'source=').replace(/,src=/, ',source=');
    const mine = commandOf(ending, parsed.text.assignments, (t) => t).flags.map((f) => ({ ...f, value: absolute(f.value) }));
    // The generator writes its own default, `split`.
    const expected = told(theirs).filter((f) => f !== 'cgroups split');
    expect(told(mine)).toEqual(expected);
  });
});

describe('flags', () => {
  const parse = (line: string): string[] =>
    parseFlags(
      splitWords(line).words.map((text) => ({ text, where })),
      false,
    ).map((f) => `${f.name}=${f.value}`);
  it.each<[string, string[]]>([
    ['--privileged', ['privileged=true']],
    ['--privileged=false', ['privileged=false']],
    ['--privileged x --pid host', ['privileged=true']],
    ['--pid host --net=host', ['pid=host', 'network=host']],
    ['-v /a:/b -itv=/c:/d -p8080:80 -m 1g', ['volume=/a:/b', 'interactive=true', 'tty=true', 'volume=/c:/d', 'publish=8080:80', 'memory=1g']],
    ['--made-up x --pid host', ['made-up=x', 'pid=host']],
    ['-- --privileged', []],
    ['--pid', ['pid=true']],
  ])('%s', (line, wanted) => expect(parse(line)).toEqual(wanted));
  it('do not end at a word for kube play', () => {
    const words = ['x.yaml', '--network', 'host'].map((text) => ({ text, where }));
    expect(parseFlags(words, true)).toMatchObject([{ name: 'network', value: 'host' }]);
  });
});

describe('what systemd or a module fills in', () => {
  const command = (text: string) => {
    const parsed = parseQuadlet(`[Container]\nImage=x\n${text}`, '/q', release);
    if (parsed.is !== 'parsed') throw new Error(parsed.said);
    return commandOf('container', parsed.text.assignments, (t) => t);
  };
  it.each(['PodmanArgs=$EXTRA', 'PodmanArgs=${EXTRA}', 'PodmanArgs=--${EXTRA}', 'Network=$NET', 'ContainersConfModule=x.conf'])(
    '%s may become any flag',
    (text) => expect(command(text).open).toBeDefined(),
  );
  it.each([
    ['PodmanArgs=--pid=${PID}', 'pid'],
    ['PodmanArgs=--pid ${PID}', 'pid'],
    ['Volume=${BOOKS}/comics:/books', 'volume'],
    ['Rootfs=${ROOT}', 'rootfs'],
  ])('%s decides one flag', (text, name) => {
    expect(command(text).open).toBeUndefined();
    expect([...(command(text).filled?.keys() ?? [])]).toEqual([name]);
  });
  it.each(['PodmanArgs=--label=$$x', 'Environment=A=$B', 'Environment=A=${B}', 'PodmanArgs=--init', 'HealthCmd=test $x', 'Volume=/a/$NAME:/b'])(
    '%s decides none',
    (text) => {
      expect(command(text).open).toBeUndefined();
      expect(command(text).filled).toBeUndefined();
    },
  );
});
