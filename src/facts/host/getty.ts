/** Who gets a shell at a console without logging in: what the getty units run (agetty(8)). */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { execCommands } from '../systemd/exec-line.ts';
import { searchUnits } from '../systemd/find.ts';
import { type Init, initOf } from '../systemd/init.ts';
import { loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { rootAccount } from './accounts.ts';

/** A unit that lets somebody in unasked. */
export interface OpenConsole {
  readonly unit: string;
  /** The account, or the program that runs instead of login. */
  readonly as: string;
  readonly at: Where;
}

const named = /^((?:getty|serial-getty|container-getty|autovt)@[^.]*|console-getty|console-shell)\.service(?:\.d)?$/;
const templates = ['getty', 'serial-getty', 'container-getty', 'autovt'];
const fixed = ['console-getty.service', 'console-shell.service'];
/** OpenWrt's program for consoles, and the file that says whether it asks. */
const openWrtsLogin = '/usr/libexec/login.sh';
const openWrtsConf = '/etc/config/system';
const options = { manager: 'system', as: rootAccount } as const;

/** Every getty that a unit file, a drop-in or a link of the host names. */
export const openConsoles = source(
  [
    initOf,
    searchUnits.of('system', rootAccount),
    ...templates.map((t) => unitNamed(`${t}@*.service`, 'system')),
    ...fixed.map((name) => unitNamed(name, 'system')),
    ...[openWrtsLogin, openWrtsConf].map((path) => ({ do: 'read', path }) as const),
  ],
  seekConsoles,
);

function* seekConsoles(): Asking<{ readonly each: readonly OpenConsole[]; readonly unseen?: Unknown; readonly consulted: readonly Where[] }> {
  const init = yield* initOf();
  if (init.is === 'unknown') return { each: [], unseen: init, consulted: init.where };
  if (init.lines.length > 0) {
    const asked = init.kind === 'procd' && init.lines.some(({ words }) => words[0] === openWrtsLogin) ? yield* withoutAsking() : undefined;
    if (asked && 'is' in asked) return { each: consolesIn(init), unseen: asked, consulted: [init.at] };
    return { each: [...consolesIn(init), ...(asked ? [asked] : [])], consulted: [init.at] };
  }
  const search = yield* searchUnits('system', rootAccount);
  const names = new Set<string>();
  for (const dir of search.dirs)
    for (const entry of dir.entries) {
      const found = named.exec(entry)?.[1];
      // Which terminal an instance is for makes no difference to a template.
      if (found !== undefined) names.add(`${found.endsWith('@') ? `${found}tty1` : found}.service`);
    }
  const units = yield* together([...names].sort().map((name) => loadUnit(name, options)));
  const each: OpenConsole[] = [];
  let unseen: Unknown | undefined = search.unseen[0];
  for (const unit of units) {
    if (unit.is === 'unknown') {
      unseen ??= unit;
      continue;
    }
    unseen ??= unit.unseen[0];
    if (!unit.exists || unit.masked) continue;
    const expand = expander(unit.unit, 'system', rootAccount);
    const settings = mergeSettings(unit, expand);
    const lines = settings.directives.get('ExecStart');
    for (const line of Array.isArray(lines?.value) ? lines.value : []) {
      const opens =
        typeof line === 'string'
          ? execCommands(line, expand, new Map())
              .map(({ words }) => opensAs(words))
              .find((a) => a !== undefined)
          : undefined;
      const at = lines?.where[0];
      if (opens !== undefined && at && !each.some((e) => e.at.path === at.path && e.at.line === at.line)) each.push({ unit: unit.unit.name, as: opens, at });
    }
  }
  return { each, consulted: search.consulted, ...(unseen ? { unseen } : {}) };
}

/** Actions that keep a program on a console (inittab(5), BusyBox' init, and openwrt/procd:inittab.c). */
const standing = /^(?:respawn|respawnlate|askfirst|askconsole|askconsolelate|once|ondemand)$/;

/** OpenWrt's login.sh logs root in by itself unless ttylogin is 1 (openwrt/openwrt:package/base-files/files/usr/libexec/login.sh). */
function* withoutAsking(): Asking<OpenConsole | Unknown | undefined> {
  const [script, conf] = yield* together([read(openWrtsLogin), read(openWrtsConf)]);
  if (script.is === 'blocked') return unknown(script, openWrtsLogin);
  if (script.is === 'absent') return undefined;
  const lines = script.value.split('\n').filter((l) => !/^\s*#/.test(l));
  if (!lines.some((l) => /\bexec\s+\/bin\/(?:login\s+-f\b|\w*sh\b)/.test(l))) return undefined;
  if (!lines.some((l) => l.includes('ttylogin'))) return { unit: 'init', as: 'root', at: { path: openWrtsLogin } };
  if (conf.is === 'blocked') return unknown(conf, openWrtsConf);
  const found = (conf.is === 'got' ? conf.value : '').split('\n').map((l) => /^\s*option\s+['"]?ttylogin['"]?\s+['"]?(\w+)/.exec(l)?.[1]);
  const line = found.findIndex((value) => value !== undefined);
  const said = 'login.sh asks nobody unless ttylogin is 1';
  return found[line] === '1'
    ? undefined
    : { unit: 'init', as: 'root', at: line < 0 ? { path: openWrtsLogin, said } : { path: openWrtsConf, line: line + 1, said } };
}

/** What a table of init starts without asking who is there. */
function consolesIn({ lines }: Init): OpenConsole[] {
  return lines.flatMap(({ action, words, at }) => {
    const as = standing.test(action) ? opensAs(words) : undefined;
    return as === undefined ? [] : [{ unit: 'init', as, at }];
  });
}

const shell = /\/(?:ba|da|z|k|c|tc|fi|a)?sh$/;
/** Short options of agetty(8) and mingetty that take a word. */
const takes = 'aCdfHIloPrt';

/** The account that a getty logs in by itself, or the shell that it is. */
export function opensAs(words: readonly string[]): string | undefined {
  const [program = '', ...rest] = words;
  if (shell.test(program)) return program;
  if (/\/login$/.test(program)) return rest.includes('-f') ? (rest[rest.indexOf('-f') + 1] ?? 'root') : undefined;
  if (!/getty$/.test(program)) return undefined;
  let login: string | undefined;
  let asks = true;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const long = /^--(autologin|login-program)(?:=(.*))?$/.exec(word);
    const short = /^-([A-Za-z0-9]+)$/.exec(word)?.[1] ?? '';
    const index = [...short].findIndex((c) => takes.includes(c));
    if (word === '--skip-login' || short.slice(0, index < 0 ? undefined : index).includes('n')) asks = false;
    const option = long ? (long[1] === 'autologin' ? 'a' : 'l') : index < 0 ? '' : (short[index] ?? '');
    const glued = long ? long[2] : short.slice(index + 1) || undefined;
    if (option === '') continue;
    if (glued === undefined) at += 1;
    const value = glued ?? rest[at] ?? '';
    if (option === 'a' && value !== '') return value;
    if (option === 'l') login = value;
  }
  // Without asking for a name, what is no login(1) decides by itself who comes in.
  return login !== undefined && (shell.test(login) || (!asks && !/(?:^|\/)login$/.test(login))) ? login : undefined;
}
