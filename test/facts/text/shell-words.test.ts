import { describe, expect, it } from 'vitest';
import { exportsIn, k3dCommands } from '../../../src/facts/k3d/k3d-commands.ts';
import { assignmentsIn, expand } from '../../../src/facts/text/assignments.ts';
import { commandsIn, formOf } from '../../../src/facts/text/shell-words.ts';

const wanted = new Set(['DOCKER_HOST', 'DOCKER_SOCK']);
const as = { uid: 1000, home: '/home/driver', name: 'driver' };

describe('assignments in start-up files', () => {
  it.each<[string, string, 'shell' | 'pam' | 'systemd', readonly [string, boolean, boolean][]]>([
    ['exported', 'export DOCKER_HOST=unix:///a', 'shell', [['unix:///a', true, false]]],
    ['not exported', 'DOCKER_HOST=unix:///a', 'shell', [['unix:///a', false, false]]],
    ['exported later', 'DOCKER_HOST=unix:///a\nexport DOCKER_HOST', 'shell', [['unix:///a', true, false]]],
    ['under set -a', 'set -a\nDOCKER_HOST=unix:///a', 'shell', [['unix:///a', true, false]]],
    ['declare -x', 'declare -x DOCKER_HOST="unix:///a"', 'shell', [['unix:///a', true, false]]],
    [
      'two in one line',
      'export DOCKER_HOST=a DOCKER_SOCK=b; echo',
      'shell',
      [
        ['a', true, false],
        ['b', true, false],
      ],
    ],
    ['under a condition', 'if [ -S /x ]; then\n  export DOCKER_HOST=a\nfi', 'shell', [['a', true, true]]],
    ['in one line under a condition', 'if true; then export DOCKER_HOST=a; fi', 'shell', [['a', true, true]]],
    ['after a condition', 'if true; then :; fi\nexport DOCKER_HOST=a', 'shell', [['a', true, false]]],
    ['for one command only', 'DOCKER_HOST=a k3d cluster list', 'shell', []],
    ['in a comment', '# export DOCKER_HOST=a', 'shell', []],
    ['another name', 'export SECRET=a', 'shell', []],
    ['pam_env keeps the dollar', 'DOCKER_HOST=unix://$XDG_RUNTIME_DIR/s', 'pam', [['unix://$XDG_RUNTIME_DIR/s', true, false]]],
    ['pam_env allows export and quotes', 'export DOCKER_HOST="a"', 'pam', [['a', true, false]]],
    ['environment.d', 'DOCKER_HOST=${XDG_RUNTIME_DIR}/s', 'systemd', [['${XDG_RUNTIME_DIR}/s', true, false]]],
  ])('%s', (_, text, dialect, expected) => {
    expect(assignmentsIn(text, '/f', wanted, dialect).map((a) => [a.raw, a.exported, a.conditional])).toEqual(expected);
  });

  // Tried on the generator of systemd 252, 30-systemd-environment-d-generator.
  it.each([
    ["DOCKER_HOST='unix://$XDG_RUNTIME_DIR/s'", false],
    ['DOCKER_HOST="unix://$XDG_RUNTIME_DIR/s"', false],
    ['DOCKER_HOST=unix:///run/user/$(id -u)/s', true],
    ['DOCKER_HOST=unix:///run/user/`id -u`/s', true],
  ])('environment.d fills variables in between any quotes, and commands nowhere: %s', (text, literal) => {
    expect(assignmentsIn(text, '/f', wanted, 'systemd').map((a) => a.literal)).toEqual([literal]);
  });

  it.each([
    ['unix://$XDG_RUNTIME_DIR/podman/podman.sock', false, 'unix:///run/user/1000/podman/podman.sock'],
    ['unix://${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/p.sock', false, 'unix:///run/user/1000/p.sock'],
    ['/run/user/$(id -u)/p.sock', false, '/run/user/1000/p.sock'],
    ['${HOME}/p.sock', false, '/home/driver/p.sock'],
    ['$XDG_RUNTIME_DIR/p', true, '$XDG_RUNTIME_DIR/p'],
    ['$OTHER/p', false, undefined],
    ['`cat /x`', false, undefined],
  ])('expands %s', (raw, literal, value) => {
    expect(expand({ raw, literal }, as).value).toBe(value);
  });
});

