/**
 * What counts as a secret: data for the two redactors, the one that runs on the host (awk) and the one that runs on
 * arrival (TypeScript). Regular expressions keep to what POSIX awk and JavaScript read alike: no backslashes, no
 * counts, no case folding (they meet lower-case text).
 */

/** Where a name that speaks of a secret may be. Short words count only at the end of a name: a path is no PAT. */
export const hit =
  'token|passw|passphrase|secret|key|bearer|jwt|psk|preshared|pwd|auth|credential|(pass|pw|pat|pin|sig|hmac|salt|creds|cookies?|signature)([^a-z0-9_.-]|$)';

/** Programs that take a secret as an option or on standard input: see {@link carriers} and {@link readers}. */
const programs = 'mysql|mariadb|redis-cli|curl|login|ldap|mongo|mosquitto|chpasswd|sudo[ \t]+-s|passphrase-fd|stdin|k3s|rke2|k3d-entrypoint|command_args';

/** A line without a match holds nothing to mask. */
export const trigger = `${hit}|${programs}|://|proxy|-----begin|[$][1-9a-z][a-z0-9]*[$]|k10|eyj|ls0tls1crudjti|gh[opsur]_|_pat_|glpat-|xox[abeoprs]-|xapp-|akia|asia|hvs[.]|grub[.]pbkdf2|@tcp[(]|@unix[(]|[sr]k_(live|test)_|whsec_|sg[.]|npm_|sk-|pypi-|aiza|hf_|dop_v1_|:aa|[.]slack[.]com/|/webhook|/hooks/`;

/** Names whose value is a secret. */
export const strong =
  'token|passw|passphrase|secret|api[_.-]?key|join[_-]?key|access[_.-]?key|bearer|jwt|psk$|preshared|[_.-]pwd$|^db_?pwd|setcredential|^auth$|[_.-]auth$|^authorization$|^x-registry-auth$|(^|[_.-])pass$|(^|[_.-])(db|user|root|admin|my|mysql|pg|smtp|mail|imap|ftp|ldap|bind|http|redis|mqtt|store|key|ssh|sudo|login|vnc|wifi|cifs|smb|test)pass$|pw$|erlang_?cookie$|(^|[_.-])cookie2?$|[_.-]pat$';

/** Names whose value is a secret, or the path of a file that holds it: a path stays. */
export const keyish = '(private|client|signing|encryption|license|account|storage|master|shared|ssl|tls|luks|rsa|ec|host)[_.-]?key|credential|(^|[_.-])creds$';

/** The same for names that are written in capital letters, as variables are; they meet the text as it is. */
export const capital = '^(KEY|(.*_)?(PAT|PIN|COOKIES?|SIGNATURE|SIG|HMAC|SALT))$';

/** Names whose value may be a secret: it is one if it looks like one. */
export const doubtful = '(^|[_.-])(key|pat|pin|cookies|hmac|salt|sig)$|signature$';
/** Names that speak of something public. */
export const open = 'pub';
/** Values of doubtful names that are words, names of hosts, versions or methods. */
export const tame =
  '[ \t:]|^[a-z]+[0-9]?[0-9]?([-_./][a-z0-9]*)*$|^[a-z0-9-]+([.][a-z0-9-]+)+$|[.].*/|^(hmac|sha|md5|aes|rsa|ssh|ecdsa|ed25519|x25519|secp|nistp|sk-)[a-z0-9_./@-]*$';

/** Names that speak of where a secret is kept, how long it lives, or whether one is asked for. */
export const harmless =
  '(files?|paths?|dir|url|uri|ttl|timeout|tries|names?|expiration|expiry|webhook|policy|mode|types?|nopasswd|askpass|passwordless|stdin|authentication|prompt|count|length|lifetime|helpers?|store|required|enabled|issuer|audience|algorithm|pullsecrets?|provider|encryption|driver|format|usage|size|method)$|^(load|import)credential(encrypted)?$|^ssh_auth|^authorized|^host_?key|^x?auth_?(sock|gid|uid)|^known|^nopasswd|(anonymous|cert|bootstrap-token)[_-]auth$|^use-service-account-credentials$';

/** Programs whose options carry a secret: which options it stands behind, and which it is glued to. */
export interface Carrier {
  readonly program: string;
  readonly apart?: string;
  readonly glued?: string;
  /** The option takes `user:secret`. */
  readonly colon?: true;
  /** The name is that of a subcommand. */
  readonly second?: true;
  /** The name is that of a subcommand, and the word before it is one of these. */
  readonly behind?: string;
  /** The options end at the first word that is none: another command follows. */
  readonly wraps?: true;
}
export const carriers: readonly Carrier[] = [
  { program: '^sshpass$', apart: '^-p$', glued: '^-p', wraps: true },
  { program: '^(mysql[a-z]*|mariadb[a-z-]*)$', glued: '^-p' },
  { program: '^redis-cli$', apart: '^-a$' },
  { program: '^login$', apart: '^-p$', glued: '^-p', second: true },
  { program: '^ldap[a-z]+$', apart: '^-w$', glued: '^-w' },
  { program: '^mongo(sh|dump|restore|export|import)?$', apart: '^-p$' },
  { program: '^mosquitto_[a-z]+$', apart: '^-P$' },
  { program: '^(server|agent)$', behind: '(^|[/=])(k3s|rke2|k3d-entrypoint[.]sh)$|^command_args=$|_EXEC=$', apart: '^--?t$', glued: '^--?t=' },
  { program: '^curl$', apart: '^(-[A-Za-z]*[uU]|--user|--proxy-user)$', glued: '^(-[uU]|--user=|--proxy-user=)', colon: true },
];
/** Behind an option, this is a published port and no secret. */
export const port = '^[0-9][0-9.:-]*:[0-9-]+(/[a-z]+)?$';
/** Commands that read a secret from standard input. */
export const readers =
  'password-stdin|passphrase-fd|chpasswd|passwd[ \t]+--stdin|secret[ \t]+create[ \t].*[ \t]-[^A-Za-z-]|secret[ \t]+create[ \t].*[ \t]-$|sudo[ \t]+(-[A-Za-z]+[ \t]+)*-[A-Za-z]*S';

