/**
 * Faults that a hurried hand might bring into the sources, each a small change of text, and the law that must notice.
 * The text stands in its file once; where it no longer does, the fault has to be planted anew.
 */
import type { LawName } from '../laws.ts';

export interface Planted {
  readonly what: string;
  /** Below src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly law: LawName;
}

/** In one file: what the fault is, the text, what stands there instead. */
const inFile = (file: string, law: LawName, ...faults: readonly (readonly [what: string, from: string, to: string])[]): Planted[] =>
  faults.map(([what, from, to]) => ({ what, file, from, to, law }));

const asAbsent: readonly Planted[] = [
  ...inFile('kinds/host/file.ts', 'monotone', [
    'a file that may not be looked at is not there',
    "if (answer.is === 'blocked') return unknown(answer, path);",
    "if (answer.is === 'blocked') return missing({ path });",
  ]),
  ...inFile('kinds/host/text.ts', 'monotone', [
    'a text that may not be read is not there',
    "if (answer.is === 'blocked') return unknown(answer, path);",
    "if (answer.is === 'blocked') return missing({ path });",
  ]),
  ...inFile('kinds/host/lingering.ts', 'monotone', [
    'who may not look whether somebody lingers sees that nobody does',
    "if (file.is === 'blocked') return unknown(file, path);",
    '',
  ]),
  ...inFile('kinds/host/process.ts', 'monotone', [
    'a process whose name is hidden is another one',
    "return answer?.is === 'blocked' ? unknown(answer, `/proc/${ids[at]}/comm`) : undefined;",
    'return undefined;',
  ]),
  ...inFile('kinds/host/subid-conflicts.ts', 'monotone', [
    'groups that may not be read have no ids',
    "if (groups.is === 'blocked') return fact.gap('accounts', unknown(groups, '/etc/group')).build();",
    '',
  ]),
  ...inFile('kinds/host/idmap-tools.ts', 'monotone', [
    'a program that may not be looked at is passed over',
    "if (end.is === 'blocked') return { name, hidden: unknown(end, path), consulted };",
    '',
  ]),
  ...inFile('kinds/host/user-units.ts', 'monotone', [
    'a directory that may not be listed is empty',
    "if (listing?.is === 'blocked') hidden ??= unknown(listing, directories[at] as string);",
    '',
  ]),
  ...inFile('kinds/cgroup/cgroup.ts', 'monotone', [
    'a boot entry that may not be read sets nothing',
    "if (blocked?.answer.is === 'blocked') return unknown(blocked.answer, blocked.path);",
    '',
  ]),
  ...inFile('kinds/vehicle/qm.ts', 'monotone', [
    'a drop-in that may not be read sets nothing',
    "if (text.is === 'blocked') return unknown(text, paths[i] as string);",
    '',
  ]),
  ...inFile('kinds/vehicle/bluechi.ts', 'monotone', [
    'a file that may not be read sets nothing',
    "if (text?.is === 'blocked') return unknown(text, path);",
    '',
  ]),
  ...inFile('kinds/crio/crio-cni.ts', 'monotone', [
    'a network that may not be read is a broken one',
    "if (text.is === 'blocked') return unknown(text, path);",
    '',
  ]),
  ...inFile('facts/host/container-traces.ts', 'monotone', [
    'who may not be looked up has no trace of Podman',
    "if (answer?.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/'))) blocked ??= unknown(answer, path);",
    '',
  ]),
  ...inFile('facts/host/passwd.ts', 'monotone', [
    'a passwd that may not be read holds nobody',
    "if (answer.is === 'blocked') return unknown(answer, passwdPath);",
    "if (answer.is === 'blocked') return { is: 'known', entries: [], consulted };",
  ]),
  ...inFile('facts/host/mount-table.ts', 'monotone', [
    'mounts that may not be read are those of fstab',
    "if (live.is === 'blocked' && live.why !== 'unsupported') return unknown(live, mountInfo);",
    '',
  ]),
  ...inFile('facts/host/directories-above.ts', 'monotone', [
    'a directory that may not be looked at is safe',
    "if (end.is === 'blocked') shut ??= unknown(end, dir);",
    '',
  ]),
  ...inFile(
    'facts/systemd/dropins.ts',
    'monotone',
    [
      'a drop-in directory that may not be listed is empty',
      "if (entries.is === 'blocked' && !entries.said?.startsWith('is a ')) unseen.push(unknown(entries, path));",
      '',
    ],
    ['a drop-in that may not be read is empty', "if (text.is === 'blocked') unseen.push(unknown(text, path));", ''],
  ),
  ...inFile('facts/systemd/find.ts', 'monotone', [
    'a unit directory that may not be listed is empty',
    "if (answer.is === 'blocked') unseen.push(unknown(answer, path));",
    '',
  ]),
  ...inFile('facts/quadlet/quadlet-disk.ts', 'monotone', [
    'a Quadlet directory that may not be listed is empty',
    "if (answer.is === 'blocked') unseen.push(unknown(answer, e.path));",
    '',
  ]),
  ...inFile('facts/policy/registries-d.ts', 'monotone', [
    'a file of registries.d that may not be read is empty',
    "?? (text.is === 'blocked' ? unknown(text, path) : undefined)",
    '',
  ]),
  ...inFile('facts/cgroup/boot-config.ts', 'monotone', [
    'a boot entry that may not be read has no options',
    "for (const [at, answer] of entries.entries()) if (answer.is === 'blocked') return unknown(answer, names[at] ?? '');",
    '',
  ]),
  ...inFile('facts/podman/helpers.ts', 'monotone', [
    'a helper that may not be looked at is passed over',
    "if (answer.is === 'blocked') return unknown(answer, path);",
    "if (answer.is === 'blocked') continue;",
  ]),
  ...inFile('facts/podman/service-processes.ts', 'monotone', [
    'a command line that may not be read is none of ours',
    "if (line.is === 'blocked') return unknown(line, path);",
    "if (line.is === 'blocked') continue;",
  ]),
  ...inFile('facts/ssh/effective.ts', 'monotone', [
    'a configuration of ssh that may not be read is not there',
    "if (answer.is === 'blocked') return unknown(answer, path);",
    "if (answer.is === 'blocked') continue;",
  ]),
  ...inFile('facts/macos/connections.ts', 'monotone', [
    'connections that may not be read are none',
    "if (json.is === 'blocked') return unknown(json, path);",
    '',
  ]),
  ...inFile('facts/k3s/cidr-neighbours.ts', 'monotone', [
    'routes that may not be read are none',
    "routes.is === 'blocked' && routes.why !== 'unsupported' ? unknown(routes, routePath) : strange",
    'strange',
  ]),
];

const judging: readonly Planted[] = [
  ...inFile(
    'evaluate/judge.ts',
    'monotone',
    [
      'an unknown `when` is a no',
      'return when.undecided ? unknownVerdict(base, rule.severity, when, inquiry) : undefined;',
      'return when.undecided ? notMeant(base, rule, when, () => true) : undefined;',
    ],
    [
      'a failure hides what is undecided and weighs more',
      'if (check.undecided && (!check.fails || rank(check.undecided) < rank(check.fails)))',
      'if (check.undecided && !check.fails)',
    ],
    ['subjects that may be there are not told of', "...(others ? [undecidedVerdict(rule, by, '(others)', others)] : []),", ''],
    ['a subject that may be chosen is not', '...undecided.map(({ subject, why }) => undecidedVerdict(rule, by, subject, why)),', ''],
    [
      'of several ways, one that is undecided does not count',
      'if (applying.some((f) => f.undecided && !f.fails)) return { applies: true, undecided: severity, evidence };',
      '',
    ],
  ),
  ...inFile('evaluate/judge.ts', 'looking', [
    'an item that is undecided holds',
    ": judged.some((j) => j.truth === 'unknown') ? { undecided: severity } : {}",
    ': {}',
  ]),
  ...inFile('evaluate/judge.ts', 'cases', [
    'of several expectations the first one decides',
    'const judged = probe.expect.map((e) => mark(',
    'const judged = probe.expect.slice(0, 1).map((e) => mark(',
  ]),
  ...inFile('evaluate/judge.ts', 'cases', ['of two severities the lesser one counts', '(rank(a) <= rank(b) ? a : b)', '(rank(a) <= rank(b) ? b : a)']),
  ...inFile('expect/expectation.ts', 'looking', [
    'what could not be learnt is not so',
    "if (fact.is === 'unknown') return { truth: 'unknown',",
    "if (fact.is === 'unknown') return { truth: 'no',",
  ]),
  ...inFile('expect/operators.ts', 'cases', [
    'at least is anything',
    "ordered('this or more', 'at least', (n) => n >= 0)",
    "ordered('this or more', 'at least', () => true)",
  ]),
  ...inFile('expect/operators.ts', 'cases', [
    'at most leaves out the limit itself',
    "ordered('this or less', 'at most', (n) => n <= 0)",
    "ordered('this or less', 'at most', (n) => n < 0)",
  ]),
];

const asking: readonly Planted[] = [
  ...inFile('kinds/host/text.ts', 'plan', [
    'a kind reads where it only said that it looks',
    "touches: (q) => [{ do: 'read',",
    "touches: (q) => [{ do: 'stat',",
  ]),
  ...inFile('kinds/host/lingering.ts', 'plan', ['a kind looks at what it did not name', "{ do: 'stat', path: `${lingerPath}/{user}` }, ", '']),
  ...inFile('plan/plan.ts', 'plan', ['what finds the subjects is not printed', 'if (ranged) add(rule, groundOfFind(ranged).touches);', '']),
  ...inFile('facts/pattern.ts', 'plan', [
    'the number of an account is taken for root’s',
    ".replaceAll('{uid}', as.uid < 0 ? '*' : String(as.uid))",
    ".replaceAll('{uid}', '0')",
  ]),
  ...inFile('evaluate/missing.ts', 'missing', [
    'what nobody could look at is not missing',
    'if (staysOpen(open, seen, seen.withNothingShut)) return all;',
    'if (staysOpen(open, seen, seen.withNothingShut)) return [];',
  ]),
  ...inFile('evaluate/ask-again.ts', 'missing', ['a program is to be asked again without its account', '...(user ? { user } : {}), privilege', 'privilege']),
];

const recording: readonly Planted[] = [
  ...inFile('collect/record.ts', 'recorded', [
    'a recording loses an answer',
    'snapshotOf(header, answers.values())',
    'snapshotOf(header, [...answers.values()].slice(1))',
  ]),
  ...inFile('collect/snapshot/snapshot.ts', 'recorded', [
    'a recording that is whole counts as cut off',
    'truncated: end === undefined }',
    'truncated: end !== undefined }',
  ]),
];

const reading: readonly Planted[] = [
  ...inFile('facts/text/toml.ts', 'files', [
    'TOML that does not parse is empty',
    "if (control) return broken('a control character, which TOML does not allow', placesOf(marked)(control.index));",
    "if (control) return parseFully('');",
  ]),
  ...inFile('facts/policy/policy-file.ts', 'files', [
    'a policy that is no JSON accepts everything',
    'const parsed = parseJson(text);',
    'const parsed = parseJson(text.startsWith(\'{\') ? text : \'{"default":[{"type":"insecureAcceptAnything"}]}\');',
  ]),
  ...inFile('facts/host/disk.ts', 'files', [
    'what refuses to be read is read as nothing',
    "for (const answer of answers) if (answer.is === 'blocked') return unknown(answer, path);",
    '',
  ]),
  ...inFile('facts/ask.ts', 'types', [
    'what is no file is not there',
    "if (answer.is !== 'got') return answer;",
    "if (answer.is !== 'got') return answer.is === 'blocked' && answer.why === 'failed' ? { is: 'absent' } : answer;",
  ]),
];

export const planted: readonly Planted[] = [...asAbsent, ...judging, ...asking, ...recording, ...reading];