describe('commands in scripts', () => {
  const words = (text: string, path = 'x.sh'): string[] =>
    commandsIn(text, formOf(path)).map((c) => `${c.line}: ${c.words.map((w) => w.text + (w.dynamic ? '?' : '')).join('|')}`);

  it.each<[string, string, string, string[]]>([
    ['quotes', 'x.sh', `a 'b c' "d e" f\\ g`, ['1: a|b c|d e|f g']],
    ['continuation', 'x.sh', 'a \\\n  b\nc', ['1: a|b', '3: c']],
    ['separators', 'x.sh', 'a && b || c; d & e', ['1: a', '1: b', '1: c', '1: d', '1: e']],
    ['known variable', 'x.sh', 'NET=k3d\nrun --network $NET', ['1: NET=k3d', '2: run|--network|k3d']],
    ['unknown variable', 'x.sh', 'run --network "$NET"', ['1: run|--network|$NET?']],
    ['reassigned from a command', 'x.sh', 'N=a\nN=$(b)\nrun $N', ['1: N=a', '2: N=$(b)?', '3: run|$N?']],
    ['Makefile', 'Makefile', 'up:\n\t@-run $$X $(Y)', ['1: up:', '2: run|$X?|$(Y)?']],
    ['CI description', 'ci.yml', '  - run: k3d cluster create', ['1: k3d|cluster|create']],
    ['document', 'a.md', '    $ k3d cluster create', ['1: k3d|cluster|create']],
    ['unclosed', 'x.sh', 'a "b', ['1: a|b']],
  ])('%s', (_, path, text, expected) => {
    expect(words(text, path)).toEqual(expected);
  });

  it.each([
    ['sudo --preserve-env=DOCKER_HOST --preserve-env=DOCKER_SOCK k3d cluster create x', { name: 'x', keeps: ['DOCKER_HOST', 'DOCKER_SOCK'] }],
    ['sudo -E k3d cluster create', { keeps: ['*'] }],
    ['sudo -u root -- /usr/local/bin/k3d cluster create', { keeps: [] }],
    ['sudo DOCKER_HOST=unix:///a k3d cluster create', { keeps: ['DOCKER_HOST'] }],
    ['env DOCKER_HOST=a k3d --verbose cluster create x --network=k3d', { name: 'x', network: 'k3d' }],
    [
      'k3d cluster create -a 2 -s3 --k3s-arg "--x=y@server:*;agent:*" x',
      { name: 'x', agents: 2, servers: 3, args: [{ arg: '--x=y', filters: ['server:*', 'agent:*'] }] },
    ],
    [
      "k3d cluster create --k3s-arg '--kubelet-arg=feature-gates=KubeletInUserNamespace=true@server:*'",
      { args: [{ arg: '--kubelet-arg=feature-gates=KubeletInUserNamespace=true', filters: ['server:*'] }] },
    ],
    ['k3d registry create --default-network podman mycluster-registry', { does: 'registry-create', name: 'mycluster-registry', registryNetwork: 'podman' }],
    ['k3d cluster create --api-port 127.0.0.1:6550 --no-lb x', { name: 'x', apiHost: '127.0.0.1' }],
    ['k3d cluster create --registry-use a --registry-use=b:5000', { use: ['a', 'b:5000'] }],
  ])('reads %s', (text, expected) => {
    const [plan, ...more] = k3dCommands(text, '/s.sh');
    expect(more).toEqual([]);
    const found = {
      does: plan?.does,
      name: plan?.name?.value,
      network: plan?.network?.value,
      agents: plan?.agents?.value,
      servers: plan?.servers?.value,
      apiHost: plan?.apiHost?.value,
      registryNetwork: plan?.registryNetwork?.value,
      keeps: plan?.sudo?.keeps,
      args: plan?.args.map((a) => a.value),
      use: plan?.registryUse.map((u) => u.value),
    };
    expect(found).toMatchObject(expected);
  });

  it.each(['echo k3d cluster create', 'k3d cluster list', '# k3d cluster create', 'grep "k3d cluster create" x', 'k3d cluster delete create'])(
    'does not take %s for one',
    (text) => {
      expect(k3dCommands(text, '/s.sh')).toEqual([]);
    },
  );

  it('leaves everything open when the flags are made at run time', () => {
    expect(k3dCommands('k3d cluster create "$@"', '/s.sh')[0]?.gaps.has('')).toBe(true);
  });

  it('keeps the variables that the script has set before', () => {
    expect(
      [...exportsIn('export DOCKER_HOST=ssh://core@localhost:53685\nexport DOCKER_SOCKET=/run/x\n', '/s.sh')].map(([n, v]) => [n, v.value, v.where.line]),
    ).toEqual([
      ['DOCKER_HOST', 'ssh://core@localhost:53685', 1],
      ['DOCKER_SOCKET', '/run/x', 2],
    ]);
  });

  it('stays linear on hostile lines', () => {
    const start = performance.now();
    for (const line of ['('.repeat(1e5), '$('.repeat(5e4), '"'.repeat(1e5), "a='".repeat(5e4), `${'k3d '.repeat(3e4)}cluster create`, '\\'.repeat(1e5)]) {
      k3dCommands(line, '/s.sh');
      assignmentsIn(line, '/s', wanted, 'shell');
    }
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
