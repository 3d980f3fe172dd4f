/** Hosts made for what a source or a kind asks on hosts of an uncommon build, which no case of a rule needs. */
import { hostNamed } from '../../src/cli/hosts.ts';
import { answerer, type FileSpec, type HostSpec } from '../../src/collect/composed/composed.ts';
import type { Account, Asking } from '../../src/facts/ask.ts';
import { withIncludes } from '../../src/facts/firewall/nft-files.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { atJobs } from '../../src/facts/host/at-jobs.ts';
import { filesOf } from '../../src/facts/host/container-traces.ts';
import { packageVersion } from '../../src/facts/host/package-version.ts';
import { manifestFiles } from '../../src/facts/k3s/manifest-files.ts';
import { groundOfQuery } from '../../src/facts/kind.ts';
import { otherServers } from '../../src/facts/podman/other-servers.ts';
import { managerUnits } from '../../src/facts/quadlet/quadlet-manager.ts';
import { settle } from '../../src/facts/settle.ts';
import { hold } from '../../src/facts/source.ts';
import { serverConfig } from '../../src/facts/ssh/server-config.ts';
import { enabledAlso } from '../../src/facts/systemd/also.ts';
import { dropInsOfService } from '../../src/facts/systemd/dropins.ts';
import { enablementOf } from '../../src/facts/systemd/enablement.ts';
import { linkFiles } from '../../src/facts/systemd/link-files.ts';
import { loadUnit, unitTexts } from '../../src/facts/systemd/load.ts';
import { maskedUnit } from '../../src/facts/systemd/masked.ts';
import { type Manager, managers, runtimeDirOf, searchDirs } from '../../src/facts/systemd/paths.ts';
import { firstBootPresets } from '../../src/facts/systemd/presets.ts';
import { startedUnits, startsAtBoot } from '../../src/facts/systemd/started.ts';
import { canSetups } from '../../src/facts/vehicle/can-setup.ts';
import { kinds } from '../../src/kinds/kinds.ts';

type Files = Record<string, FileSpec>;

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };

/** What shows that an account runs containers, wherever that lies. */
const tracesEverywhere = (): Files => ({
  '/home/driver/.config/systemd/user/own.service': '[Service]\nExecStart=/usr/bin/podman run a\n',
  '/etc/containers/systemd/users/1000/own.container': '[Container]\nImage=a\n',
  '/run/user/1000/libpod': { type: 'directory' },
});

/** Asks what a kind asks of a host for an account. */
function askKind(name: string, host: HostSpec, as: Account = rootAccount): void {
  const kind = kinds.find((k) => k.name === name);
  if (!kind) throw new Error(`no kind ${name}`);
  settle(
    hold(() => groundOfQuery(kind, {}), as, kind.learn({}, as), true),
    answerer(host),
    true,
  );
}

