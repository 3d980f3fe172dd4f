/**
 * The merged configuration against `crio config`, which prints what the daemon would have in force: random files,
 * drop-ins, flags and variables.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { lookup } from '../../../src/facts/containers/lookup.ts';
import { crioSettings } from '../../../src/facts/crio/crio-settings.ts';
import { settle } from '../../../src/facts/settle.ts';
import { entry, plain, type TextNode } from '../../../src/facts/text/node.ts';
import { parseToml } from '../../../src/facts/text/toml.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';

/** Values as they stand in TOML; some are of the wrong type, which CRI-O refuses. */
const keys: Readonly<Record<string, readonly string[]>> = {
  'crio.log_dir': ['"/var/log/a"', '""'],
  'crio.storage_option': ['["a=1"]', '["b=2", "a=1"]', '[]'],
  'crio.api.stream_address': ['"0.0.0.0"', '""', '1'],
  'crio.api.listen': ['"/run/crio/other.sock"'],
  'crio.runtime.selinux': ['true', 'false', '"true"'],
  'crio.runtime.pids_limit': ['7', '0', '-1'],
  'crio.runtime.default_capabilities': ['[]', '["CHOWN", "NET_RAW"]', '["KILL"]'],
  'crio.runtime.seccomp_profile': ['"unconfined"', '""'],
  'crio.runtime.Apparmor_Profile': ['"mine"', '""'],
  'crio.runtime.allowed_devices': ['["/dev/kvm"]', '[]'],
  'crio.runtime.cgroup_manager': ['"cgroupfs"', '"systemd"'],
  'crio.image.insecure_registries': ['["r.example"]', '[]'],
  'crio.image.signature_policy': ['"/etc/crio/policy.json"', '""'],
  'crio.image.short_name_mode': ['"disabled"', '""'],
  'crio.image.pause_image': ['"r.example/pause:1"'],
  'crio.network.plugin_dirs': ['["/a", "/b"]', '[]'],
  'crio.metrics.enable_metrics': ['true', 'false'],
  'crio.nri.enable_nri': ['false'],
  'crio.nri.nri_plugin_dir': ['"/srv/nri"'],
  'crio.runtime.runtimes.crun.runtime_path': ['"/usr/bin/crun"'],
  'crio.runtime.runtimes.kata.privileged_without_host_devices': ['true'],
  'crio.runtime.unheard_of': ['1'],
};

const assignment = fc.constantFrom(...Object.keys(keys)).chain((key) => fc.tuple(fc.constant(key), fc.constantFrom(...(keys[key] as string[]))));
const file = fc.uniqueArray(assignment, { maxLength: 4, selector: ([key]) => key });
const flags = fc.subarray(
  [
    '--selinux',
    '--selinux=false',
    '--pids-limit 9',
    '--default-capabilities CHOWN,KILL',
    '--cni-plugin-dir /x --cni-plugin-dir /y',
    '--enable-nri=false',
    '-s vfs',
    '--pids-limit x',
  ],
  { maxLength: 2 },
);
const variables = fc.subarray(
  ['CONTAINER_SELINUX=true', 'CONTAINER_PIDS_LIMIT=3', 'CONTAINER_METRICS_HOST=::', 'CONTAINER_INSECURE_REGISTRY=a.example, b.example'],
  {
    maxLength: 2,
  },
);

const textOf = (settings: readonly (readonly [string, string])[]): string =>
  settings
    .map(([key, value]) => {
      const at = key.split('.');
      return `[${at.slice(0, -1).join('.')}]\n${at.at(-1)} = ${value}\n`;
    })
    .join('');

/** Two assignments of one table would open it twice, which TOML refuses. */
const oneTableEach = (settings: readonly (readonly [string, string])[]): boolean =>
  new Set(settings.map(([key]) => key.slice(0, key.lastIndexOf('.')))).size === settings.length;

interface Layers {
  readonly main: string | undefined;
  readonly dropIns: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  readonly variables: readonly string[];
}

