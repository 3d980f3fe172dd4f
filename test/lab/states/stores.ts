/** On which file systems a store holds containers, and programs on volumes. */
import { passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

/** A program on a volume of the account. */
const onVolume = lines(
  'tiny USER 2>&1 | tail -n 1',
  'as USER podman volume create labvol 2>&1 >/dev/null | tail -n 1; at=$(as USER podman volume inspect --format "{{.Mountpoint}}" labvol 2>/dev/null) && as USER cp /bin/busybox "$at/"',
  'as USER timeout 100 podman run --rm --network none -v labvol:/v localhost/lab:1 /v/busybox true 2>&1 && echo runs',
);

const store = '/home/USER/.local/share/containers';
const own = `chown USER: ${store}`;
const mount = (options: string): string => `mount -t tmpfs -o size=100m,${options} lab ${store}; ${own}`;
const noexec = `mount --bind ${store} ${store}; mount -o remount,bind,noexec ${store}`;
const storage = (text: string): string => put('/home/USER/.config/containers/storage.conf', `[storage]\n${text}`);
const elsewhere = (options: string): string =>
  lines(
    `mkdir -p /srv/USER; mount -t tmpfs -o size=100m,${options} lab /srv/USER; chown USER: /srv/USER`,
    storage('driver = "overlay"\ngraphroot = "/srv/USER"'),
  );
const overlaid =
  'mkdir -p /run/USER; mount -t tmpfs -o size=100m lab /run/USER; mkdir /run/USER/{l,u,w}; mount -t overlay -o lowerdir=/run/USER/l,upperdir=/run/USER/u,workdir=/run/USER/w lab';

const rows: readonly (readonly [what: string, ...commands: string[]])[] = [
  ['a directory of the home'],
  ['a file system of its own', mount('nosuid,nodev')],
  ['a file system of its own with noexec', mount('nosuid,nodev,noexec')],
  ['the home, mounted with noexec', 'mount --bind /home/USER /home/USER; mount -o remount,bind,noexec /home/USER'],
  ['a directory mounted with noexec', noexec],
  ['a directory mounted with noexec, and the driver vfs', storage('driver = "vfs"'), noexec],
  ['elsewhere, on a file system of its own', elsewhere('nodev')],
  ['elsewhere, with noexec', elsewhere('noexec')],
  ['elsewhere, and the usual place with noexec', elsewhere('nodev'), noexec],
  ['a home with noexec, the store mounted within', 'mount --bind /home/USER /home/USER; mount -o remount,bind,noexec /home/USER', mount('nodev')],
  // Without a driver in storage.conf Podman chooses one when it first runs, and no file tells which before.
  ['a layer of overlay', `${overlaid} ${store}; ${own}`, 'as USER podman info >/dev/null'],
  [
    'a layer of overlay, with fuse-overlayfs',
    storage('driver = "overlay"\n[storage.options.overlay]\nmount_program = "/usr/bin/fuse-overlayfs"'),
    `${overlaid} ${store}; ${own}`,
  ],
  ['a layer of overlay, with the driver vfs', storage('driver = "vfs"'), `${overlaid} ${store}; ${own}`],
];

export const storeStates: readonly State[] = rows.map(([what, ...commands], at): State => {
  const uid = 1501 + at;
  const user = `s${uid}`;
  const fill = (text: string): string => text.replaceAll('USER', user);
  return {
    name: `store ${at + 1}: ${what}`,
    round: 'stores',
    apart: true,
    suites: ['trixie'],
    setUp: fill(lines(`account USER ${uid}; systemctl start user@${uid}; mkdir -p ${store}; chown -R USER: /home/USER/.local`, ...commands)),
    claims: [
      {
        rule: 'podman.storage.exec',
        subject: `user:${user}`,
        ask: fill(onVolume),
        says: passIf(/^runs$/m),
        // A script brings the usual places of a store, and no other.
        ...(what.startsWith('elsewhere') ? { unseenBy: ['script', 'busybox'] } : {}),
      },
    ],
    undo: fill(
      `umount -l ${store} /srv/USER /run/USER /home/USER 2>/dev/null; umount -l ${store} 2>/dev/null; no_account USER; rm -rf /srv/USER /run/USER /home/USER`,
    ),
  };
});