/** A host of the fixtures. */
function fixture(name: string): HostSpec {
  const host = hostNamed(name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

/**
 * A unit in every directory of a manager: an empty file, of which only reading tells that it is; with a drop-in of its own
 * there, and pulled in by something of its own.
 */
function everywhere(manager: Manager, type: string, text = ''): HostSpec {
  const files: Files = {};
  for (const [at, dir] of searchDirs(manager, driver.home, runtimeDirOf(driver)).entries()) {
    files[`${dir}/default.target`] = '';
    files[`${dir}/own.${type}`] = text;
    files[`${dir}/own.${type}.d/${at}.conf`] = '[Unit]\nDescription=own\n';
    for (const by of ['wants', 'requires', 'upholds'])
      files[`${dir}/stage${at}.target.${by}/own.${type}`] = { link: `/usr/lib/systemd/${manager}/other.${type}` };
  }
  // A link that ends at an empty file is none.
  files[`/usr/lib/systemd/${manager}/other.${type}`] = '[Unit]\nDescription=other\n';
  return { files };
}

/** A unit with another name in every directory of the manager, each a link. */
function aliasEverywhere(manager: Manager, type: string): HostSpec {
  const files: Files = {};
  const directories = searchDirs(manager, driver.home, runtimeDirOf(driver));
  for (const [at, dir] of directories.entries()) files[`${dir}/other${at}.${type}`] = { link: `own.${type}` };
  const aliases = directories.map((_, at) => `other${at}.${type}`).join(' ');
  files[`/usr/lib/systemd/${manager}/own.${type}`] = `[Unit]\nDescription=own\n[Install]\nAlias=${aliases}\n`;
  return { files };
}

const types = ['service', 'socket', 'timer', 'mount', 'path', 'target', 'slice', 'scope'];
const server = '[Service]\nExecStart=/usr/bin/podman system service\n[Socket]\nListenStream=/run/podman/podman.sock\n';

/** What learns from units, each on hosts on which they are everywhere. */
const ofUnits = managers.flatMap((manager) => {
  const as = manager === 'system' ? rootAccount : driver;
  return types.flatMap((type) => {
    const name = `own.${type}`;
    const on = (asking: Asking<unknown>, host: HostSpec) => () => settle(asking, answerer(host), true);
    return [
      on(loadUnit(name, { manager, as }), everywhere(manager, type)),
      on(unitTexts(name, { manager, as }), everywhere(manager, type, '[Unit]\nDescription=own\n')),
      on(enablementOf(name, { manager, as }), everywhere(manager, type, '[Unit]\nDescription=own\n')),
      on(enablementOf(name, { manager, as }), aliasEverywhere(manager, type)),
      on(managerUnits(manager, as), everywhere(manager, type)),
      on(managerUnits(manager, as), everywhere(manager, type, '[Unit]\nDescription=own\n')),
      on(otherServers(as), everywhere(manager, type, server)),
      ...(type === 'service' ? [on(dropInsOfService([name], manager, as), everywhere(manager, type))] : []),
      ...(manager === 'system' ? [on(startsAtBoot(name), everywhere(manager, type)), on(startedUnits(), everywhere(manager, type))] : []),
    ];
  });
});

/** A server of K3s whose program lies there. */
const k3sFrom = (program: string): HostSpec => ({
  files: {
    [program]: { mode: '0755' },
    '/etc/systemd/system/k3s.service': `[Service]\nExecStart=${program} server\n`,
    '/var/lib/rancher/k3s/server/manifests/more/a.yaml': 'kind: Pod\n',
  },
  commands: {
    [`${program} --version`]: { stdout: 'k3s version v1.33.1+k3s1 (0123abcd)\n' },
    [`stat -L -c %C ${program}`]: { stdout: 'system_u:object_r:bin_t:s0\n' },
  },
});

/** A file of links in every directory, with a drop-in beside it. */
const linksEverywhere = (): Files =>
  Object.fromEntries(
    ['/etc', '/run', '/usr/local/lib', '/lib', '/usr/lib'].flatMap((dir, at) => [
      [`${dir}/systemd/network/${at}.link`, '[Match]\nOriginalName=*\n'],
      [`${dir}/systemd/network/${at}.link.d/1.conf`, '[Link]\nMACAddressPolicy=none\n'],
    ]),
  );

const nftFolders = ['/etc/nftables.d', '/etc/nftables', '/etc/nftables.conf.d', '/etc/sysconfig/nftables', '/usr/share/nftables'];

const nftIn = (folder: string): HostSpec => ({ files: { [`${folder}/a.nft`]: 'table inet filter {\n}\n' } });

const systemDirs = searchDirs('system', '/root', '');

/** In every directory a unit of each type that presets can enable, under a name of its own. */
const unitsEverywhere = (): Files =>
  Object.fromEntries(
    systemDirs.flatMap((dir, at) =>
      ['service', 'socket', 'timer', 'path', 'target', 'mount'].map((type) => [`${dir}/own${at}.${type}`, '[Install]\nAlso=x.service\n']),
    ),
  );

/** Jobs of at(1) in every spool. */
const jobsEverywhere = (): Files =>
  Object.fromEntries(['cron/atjobs', 'at', 'atjobs', 'at/atjobs', 'atd'].map((spool) => [`/var/spool/${spool}/a0000101b2c3d4`, '#!/bin/sh\n']));

/** Services that start, and files of networkd, in every directory. */
const canEverywhere = (): Files =>
  Object.fromEntries([
    ...['/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system'].flatMap((dir, at) => [
      [`${dir}/own${at}.service`, '[Service]\nExecStart=/x\n'],
      [`/etc/systemd/system/multi-user.target.wants/own${at}.service`, { link: `${dir}/own${at}.service` }],
    ]),
    ...['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((dir) => [`${dir}/systemd/network/own.network`, '[Match]\nName=x\n']),
  ]);

/** A file of presets in every directory, each of its own name. */
const presetsEverywhere = (): Files =>
  Object.fromEntries(['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((dir, at) => [`${dir}/systemd/system-preset/${at}.preset`, 'enable own.service\n']));

const policies = '/etc/crypto-policies/back-ends/*.config';

/** Each asks on a host of its own. */
export const onHostsOfTheirOwn: readonly (() => unknown)[] = [
  ...ofUnits,
  () => settle(packageVersion(['podman'], ['podman']), answerer({ kind: 'image', files: { '/usr/lib/sysimage/rpm/rpmdb.sqlite': 'x' } }), true),
  ...['/usr/local/sbin', '/usr/bin', '/usr/sbin', '/opt/bin'].map((dir) => () => askKind('k3s-labels', k3sFrom(`${dir}/k3s`))),
  () => settle(manifestFiles(), answerer(k3sFrom('/usr/local/bin/k3s')), true),
  () => settle(linkFiles(), answerer({ files: linksEverywhere() }), true),
  ...nftFolders.map((folder) => () => settle(withIncludes(`include "${folder}/*.nft"\n`, '/etc/nftables.conf'), answerer(nftIn(folder)), true)),
  () => settle(enabledAlso(), answerer({ kind: 'image', files: { ...unitsEverywhere(), '/usr/lib/systemd/system-preset/1.preset': 'enable *\n' } }), true),
  ...systemDirs.map((dir) => () => settle(maskedUnit('systemd-sysctl.service'), answerer({ files: { [`${dir}/systemd-sysctl.service`]: '' } }), true)),
  () => settle(atJobs(), answerer({ files: jobsEverywhere() }), true),
  () => settle(filesOf(driver), answerer({ files: tracesEverywhere() }), true),
  () => settle(canSetups(), answerer({ files: canEverywhere() }), true),
  () => settle(firstBootPresets(), answerer({ kind: 'image', files: presetsEverywhere() }), true),
  () => askKind('boot-protection', { kind: 'image', files: { '/boot/grub/grub.cfg': 'set superusers="root"\npassword_pbkdf2 root ${GRUB2_PASSWORD}\n' } }),
  () => askKind('can', { files: { '/usr/lib/systemd/network/80-can.network': '[Match]\nType=can\n' } }),
  () => askKind('container-data', fixture('k3s-rootless'), { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' }),
  () => askKind('subid-defaults', { files: { '/usr/etc/login.defs.d/50-site.defs': 'SUB_UID_COUNT 100000\n' } }),
  () => settle(serverConfig(), answerer({ files: { '/etc/ssh/sshd_config': `Include ${policies}\n`, [policies.replace('*', 'a')]: 'Port 22\n' } }), true),
  () => askKind('usr-etc', { files: bothWays(['login.defs', 'sudoers', 'ssh/sshd_config', 'ssh/ssh_config', 'transactional-update.conf', 'zypp/zypp.conf']) }),
];

/** Each is in /etc and in /usr/etc. */
function bothWays(names: readonly string[]): Files {
  return Object.fromEntries(names.flatMap((name) => ['/etc', '/usr/etc'].map((dir) => [`${dir}/${name}`, `# ${dir}\n`])));
}
