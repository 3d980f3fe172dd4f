/** Expands `%` specifiers as far as files alone can tell (systemd.unit(5) "Specifiers"). */
import type { Account } from '../ask.ts';
import type { UnitName } from './names.ts';
import { type Manager, runtimeDirOf } from './paths.ts';

/** A function that expands what is known; specifiers that only the running host knows (`%H`, `%m`, `%b`, `%v`) stay as written. */
export function expander(unit: UnitName, manager: Manager, as: Account): (value: string) => string {
  const known = specifiers(unit, manager, as);
  return (value) => value.replace(/%(.)/gs, (whole, letter: string) => known.get(letter) ?? whole);
}

function specifiers(unit: UnitName, manager: Manager, as: Account): ReadonlyMap<string, string> {
  const user = manager === 'user';
  const instance = unit.instance ?? '';
  const last = unit.prefix.slice(unit.prefix.lastIndexOf('-') + 1);
  const withoutType = unit.name.slice(0, -(unit.type.length + 1));
  const config = user ? `${as.home}/.config` : '/etc';
  return new Map([
    ['%', '%'],
    ['n', unit.name],
    ['N', withoutType],
    ['p', unit.prefix],
    ['P', unescapeName(unit.prefix)],
    ['i', instance],
    ['I', unescapeName(instance)],
    ['j', last],
    ['J', unescapeName(last)],
    ['u', user ? as.name : 'root'],
    ['U', String(user ? as.uid : 0)],
    ['G', String(user ? as.gid : 0)],
    ['h', user ? as.home : '/root'],
    ['t', user ? runtimeDirOf(as) : '/run'],
    ['E', config],
    ['S', user ? `${as.home}/.local/state` : '/var/lib'],
    ['C', user ? `${as.home}/.cache` : '/var/cache'],
    ['T', '/tmp'],
    ['V', '/var/tmp'],
  ]);
}

/** `-` stands for `/`, `\x2d` for a byte (systemd-escape(1)). */
function unescapeName(name: string): string {
  return name.replace(/-/g, '/').replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
