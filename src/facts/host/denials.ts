/**
 * Accesses of containers that SELinux or AppArmor refused since the host was started: what auditd wrote, and what the journal
 * has of the kernel. auditd takes the records from the kernel's log, so that either may be the only one to have them.
 * Tried with ausearch 3.0.9: it does not find AppArmor's records, so that those are looked for in the log itself.
 */
import { type Answer, type Asking, type Output, read, run, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';

export interface Denial {
  readonly by: 'SELinux' | 'AppArmor';
  /** The program that was refused something. */
  readonly program: string;
  /** Its domain or profile. */
  readonly as: string;
  readonly where: Where;
}

export type Denials = { readonly is: 'known'; readonly each: readonly Denial[]; readonly consulted: readonly Where[] } | Unknown;

const log = '/var/log/audit/audit.log';
const bootTime = '/proc/stat';
const searching = ['ausearch', '--input-logs', '-m', 'AVC', '-ts', 'boot', '--raw'];
const finding = ['grep', '-ahF', 'apparmor="DENIED"', log];
const journal = ['journalctl', '--no-pager', '-b', '-o', 'cat', '-g', 'avc: +denied|apparmor="DENIED"', '_TRANSPORT=audit', '+', '_TRANSPORT=kernel'];

export const denials = source(
  [
    { do: 'stat', path: log },
    { do: 'read', path: bootTime },
    ...[searching, finding].map((argv) => ({ do: 'run', argv, ifThere: [[log]] }) as const),
    { do: 'run', argv: journal },
  ],
  learnDenials,
);

function* learnDenials(): Asking<Denials> {
  const [there, kernel, clock] = yield* together([stat(log), run(journal), read(bootTime)]);
  if (there.is === 'blocked') return unknown(there, log);
  const parts: (readonly Denial[] | Unknown | undefined)[] = [fromJournal(kernel)];
  if (there.is === 'got') {
    const [searched, found] = yield* together([run(searching), run(finding)]);
    parts.push(fromSearch(searched), fromLog(found, clock));
  }
  const open = parts.find((part): part is Unknown => part !== undefined && 'is' in part);
  if (open) return open;
  if (parts.every((part) => part === undefined))
    return {
      is: 'unknown',
      why: 'failed',
      said: 'there is neither a log of auditd nor a journal',
      where: [{ path: log }],
      next: 'start auditd or systemd-journald, then scan again',
    };
  const each = parts.flatMap((part) => (part === undefined || 'is' in part ? [] : part));
  return { is: 'known', each, consulted: [...(there.is === 'got' ? [{ path: log }] : []), { path: commandPlace(journal) }] };
}

/** Undefined where there is no journal. It shows others nothing of the kernel, and says so beside an empty answer. */
function fromJournal(answer: Answer<Output>): readonly Denial[] | Unknown | undefined {
  const where = { path: commandPlace(journal) };
  if (answer.is === 'absent') return undefined;
  if (answer.is === 'blocked') return unknown(answer, where.path);
  const { stdout, stderr } = answer.value;
  if (/not seeing messages|insufficient permissions|permission denied/i.test(stderr))
    return { is: 'unknown', why: 'denied', said: 'permission denied: the journal of the system', where: [where] };
  if (/pattern matching|no journal files/i.test(stderr)) return undefined;
  return denialsIn(stdout, where);
}

/** With none it ends with 1 and says nothing; so it does where it can open no log, which it tells. */
function fromSearch(answer: Answer<Output>): readonly Denial[] | Unknown {
  const where = { path: commandPlace(searching) };
  if (answer.is === 'absent') return { is: 'unknown', why: 'failed', said: 'there is no ausearch to look through the log of auditd', where: [where] };
  if (answer.is === 'blocked') return unknown(answer, where.path);
  const { exit, stdout, stderr } = answer.value;
  const refused = /Error opening .*/.exec(stderr)?.[0];
  if (exit > 1 || refused !== undefined)
    return { is: 'unknown', why: /denied/i.test(refused ?? '') ? 'denied' : 'failed', said: refused ?? `ausearch ended with ${exit}`, where: [where] };
  return denialsIn(stdout, where);
}

/** The log goes back further than this start. */
function fromLog(answer: Answer<Output>, clock: Answer<string>): readonly Denial[] | Unknown {
  const where = { path: commandPlace(finding) };
  if (answer.is === 'absent') return { is: 'unknown', why: 'failed', said: 'there is no grep to look through the log of auditd', where: [where] };
  if (answer.is === 'blocked') return unknown(answer, where.path);
  if (answer.value.exit > 1) return { is: 'unknown', why: 'failed', said: `${log} cannot be looked through`, where: [where] };
  const lines = answer.value.stdout.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return [];
  const boot = clock.is === 'got' ? /^btime (\d+)$/m.exec(clock.value)?.[1] : undefined;
  if (boot === undefined)
    return clock.is === 'blocked'
      ? unknown(clock, bootTime)
      : { is: 'unknown', why: 'failed', said: `${bootTime} does not tell when the host was started`, where: [{ path: bootTime }] };
  const since = lines.filter((line) => Number(/\baudit\((\d+)[.:]/.exec(line)?.[1] ?? Number.POSITIVE_INFINITY) >= Number(boot));
  return denialsIn(since.join('\n'), where);
}

/** Domains and profiles of containers and of what runs them, and the programs that do. */
const domains = /^(?:container|k3s|kubelet|crio|conmon|spc|svirt_lxc)\w*_t$/;
const profiles =
  /^(?:containers-default|cri-containerd|crio-default|docker-default|k3s|podman|pasta|passt|crun|runc|buildah|conmon)|\/(?:podman|crun|runc|conmon|buildah|pasta|passt(?:\.avx2)?|k3s)\b/;
const programs = /^(?:k3s|podman|crun|runc|conmon|buildah|containerd|crio|newuidmap|newgidmap|pasta|passt)\b/;

function denialsIn(text: string, where: Where): Denial[] {
  return text.split('\n').flatMap((line): Denial[] => {
    const program = /\bcomm="([^"]*)"/.exec(line)?.[1] ?? /\bcomm=([0-9A-F]+)\b/.exec(line)?.[1] ?? 'a program';
    const profile = /\bapparmor="DENIED".*?\bprofile="([^"]*)"/.exec(line)?.[1];
    if (profile !== undefined) return profiles.test(profile) || programs.test(program) ? [{ by: 'AppArmor', program, as: profile, where }] : [];
    const domain = /\bavc: +denied\b.*?\bscontext=[^:\s]+:[^:\s]+:([^:\s]+)/.exec(line)?.[1];
    return domain !== undefined && (domains.test(domain) || /^k3s\b/.test(program)) ? [{ by: 'SELinux', program, as: domain, where }] : [];
  });
}