/** What crio prints, commented defaults put in; undefined where it refuses. */
function printed({ main, dropIns, flags, variables }: Layers): TextNode | undefined {
  const base = mkdtempSync(join(tmpdir(), 'crio-oracle-'));
  try {
    mkdirSync(join(base, 'd'));
    writeFileSync(join(base, 'main'), main ?? '');
    for (const [name, text] of Object.entries(dropIns)) writeFileSync(join(base, 'd', name), text);
    const words = [...flags.flatMap((f) => f.split(' ')), '--config', join(base, 'main'), '--config-dir', join(base, 'd'), 'config'];
    const env = Object.fromEntries(variables.map((v) => [v.slice(0, v.indexOf('=')), v.slice(v.indexOf('=') + 1)]));
    const { status, stdout } = spawnSync('crio', words, { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...env } });
    if (status !== 0) return undefined;
    const parsed = parseToml(uncommented(stdout));
    if (parsed.is === 'broken') throw new Error(parsed.problem.message);
    return parsed.root;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Keys that stand as comments have their default. A table that is described in a comment is none. */
function uncommented(text: string): string {
  const lines: string[] = [];
  let described = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('# [')) described = true;
    else if (!line.startsWith('#')) described = false;
    lines.push(described ? '' : line.replace(/^# ?((?:\w+ = .*)|\t".*",|\]|\[crio.*\])$/, '$1'));
  }
  return lines.join('\n');
}

const version = (): string => /1\.\d+\.\d+/.exec(execFileSync('crio', ['--version'], { encoding: 'utf8' }))?.[0] ?? '';

function learnt({ main, dropIns, flags, variables }: Layers, release: string) {
  const unit = `[Service]\n${variables.map((v) => `Environment="${v}"\n`).join('')}ExecStart=/usr/bin/crio ${flags.join(' ')}\n`;
  const found = settle(
    crioSettings(),
    answerer({
      files: {
        '/usr/bin/crio': { mode: '0755' },
        '/etc/systemd/system/crio.service': unit,
        ...(main === undefined ? {} : { '/etc/crio/crio.conf': main }),
        ...Object.fromEntries(Object.entries(dropIns).map(([name, text]) => [`/etc/crio/crio.conf.d/${name}`, text])),
      },
      commands: { 'crio --version': { stdout: `crio version ${release}\n` } },
    }),
  );
  if (found.is === 'absent') throw new Error('there is a crio');
  return found;
}

const compared = [
  ...Object.keys(keys).filter((key) => !/unheard|runtimes/.test(key)),
  'crio.storage_driver',
  'crio.api.stream_port',
  'crio.api.stream_enable_tls',
  'crio.runtime.default_runtime',
  'crio.runtime.conmon_cgroup',
  'crio.image.pinned_images',
  'crio.image.signature_policy_dir',
  'crio.network.network_dir',
  'crio.metrics.metrics_host',
  'crio.metrics.metrics_port',
  'crio.nri.nri_plugin_config_dir',
].map((key) => key.toLowerCase().split('.'));

const at = (root: TextNode, path: readonly string[]): unknown => {
  const node = path.reduce<TextNode | undefined>((n, name) => n && entry(n, name)?.value, root);
  return node && plain(node);
};

describe('what crio config prints', oracle('crio'), () => {
  test('is what is learnt, key by key', () => {
    const release = version();
    let agreed = 0;
    let refused = 0;
    const layers = fc.record({
      main: fc.option(file.filter(oneTableEach).map(textOf), { nil: undefined }),
      dropIns: fc.dictionary(fc.constantFrom('10-a.conf', '9-b', 'B.bak', 'a.conf~'), file.filter(oneTableEach).map(textOf), { maxKeys: 3 }),
      flags,
      variables,
    });
    fc.assert(
      fc.property(layers, (given) => {
        const real = printed(given);
        const found = learnt(given, release);
        if (real === undefined || found.is === 'unknown') {
          refused++;
          expect(found.is === 'unknown').toBe(real === undefined);
          return;
        }
        for (const path of compared) {
          // What nothing sets and this test does not claim a default for is storage.conf's.
          const { value, gap } = lookup(found.fact, ...path);
          if (gap || value === undefined) continue;
          expect([path.join('.'), value]).toEqual([path.join('.'), at(real, path)]);
          agreed++;
        }
        const names = Object.keys((lookup(found.fact, 'crio', 'runtime', 'runtimes').value ?? {}) as object).sort();
        // The handler that it has from the start is printed as a comment.
        expect(names).toEqual(Object.keys((at(real, ['crio', 'runtime', 'runtimes']) ?? { crun: {} }) as object).sort());
      }),
      { numRuns: 60, seed: 26 },
    );
    console.info(`CRI-O ${release}: ${agreed} values agree, and ${refused} of 60 configurations are refused by both`);
    expect(agreed).toBeGreaterThan(300);
  }, 120_000);
});
