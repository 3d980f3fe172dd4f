/**
 * Units that systemd itself brings, whatever else a host has (systemd.special(7); `ls /usr/lib/systemd/{system,user}` of
 * systemd 252 and 257), and those that every boot reaches.
 */
import type { Manager } from '../systemd/paths.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const targets = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((name) => `${name}.target`);

/** What every boot reaches before the default target. */
const reached: Readonly<Record<Manager, readonly string[]>> = {
  system: [
    ...targets('sysinit basic local-fs local-fs-pre sockets timers paths slices swap cryptsetup remote-fs getty network default'),
    '-.mount',
    'init.scope',
    'system.slice',
    '-.slice',
  ],
  user: [...targets('basic sockets timers paths default'), '-.slice', 'init.scope'],
};

const brought: Readonly<Record<Manager, ReadonlySet<string>>> = {
  system: new Set([
    ...reached.system,
    ...targets(
      `boot-complete emergency final graphical halt hibernate hybrid-sleep initrd integritysetup kexec multi-user network-online network-pre nss-lookup
      nss-user-lookup poweroff reboot remote-cryptsetup remote-fs-pre rescue rpcbind shutdown sleep suspend sound time-set time-sync umount usb-gadget
      veritysetup bluetooth printer smartcard system-update first-boot-complete cryptsetup-pre getty-pre`,
    ),
    ...words(`systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-udevd.service systemd-tmpfiles-setup.service
      systemd-tmpfiles-setup-dev.service systemd-sysctl.service systemd-modules-load.service systemd-remount-fs.service systemd-random-seed.service
      systemd-update-utmp.service systemd-user-sessions.service systemd-logind.service systemd-udev-trigger.service systemd-udev-settle.service
      systemd-journal-flush.service dbus.service dbus.socket`),
  ]),
  user: new Set([...reached.user, ...targets('bluetooth exit graphical-session graphical-session-pre printer shutdown smartcard sound xdg-desktop-autostart')]),
};

/** Whether systemd itself, or what it starts first, brings a unit of that name. */
export const isBrought = (manager: Manager, name: string): boolean => brought[manager].has(name);

/** The units that every boot reaches, the default target included. */
export const reachedAlways = (manager: Manager): readonly string[] => reached[manager];