/** Values that are no secret: switches, variables, small numbers, nothing. */
export const keep =
  '^(true|false|yes|no|on|off|null|none|nil|~|undefined|required|optional|prompt|ask|[0-9]|[0-9][0-9]|[$][A-Za-z0-9_]+|[$][{][A-Za-z0-9_]+[}]|[$][(][A-Za-z0-9_]+[)]|[$][(](cat|pass|gpg|jq|sed|awk|grep|head|tail)([ \t<][^()]*[)]?)?|%[A-Za-z]|<redacted>|<redacted:[0-9a-f]+>)$';

/** Tokens that are known by their looks. */
export const shape =
  'eyJ[A-Za-z0-9_-]+[.]|K10[0-9a-f]+::|LS0tLS1CRUdJTi|gh[opsur]_|github_pat_|dckr_pat_|glpat-|xox[abeoprs]-|xapp-|AKIA|ASIA|AGE-SECRET-KEY-|hvs[.]|grub[.]pbkdf2[.]|[$][1-9a-z][a-z0-9]*[$]|[Bb][Ee][Aa][Rr][Ee][Rr][ \t]+|[sr]k_(live|test)_|whsec_|SG[.]|npm_|sk-|pypi-|AIza|hf_|dop_v1_|:AA|[.]slack[.]com/[a-z]+/|/webhook(s|b2?)?/|/hooks/';

/** Files of the kernel, and package lists: they hold no secret, and some are large. */
export const exempt =
  '^/proc/([0-9]+|self)/(comm|status|cgroup|uid_map|gid_map)$|^/proc/(cpuinfo|meminfo|version|modules)$|^/proc/(sys|net)/|^/sys/|^/var/lib/dpkg/';

/** Files whose grammar uses the words for other things: names are not looked at there, addresses and tokens are. */
export const wordless =
  '^(/usr|/private)?/etc/(nsswitch[.]conf|passwd|group|login[.]defs|sudoers|sudoers[.]d/.*|subuid|subgid|pam[.]d/.*|containers/mounts[.]conf)$|/containers/mounts[.]conf$';

/** Files of accounts, with a password in the second field of each line. */
export const passwords = '^/etc/(passwd|group|shadow|gshadow)-?$';

/** Files of `NAME=value` lines whose value goes on to the end of the line. */
export const plainVariables = '/environment$|/environment[.]d/|[.]env$|^/etc/(default|sysconfig)/|/proc/[0-9]+/environ$';

/** Comma-separated options: a comma always ends a value. */
export const optionLists = '^/etc/fstab$|/mountinfo$|/mounts$';

/** Quadlet files, where `Secret=` names a secret that Podman keeps. */
export const quadlets = '/containers/systemd/|[.](container|kube|pod|build|volume|network|image)$';

/** Configuration of K3s, where `t` is short for `token`, and where an anchor may hold what another key takes as its secret. */
export const k3sConfigs = '/(k3s|rke2)([^/]*/.*|[^/]*)[.][Yy][Aa]?[Mm][Ll]$';
export const k3sToken = '^(t[+]?[ \t]*:[ \t]+(&[^ \t]+[ \t]+)?|[A-Za-z0-9_.-]+[+]?[ \t]*:[ \t]+&[^ \t]+[ \t]+)';

export const bootLoaders = '/grub';

/** NUL-separated words of a process. */
export const wordFiles = '^/proc/([0-9]+|self)/(cmdline|environ)$';

/** Longest line that is looked through, so that time grows with the text alone: a longer one that may hold a secret is masked as a whole. */
export const longest = 8192;
/** Secrets of one text that get a hash of their own. */
export const hashes = 64;

/**
 * Files that are a secret as a whole (glob patterns of sh, where `*` also stands for slashes): never read, whatever
 * asks; that they are there, whose they are and who may read them can be asked.
 */
export const secretFiles: readonly string[] = [
  '*/auth.json',
  '*.key',
  '*/.netrc',
  '*/.git-credentials',
  '*/.pgpass',
  '*/.my.cnf',
  '*_history',
  '*/credentials.d/*',
  '*/credstore/*',
  '*/credstore.encrypted/*',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '*/node-token',
  '*/agent-token',
  '*/server/token',
  '*/server/cred/*',
  '/etc/rancher/node/password',
  '*/ssh_host_*_key',
  '*/.erlang.cookie',
  '*.age',
  '*.p12',
  '*.pfx',
  '*.jks',
  '*.kdbx',
  '*/.aws/credentials',
  '*/.vault-token',
  '*/.config/gh/hosts.yml',
  '*/.docker/contexts/tls/*',
];
/** Among them, one that is read with its keys masked: the order of its providers says whether secrets are encrypted. */
export const maskedFile = '*/server/cred/encryption-config.json';
/** Private keys of ssh by their usual names; the public half may be read. */
export const sshKeys = '*/.ssh/id_*';
export const notSshKeys = '*.pub';
