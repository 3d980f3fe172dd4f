/**
 * Which folder may import which: one row a folder, from the ground up. A row names only rows above it in this list, so
 * that folders cannot run in a circle. `.dependency-cruiser.cjs` enforces the rows, ARCHITECTURE.md prints them.
 */

/** One folder of `src`, without its subfolders; or single files of it. */
export interface Layer {
  /** Below `src`. `*` stands for one name. */
  readonly at: string;
  /** What a newcomer finds there. */
  readonly holds: string;
  /** Rows whose files it may import, besides its own. */
  readonly mayImport: readonly string[];
  /** Its files do not import each other. */
  readonly apart?: true;
  /** It may touch files, processes, clocks and networks: Node's own modules. */
  readonly io?: true;
}

const collecting = ['collect', 'collect/snapshot', 'collect/script'];
const ground = ['facts'];
const below = [...ground, 'facts/text', 'facts/systemd', 'facts/environment', 'facts/host'];

export const layers: readonly Layer[] = [
  { at: 'facts', holds: 'ask, answer, fact, kind, and the drivers that run probes', mayImport: [] },
  { at: 'facts/text', holds: 'formats, read with their lines', mayImport: ground },
  { at: 'facts/systemd', holds: 'units, drop-ins, words and specifiers as systemd reads them', mayImport: [...ground, 'facts/text'] },
  { at: 'facts/environment', holds: 'which environment a program sees', mayImport: [...ground, 'facts/text', 'facts/systemd'] },
  { at: 'facts/host', holds: 'accounts, files, mounts, sysctl, sudo, versions', mayImport: [...ground, 'facts/text', 'facts/systemd', 'facts/environment'] },
  {
    at: 'facts/ssh',
    holds: "OpenSSH's configuration, of clients and of the server",
    mayImport: [...ground, 'facts/text', 'facts/systemd', 'facts/environment', 'facts/host'],
  },
  { at: 'facts/firewall', holds: 'firewalld: zones, policies, services, and what they let in', mayImport: [...ground, 'facts/text', 'facts/host'] },
  { at: 'facts/containers', holds: 'the files that Podman, CRI-O and Buildah share', mayImport: below },
  { at: 'facts/podman', holds: "Podman's store, networks, services and sockets", mayImport: [...below, 'facts/containers'] },
  { at: 'facts/quadlet', holds: 'Quadlet files as the generator reads them', mayImport: [...below, 'facts/containers', 'facts/podman'] },
  { at: 'facts/crio', holds: "CRI-O's configuration", mayImport: [...below, 'facts/containers'] },
  { at: 'facts/k3s', holds: 'K3s: configuration, command line, rootless', mayImport: below },
  { at: 'facts/config', holds: 'the table of layered configurations', mayImport: [...below, 'facts/containers', 'facts/crio', 'facts/k3s'] },
  { at: 'facts/k3d', holds: 'k3d: config files, commands, endpoints', mayImport: below },
  { at: 'facts/macos', holds: 'Podman machines on a Mac', mayImport: [...below, 'facts/ssh', 'facts/k3d'] },
  { at: 'facts/policy', holds: 'image trust', mayImport: [...below, 'facts/containers'] },
  { at: 'facts/cgroup', holds: 'hierarchies, delegation, boot arguments', mayImport: [...below, 'facts/podman'] },
  { at: 'facts/suse', holds: "SUSE's layers of configuration, zypper's repositories, transactional updates", mayImport: [...below, 'facts/k3s'] },
  { at: 'facts/vehicle', holds: 'BlueChi and QM', mayImport: [...below, 'facts/quadlet'] },
  {
    at: 'kinds/*',
    holds: 'one file a kind, named as the kind is: query, shape, and how it is read',
    mayImport: [
      'facts',
      'facts/text',
      'facts/systemd',
      'facts/ssh',
      'facts/environment',
      'facts/host',
      'facts/firewall',
      'facts/containers',
      'facts/podman',
      'facts/quadlet',
      'facts/crio',
      'facts/k3s',
      'facts/config',
      'facts/k3d',
      'facts/macos',
      'facts/policy',
      'facts/cgroup',
      'facts/suse',
      'facts/vehicle',
    ],
    apart: true,
  },
  { at: 'kinds', holds: 'the list of kinds, generated from the folder', mayImport: ['facts', 'kinds/*'] },
  { at: 'verdicts', holds: 'the result document, its summary, the gate', mayImport: ['facts'] },
  { at: 'rules', holds: 'the rule model', mayImport: ['facts', 'verdicts'] },
  { at: 'expect', holds: 'one expectation against one fact: yes, no or unknown', mayImport: ['facts', 'facts/text', 'verdicts', 'rules'] },
  { at: 'plan', holds: 'what has to be learned: questions, and everything they may touch', mayImport: ['facts', 'facts/podman', 'rules', 'expect'] },
  { at: 'evaluate', holds: 'rules × facts: verdicts, and what open ones are missing', mayImport: ['facts', 'verdicts', 'rules', 'expect', 'plan'] },
  { at: 'collect/disk', holds: 'how a file system answers: limits, links, images, walks, packages', mayImport: ['facts', 'facts/text'], io: true },
  { at: 'collect/composed', holds: 'a host written down, and how it answers', mayImport: ['facts', 'collect/disk'] },
  { at: 'remedy', holds: 'a remedy carried out on a host that is written down', mayImport: [...ground, 'verdicts', 'collect/composed'] },
  { at: 'collect/redact', holds: 'what is a secret, and its mask', mayImport: ['facts'] },
  { at: 'collect/snapshot', holds: 'the snapshot, written and read', mayImport: ['facts'], io: true },
  { at: 'collect/script/library/redact', holds: 'redaction in awk', mayImport: ['collect/redact'] },
  { at: 'collect/script/library', holds: 'the parts of the capture script', mayImport: ['collect/disk', 'collect/redact', 'collect/script/library/redact'] },
  {
    at: 'collect/script',
    holds: 'the capture script: what it asks, and what it prints',
    mayImport: ['facts', 'collect/disk', 'collect/snapshot', 'collect/script/library'],
    io: true,
  },
  {
    at: 'collect',
    holds: 'recording, replaying, merging',
    mayImport: ['facts', 'collect/disk', 'collect/redact', 'collect/snapshot', 'collect/script'],
    io: true,
  },
  {
    at: 'rules/text',
    holds: 'rule text → rule, or every mistake with its line',
    mayImport: ['facts', 'kinds', 'verdicts', 'rules', 'expect', 'collect/composed'],
  },
  {
    at: 'collect/targets',
    holds: 'one file a target, and the list of targets',
    mayImport: ['facts', 'facts/text', 'facts/host', 'verdicts', 'rules', 'rules/text', 'collect/disk', 'collect/composed', 'collect/redact', ...collecting],
    io: true,
  },
  { at: 'explain', holds: 'rules and kinds in words, and what is written as JSON Schema', mayImport: ['facts', 'verdicts', 'rules', 'expect', 'plan'] },
  { at: 'report', holds: 'a format a file, and what formats share', mayImport: ['facts', 'verdicts'] },
  { at: 'report/table', holds: 'the report on a terminal', mayImport: ['verdicts', 'report'] },
  { at: 'report/sarif', holds: 'SARIF 2.1.0', mayImport: ['verdicts', 'report'] },
  { at: 'report/formats.ts', holds: 'the list of formats', mayImport: ['report', 'report/table', 'report/sarif'] },
  {
    at: '.',
    holds: 'the sentence: inspect and scan; and try, for a rule’s own cases',
    mayImport: [
      'facts',
      'facts/host',
      'kinds',
      'verdicts',
      'remedy',
      'rules',
      'evaluate',
      'plan',
      'collect/snapshot',
      'collect/redact',
      'collect/composed',
      'collect',
      'rules/text',
    ],
  },
  {
    at: 'cli',
    holds: 'what commands share: targets, selection, outputs, errors',
    mayImport: [
      'facts',
      'facts/host',
      'kinds',
      'verdicts',
      'rules',
      'plan',
      ...collecting,
      'collect/composed',
      'collect/targets',
      'rules/text',
      'report',
      'report/formats.ts',
      '.',
    ],
    io: true,
  },
  { at: 'cli/verify', holds: 'evidence, checked', mayImport: ['verdicts', 'rules', ...collecting, 'collect/redact', '.', 'cli'], io: true },
  {
    at: 'cli/commands',
    holds: 'one file a command',
    mayImport: ['facts', 'kinds', 'verdicts', 'rules', 'plan', ...collecting, 'rules/text', 'explain', 'report', 'report/formats.ts', '.', 'cli', 'cli/verify'],
    io: true,
  },
  {
    at: 'cli/commands/rules',
    holds: 'the commands about rules',
    mayImport: ['facts', 'kinds', 'rules', 'plan', 'rules/text', 'explain', 'report', '.', 'cli'],
    io: true,
  },
  {
    at: 'cli/commands/show',
    holds: 'commands that print one fact of a target',
    mayImport: ['facts', 'kinds', 'collect', 'report', '.', 'cli'],
    io: true,
  },
  { at: 'cli/commands.ts', holds: 'the table of commands, generated from the folder', mayImport: ['cli/commands', 'cli/commands/rules', 'cli/commands/show'] },
  {
    at: 'cli/calling',
    holds: 'which command is called, and help about none',
    mayImport: ['rules/text', 'report', 'collect/targets', 'cli', 'cli/commands.ts'],
  },
  { at: 'cli/main.ts', holds: 'argv to a command, errors to an exit status', mayImport: ['report', 'cli', 'cli/calling'], io: true },
  {
    at: 'build',
    holds: 'the bundle, and what is generated',
    mayImport: [
      'facts',
      'facts/host',
      'kinds',
      'verdicts',
      'rules',
      ...collecting,
      'collect/composed',
      'collect/targets',
      'rules/text',
      'explain',
      'report',
      'report/formats.ts',
      '.',
      'cli',
      'cli/commands.ts',
      'cli/main.ts',
    ],
    io: true,
  },
];

