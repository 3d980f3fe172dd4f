/** Remedy steps: their words, their homes, and lines that a shell reads as they were meant. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { shellLine } from '../../src/verdicts/shell-line.ts';
import { type Act, acts, atHome, type Step, shellOf, stepKeys, tellStep } from '../../src/verdicts/steps.ts';
import { fc } from '../property.ts';

describe('each step', () => {
  const table: { readonly [A in Act]: readonly [Step & { readonly [K in A]: unknown }, { line: string; isCommand: boolean; as?: string; content?: string }] } =
    {
      package: [
        { package: { debian: 'uidmap', suse: 'shadow' }, command: ['apt-get', 'install', '--yes', 'uidmap'] },
        { line: 'apt-get install --yes uidmap', isCommand: true },
      ],
      set: [
        { set: '/etc/c.conf', format: 'toml', key: 'engine.service_timeout', value: 0 },
        { line: 'in /etc/c.conf below [engine] set service_timeout = 0', isCommand: false },
      ],
      unset: [
        { unset: '/k3d.yaml', format: 'yaml', key: 'options.k3d.wait' },
        { line: 'in /k3d.yaml take out options.k3d.wait', isCommand: false },
      ],
      dropIn: [
        { dropIn: 'user@.service', name: 'zz-delegate', keys: { Service: { Delegate: 'cpu' } } },
        { line: 'write /etc/systemd/system/user@.service.d/zz-delegate.conf', isCommand: false, content: '[Service]\nDelegate=cpu\n' },
      ],
      sysctl: [
        { sysctl: 'net.ipv4.ip_forward', value: 1 },
        { line: 'in /etc/sysctl.d/zz-net-ipv4-ip_forward.conf set net.ipv4.ip_forward = 1, then systemctl restart systemd-sysctl.service', isCommand: false },
      ],
      module: [{ module: 'tun' }, { line: 'echo tun >/etc/modules-load.d/tun.conf && modprobe tun', isCommand: true }],
      bootArgument: [
        { bootArgument: 'a=0', do: 'remove', file: '/etc/default/grub', command: ['update-grub'] },
        { line: 'take a=0 out of GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub', isCommand: false },
      ],
      subid: [
        { subid: '/etc/subgid', account: 'a/e id.b', start: 100000, count: 65536 },
        { line: "touch /etc/subgid && sed -i '/^a\\/e id\\.b:/d' /etc/subgid && echo 'a/e id.b:100000:65536' >>/etc/subgid", isCommand: true },
      ],
      linger: [{ linger: 'driver' }, { line: 'loginctl enable-linger driver', isCommand: true }],
      unit: [
        { unit: 'podman.socket', do: 'enable-now', manager: 'user' },
        { line: 'systemctl --user enable --now podman.socket', isCommand: true },
      ],
      network: [
        { network: 'k3d', do: 'recreate' },
        { line: 'podman network rm k3d && podman network create k3d', isCommand: true },
      ],
      write: [
        { write: '/etc/a b', content: 'x\n', mode: '0600' },
        { line: 'write /etc/a b, mode 0600', isCommand: false, content: 'x\n' },
      ],
      chmod: [
        { chmod: '/etc/a b', mode: '0600' },
        { line: "chmod 0600 '/etc/a b'", isCommand: true },
      ],
      prepend: [
        { prepend: '/x', content: 'a\nb\n' },
        { line: 'put 2 lines (a …) at the top of /x', isCommand: false, content: 'a\nb\n' },
      ],
      copy: [
        { copy: '/usr/a', to: '/etc/a' },
        { line: 'copy /usr/a to /etc/a', isCommand: false },
      ],
      chown: [
        { chown: '/x', owner: 'a:b' },
        { line: 'chown a:b /x', isCommand: true },
      ],
      link: [
        { link: '/var/run/docker.sock', to: '/run/it$' },
        { line: "ln -sfn '/run/it$' /var/run/docker.sock", isCommand: true },
      ],
      remove: [{ remove: '~/.config/x y' }, { line: "rm ~/'.config/x y'", isCommand: true }],
      run: [{ run: ['podman', 'ps', '--format', '{{.Names}} {{.Ports}}'] }, { line: "podman ps --format '{{.Names}} {{.Ports}}'", isCommand: true }],
      manual: [{ manual: 'Buy a disk.' }, { line: 'buy a disk', isCommand: false }],
      verify: [{ verify: ['ls', "it's"] }, { line: String.raw`ls 'it'\''s'`, isCommand: true, as: 'check' }],
    };
  test.each(acts)('%s', (act) => {
    const [step, told] = table[act];
    expect(tellStep(step)).toEqual(told);
    expect(tellStep({ ...step, needs: 'root', note: 'mind' })).toEqual({ ...told, who: 'as root', note: 'mind' });
  });

  test('a check may be words', () => {
    expect(tellStep({ verify: 'the light is green', needs: 'user' })).toEqual({
      line: 'the light is green',
      isCommand: false,
      as: 'check',
      who: 'as the user',
    });
  });

  test('the keys of steps, in the order of reports', () => {
    expect(stepKeys.slice(0, acts.length)).toEqual(acts);
    expect(new Set(stepKeys).size).toBe(stepKeys.length);
    expect(stepKeys).toEqual(expect.arrayContaining(['mode', 'content', 'owner', 'to', 'needs', 'note', 'after', 'destroys', 'cuts', 'undo']));
  });
});

describe('~ is a home', () => {
  test.each<[Step, Step]>([
    [
      { write: '~/a', content: '~/b', note: '~/c' },
      { write: '/h/a', content: '~/b', note: '~/c' },
    ],
    [
      { link: '~', to: '~/x' },
      { link: '/h', to: '/h/x' },
    ],
    [{ run: ['ls', '~', '~/x', 'a~/x', '~bob/x'] }, { run: ['ls', '/h', '/h/x', 'a~/x', '~bob/x'] }],
    [
      { chown: '~/a', owner: '~/b' },
      { chown: '/h/a', owner: '~/b' },
    ],
    // Whoever checks is somebody with a home of their own.
    [{ verify: ['ls', '~/x'] }, { verify: ['ls', '~/x'] }],
    [{ manual: '~/x' }, { manual: '~/x' }],
  ])('%j', (step, homed) => {
    expect(atHome(step, '/h')).toEqual(homed);
  });
});

test('a line is read back by sh as the words that it was made from', () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(...`ab ~/'"\\$\`*?[]{}()<>|&;!#=\n\t%éZ`), maxLength: 6 }),
    fc.constantFrom('~', '~/', '~/a b', '~root', '-n', ''),
  );
  const vectors = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), { numRuns: 1500, seed: 7 });
  const script = vectors.map((argv) => `told ${shellLine(argv)}`).join('\n');
  const out = execFileSync('sh', ['-c', `told() { for w; do printf '%s\\0' "$w"; done; printf '\\1'; }\n${script}`], { env: { HOME: '/h' }, encoding: 'utf8' });
  const home = (text: string): string => text.replace(/^~(?=\/|$)/, '/h');
  expect(out.split('\u0001').slice(0, -1)).toEqual(vectors.map((argv) => argv.map((w) => `${home(w)}\0`).join('')));
});

test.each([
  [{ cuts: 'root, and whoever has no key on this host' }, 'cuts off root, and whoever has no key on this host'],
  [{ cuts: 'stops the cluster' }, 'stops the cluster'],
  [{ cuts: 'what has been noted only so far is refused from now on' }, 'what has been noted only so far is refused from now on'],
  [{ destroys: 'the keys in it' }, 'loses the keys in it'],
  [{ destroys: 'images have to be pulled again' }, 'images have to be pulled again'],
])('what a step costs is told as a clause: %j', (beside, note) => {
  expect(tellStep({ run: ['x'], ...beside }).note).toBe(note);
});

test('many kernel parameters in one go do not run into the start limit of systemd-sysctl.service', () => {
  const lines = shellOf({ sysctl: 'kernel.sysrq', value: '16' });
  expect(lines?.slice(-2)).toEqual(['systemctl reset-failed systemd-sysctl.service', 'systemctl restart systemd-sysctl.service']);
});
