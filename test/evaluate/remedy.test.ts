/** What a remedy comes to on a host: steps that follow from what was found, and what the host decides. */
import { describe, expect, test } from 'vitest';
import type { HostSpec } from '../../src/collect/composed/composed.ts';
import { loadRule } from '../../src/rules/text/load.ts';
import { judgeOn } from '../../src/try.ts';
import { shellOf, tellStep } from '../../src/verdicts/steps.ts';

const debian = { '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n' };
const passwd = { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\ndriver:x:1000:1000::/home/driver:/bin/sh\n', '/var/lib/systemd/linger/driver': '' };

/** The rule with this check and remedy, judged: the steps of the only failure. */
function stepsOn(host: HostSpec, remedy: string, check = 'forEach: engine\ncheck:\n  - file: /nowhere\n    expect: { exists: true }\n') {
  const text = `id: a.b\ntitle: t\nseverity: low\nwhy: w\n${check}remedy:\n${remedy}`;
  const { rule, problems } = loadRule('a/b.yaml', text);
  expect(problems).toEqual([]);
  return (rule ? judgeOn(rule, host).verdicts : []).find((v) => v.outcome === 'fail')?.remedy ?? [];
}
const told = (...args: Parameters<typeof stepsOn>): string[] => stepsOn(...args).map((s) => `${tellStep(s).who ?? ''}: ${tellStep(s).line}`);

const ofFile = (path: string): string => `check:\n  - file: ${path}\n    expect: { mode: { noMoreThan: "0600" } }\n`;
const ofUser = 'forEach: { user: { rootless: true } }\ncheck:\n  - file: /nowhere\n    expect: { exists: true }\n';

describe('references', () => {
  test('to the subject, the account, facts and the file that decided, as values and within text', () => {
    const remedy = `  - run: [ls, "{each.name}", { each: uid }, "{account.home}/x", "{found.file.mode}"]\n  - chmod: { at: file.mode, otherwise: /etc/other }\n    mode: "0600"\n`;
    const check = 'forEach: { user: { rootless: true } }\ncheck:\n  - file: ~/key\n    expect: { mode: { noMoreThan: "0600" } }\n';
    expect(told({ files: { ...passwd, '/home/driver/key': { content: '', mode: '0644' } } }, remedy, check)).toEqual([
      ': ls driver 1000 /home/driver/x 0644',
      ': chmod 0600 /home/driver/key',
    ]);
  });

  test('the file of a package is not for people to change', () => {
    const remedy = `  - chmod: { at: file.mode, otherwise: /etc/other }\n    mode: "0600"\n`;
    expect(told({ files: { '/usr/lib/key': { content: '', mode: '0644' } } }, remedy, ofFile('/usr/lib/key'))).toEqual([': chmod 0600 /etc/other']);
  });

  test.each([
    ['- run: [ls, "{each.nmae}"]', 6, 'the subject has no "nmae"'],
    ['- run: [ls, "{found.flie.mode}"]', 6, 'unknown fact kind "flie"'],
    ['- run: [ls, "{found.file.mdoe}"]', 6, 'there is no "mdoe" in file'],
    ['- run: [ls, "{item}"]', 6, '"item" has a meaning only beside every'],
    ['- if: { file.mode: "0600", sysctl.value: "1" }\n    run: [ls]', 6, 'the rule does not look at sysctl'],
    ['- if: { file.mode: { above: 3 } }\n    run: [ls]', 6, 'cannot be used on'],
    ['- every: file.mode\n    run: [ls]', 6, 'not a list'],
    ['- run: [ls]\n    after: [rebot]', 7, 'nothing that can be due'],
    ['- unit: a.service\n    do: enabel', 7, 'must be one of'],
  ])('%s is a mistake with its place', (step, line, message) => {
    const text = `id: a.b\ntitle: t\nseverity: low\nwhy: w\nforEach: engine\ncheck: [{ file: /x, expect: { exists: true } }]\nremedy:\n  ${step}\n`;
    const { problems } = loadRule('a/b.yaml', text);
    expect(problems.map((p) => p.message).join()).toContain(message);
    expect(problems[0]?.line).toBe(line + 2);
  });
});

describe('conditions', () => {
  const remedy = `  - if: { file.exists: true }\n    run: [one]\n  - if: [{ file.exists: false, each.rootful: true }, { each.rootful: false }]\n    run: [two]\n  - verify: [look]\n`;
  const check = 'forEach: engine\ncheck:\n  - file: /x\n    expect: { exists: true, mode: "0600" }\n';

  test('leave out what does not follow from the finding', () => {
    expect(told({ files: { '/x': { content: '', mode: '0644' } } }, remedy, check)).toEqual([': one', ': look']);
    expect(told({ files: {} }, remedy, check)).toEqual([': two', ': look']);
  });

  test('on a running host one step, on an image another', () => {
    const remedy = '  - running: true\n    run: [one]\n  - running: false\n    run: [two]\n';
    const host = { files: { '/key': { content: '', mode: '0644' } } };
    expect(told(host, remedy, ofFile('/key'))).toEqual([': one']);
    expect(told({ ...host, kind: 'image' }, remedy, ofFile('/key'))).toEqual([': two']);
  });

  test('that nobody can decide count where no other step is left', () => {
    const unsure = `  - if: { '"file /root/y".exists': true }\n    run: [one]\n  - verify: [look]\n`;
    expect(told({ files: { '/root/y': { blocked: 'denied' }, '/root': { type: 'directory', blocked: 'denied' } } }, unsure, check)).toEqual([
      ': one',
      ': look',
    ]);
    expect(told({ files: {} }, unsure, check)).toEqual([': look']);
  });

  test('a step for each element of a list', () => {
    const each = '  - every: delegation.disabled\n    run: [turn, "{item}"]\n';
    const asks = 'forEach: { user: { rootless: true } }\ncheck:\n  - delegation: true\n    expect: { disabled: { atMost: 0 } }\n';
    const unit = {
      '/usr/lib/systemd/system/user@.service': '[Service]\nDelegate=pids\n',
      '/etc/systemd/system/user.slice': '[Slice]\nDisableControllers=cpu io\n',
    };
    expect(told({ files: { ...passwd, ...unit } }, each, asks)).toEqual([': turn cpu', ': turn io']);
  });
});

describe('what the host decides', () => {
  const pack = '  - package: { debian: uidmap, suse: shadow, fedora: shadow-utils }\n    needs: root\n';
  test.each([
    ['Debian', 'ID=debian\n', 'apt-get install --yes uidmap'],
    ['Tumbleweed', 'ID=opensuse-tumbleweed\nID_LIKE="opensuse suse"\n', 'zypper --non-interactive install shadow'],
    ['SL Micro', 'ID=sl-micro\nID_LIKE="suse"\n', 'transactional-update --non-interactive --continue pkg install shadow'],
    ['Fedora', 'ID=fedora\n', 'dnf install --assumeyes shadow-utils'],
    ['another', 'ID=alpine\n', 'install uidmap (Debian, Ubuntu), shadow-utils (Fedora), shadow (SUSE)'],
  ])('the command that installs, on %s', (_, release, line) => {
    expect(told({ files: { '/etc/os-release': release } }, pack)).toEqual([`as root: ${line}`]);
  });

  test('a distribution that no family has gets the name that others have', () => {
    const named = '  - package: { debian: apparmor, suse: apparmor-parser, other: apparmor }\n    needs: root\n';
    expect(told({ files: { '/etc/os-release': 'ID=alpine\n' } }, named)).toEqual(['as root: install apparmor']);
    expect(told({ files: {} }, named)).toEqual(['as root: install apparmor (Debian, Ubuntu, elsewhere), apparmor-parser (SUSE)']);
  });

  test.each([
    ['{ debian: a, suse: a, fedora: a }', 'install a'],
    ['{ debian: a, fedora: b, rhel: b, other: a }', 'install a (Debian, Ubuntu, elsewhere), b (Fedora, RHEL)'],
  ])('where it is not known, each name once: %s', (names, line) => {
    expect(told({ files: {} }, `  - package: ${names}\n    needs: root\n`)).toEqual([`as root: ${line}`]);
  });

  test('what a package brings is changed in a copy, in words as well', () => {
    const words = '  - manual: "Take it out of {at.file.mode}."\n    needs: root\n';
    const on = (path: string) => stepsOn({ files: { [path]: { content: '', mode: '0644' } } }, words, ofFile(path)).map((s) => tellStep(s).note);
    expect(on('/usr/lib/tmpfiles.d/a.conf')).toEqual(['packages own /usr/lib/tmpfiles.d: a copy in /etc/tmpfiles.d is changed, and counts instead']);
    expect(on('/etc/tmpfiles.d/a.conf')).toEqual([undefined]);
  });

  test('a service that nobody can name is told in words', () => {
    const step = '  - run: [ls]\n    needs: root\n    after: ["restart {found.file.target}"]\n';
    const [one] = stepsOn({ files: { '/key': { content: '', mode: '0644' } } }, step, ofFile('/key'));
    expect(one && tellStep(one).note).toBe('then restart the service that reads it');
  });

  test('where systemd does not run, its commands do not either', () => {
    const unit = '  - unit: firewalld.service\n    do: enable-now\n    needs: root\n';
    const alpine = { '/etc/os-release': 'ID=alpine\n', '/sbin/init': { link: '/bin/busybox' } };
    expect(told({ files: alpine }, unit)).toEqual(['as root: let init start firewalld at boot, and start it if this host runs']);
    expect(told({ files: { ...alpine, '/usr/lib/systemd/systemd': '' } }, unit)).toEqual(['as root: systemctl enable --now firewalld.service']);
    expect(told({ files: debian }, unit)).toEqual(['as root: systemctl enable --now firewalld.service']);
  });

  test('a read-only root has its packages after the next boot', () => {
    const release = { '/etc/os-release': 'ID=sl-micro\nID_LIKE="suse"\n' };
    expect(stepsOn({ files: release }, pack)[0]?.after).toMatchObject([{ do: 'reboot', run: ['systemctl', 'reboot'] }]);
    expect(stepsOn({ files: debian }, pack)[0]?.after).toBeUndefined();
  });

  test('the manager: root has that of the system', () => {
    const unit = '  - unit: podman.socket\n    do: enable-now\n    manager: user\n    needs: user\n';
    expect(told({ files: debian }, unit)).toEqual(['as root: systemctl enable --now podman.socket']);
    expect(told({ files: passwd }, unit, ofUser)).toEqual(['as driver: systemctl --user enable --now podman.socket']);
  });

  test('who may: outside of its home an account may change nothing', () => {
    const write = '  - write: /etc/x\n    content: ""\n    needs: user\n  - write: ~/x\n    content: ""\n    needs: user\n';
    expect(told({ files: passwd }, write, ofUser)).toEqual(['as root: write /etc/x', 'as driver: write /home/driver/x']);
  });

  test('a file of sysctl.d that sorts after the one that overrides', () => {
    const set = '  - sysctl: net.ipv4.ip_forward\n    value: 1\n    needs: root\n';
    const at = (name: string) =>
      shellOf(stepsOn({ files: { ...debian, [`/etc/sysctl.d/${name}`]: 'net.ipv4.ip_forward = 0\n' } }, set)[0] as never)?.join('\n');
    expect(at('99-own.conf')).toContain('/etc/sysctl.d/zz-net-ipv4-ip_forward.conf');
    expect(at('zzz-own.conf')).toContain('/etc/sysctl.d/zzzz-net-ipv4-ip_forward.conf');
  });

  test('the file of boot arguments', () => {
    const boot = '  - bootArgument: a=1\n    do: add\n    needs: root\n    after: [reboot]\n';
    const on = (files: HostSpec['files']) => tellStep(stepsOn({ files: { ...debian, '/proc/cmdline': 'root=/dev/x\n', ...files } }, boot)[0] as never).line;
    expect(on({ '/boot/firmware/cmdline.txt': 'root=/dev/x\n' })).toBe('add a=1 to /boot/firmware/cmdline.txt');
    expect(on({ '/boot/grub/grub.cfg': "menuentry 'x' {\n linux /vmlinuz root=/dev/x\n}\n" })).toBe(
      'add a=1 to GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub',
    );
    expect(on({ '/etc/kernel/cmdline': 'root=/dev/x\n' })).toBe('add a=1 to /etc/kernel/cmdline, then kernel-install add-all');
    expect(on({})).toBe('add a=1 to the boot arguments of this host');
  });
});