/** A regular expression for a row's own files: those of a folder that have no row of their own. */
export function filesOf(at: string): string {
  if (at.endsWith('.ts')) return `^src/${at.replace('.', '\\.')}$`;
  const folder = at === '.' ? '' : `${at.replace('*', '[^/]+')}/`;
  const single = layers.filter((l) => l.at.endsWith('.ts') && l.at.startsWith(folder)).map((l) => l.at.slice(folder.length).replace('.', '\\.'));
  return `^src/${folder}${single.length > 0 ? `(?!(?:${single.join('|')})$)` : ''}[^/]+\\.ts$`;
}

/** The rows as rules of dependency-cruiser: whatever a row does not name, its files may not import. */
export function layerRules(): object[] {
  return layers.map(({ at, mayImport, apart }) => ({
    name: `may-import (${at})`,
    severity: 'error',
    from: { path: filesOf(at) },
    to: { path: '^src/', pathNot: [...(apart ? [] : [filesOf(at)]), ...mayImport.map(filesOf)] },
  }));
}

/** Files that may touch nothing outside: no Node module at all. */
export const pureFiles = (): string[] => layers.filter((l) => !l.io).map((l) => filesOf(l.at));

/** The table of folders, for ARCHITECTURE.md. */
export function layerTable(): string {
  const rows = layers.map(({ at, holds, mayImport, io }) => `| \`${named(at)}\` | ${holds} | ${inBraces(mayImport)} | ${io ? 'yes' : ''} |`);
  return `| in \`src\` | holds | may import | and Node's modules |\n|---|---|---|---|\n${rows.join('\n')}`;
}

const named = (at: string): string => (at === '.' ? '*.ts' : at);

/** Rows as people read them: those below one folder together, `facts/{., text}`; a dot is the folder itself. */
function inBraces(rows: readonly string[]): string {
  const top = (at: string): string => at.replace(/\/.*/, '');
  const below = Map.groupBy(rows, top);
  const every = Map.groupBy(
    layers.map((l) => l.at),
    top,
  );
  const each = [...below].map(([folder, some]) => {
    if (some.length === 1) return `\`${named(some[0] ?? '')}\``;
    if (some.length === every.get(folder)?.length) return `\`${folder}/**\``;
    return `\`${folder}/{${some.map((at) => (at === folder ? '.' : at.slice(folder.length + 1))).join(', ')}}\``;
  });
  return each.join(', ') || 'nothing';
}
