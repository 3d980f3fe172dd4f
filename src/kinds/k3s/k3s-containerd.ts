/** Kind `k3s-containerd`: the templates of K3s' containerd, and the configuration that was rendered from them. */
import { type Asking, read } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { weakSettings } from '../../facts/k3s/containerd-weak.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { hasChange } from '../../facts/k3s/release-changes.ts';
import { stateDirectory } from '../../facts/k3s/state-directory.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, says, string } from '../../facts/shape.ts';
import { placed } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';

const below = 'agent/etc/containerd';
const [third, second, rendered] = ['config-v3.toml.tmpl', 'config.toml.tmpl', 'config.toml'] as const;
const usual = `${usualDataDir}/${below}`;
const moved = { later: true, unasked: 'only where data-dir moves it' } as const;

export const k3sContainerd = defineKind({
  name: 'k3s-containerd',
  noun: "K3s's containerd",
  absent: 'no service here starts K3s',
  describe: 'The templates from which K3s writes the configuration of its containerd, and what was rendered at the last start.',
  fields: {},
  shape: record({
    own: says(boolean('K3s runs its own containerd'), { no: 'K3s runs its pods in another runtime' }),
    template: string('the template that is used; unset: K3s’ own'),
    form: string(
      'of that template: extends (it includes the base), fields (it writes all by itself, from what K3s knows), frozen (a finished text); usual: there is none',
      ['usual', 'extends', 'fields', 'frozen'],
    ),
    ignored: list(string('a template'), 'templates that are there and not read'),
    older: boolean('the template is of version 2, and this release writes version 3 without it'),
    rendered: string('the configuration of the last start; unset: there was none'),
    weak: list(
      record({ key: string('a setting'), value: string('its value'), why: string('what follows'), grave: boolean('it opens the node') }),
      'settings of it that take protection away',
    ),
  }),
  touches: () => [
    k3sModel,
    stateDirectory.of(undefined, below),
    ...[third, second, rendered].map((name) => ({ do: 'read' as const, path: `${usual}/${name}` })),
    { do: 'read', named: 'templates of containerd below the data directory of K3s', ...moved },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const fact = new FactBuilder().consulted(model.where);
    const endpoint = model.flags.one('container-runtime-endpoint');
    const other = endpoint?.value ? endpoint : model.flags.on('docker') ? model.flags.one('docker') : undefined;
    fact.set('own', other === undefined, other?.where ?? model.where);
    if (other) return fact.build();
    const directory = yield* stateDirectory(model.dataDir.value, below);
    if (directory.is === 'unknown') return fact.gap('', directory).build();
    const names = directory.is === 'directory' ? directory.entries.filter((e) => e.end).map((e) => e.name) : [];
    yield* setTemplate(fact, names, directory.path, model);
    yield* setRendered(fact, names, directory.path);
    return fact.build();
  },
});

function* setTemplate(fact: FactBuilder, names: readonly string[], directory: string, { release }: K3sModel): Asking<void> {
  const there = [third, second].filter((name) => names.includes(name));
  const parts = ['template', 'form', 'ignored', 'older'] as const;
  const at = { path: directory };
  if (there.length === 0) return void fact.set('ignored', [], at).set('older', false, at).set('form', 'usual', at);
  const knows = release.is === 'known' ? hasChange(release.release, 'containerdVersion3') : undefined;
  if (knows === undefined) {
    const why: Unknown =
      release.is === 'unknown' ? release : { is: 'unknown', why: 'ambiguous', said: 'which template this release reads is not known', where: [release.where] };
    for (const part of parts) fact.gap(part, why);
    return;
  }
  const used = there.find((name) => knows || name === second);
  const ignored = there.filter((name) => name !== used).map((name) => `${directory}/${name}`);
  fact.set('ignored', ignored, ...(ignored.length > 0 ? ignored.map((path) => ({ path })) : [at]));
  fact.set('older', knows && used === second, { path: used ? `${directory}/${used}` : directory });
  if (used === undefined) return void fact.set('form', 'usual', at);
  const path = `${directory}/${used}`;
  fact.set('template', path, { path });
  const text = yield* read(path);
  if (text.is === 'got') fact.set('form', formOf(text.value), { path });
  else fact.gap('form', text.is === 'blocked' ? unknown(text, path) : unparsable(`${path} cannot be read`, { path }));
}

/** How a template of Go's text/template makes the configuration. */
function formOf(text: string): string {
  if (/\{\{-?\s*template\s+"base"/.test(text)) return 'extends';
  return /\{\{/.test(text) ? 'fields' : 'frozen';
}

function* setRendered(fact: FactBuilder, names: readonly string[], directory: string): Asking<void> {
  if (!names.includes(rendered)) return;
  const path = `${directory}/${rendered}`;
  fact.set('rendered', path, { path });
  const text = yield* read(path);
  if (text.is !== 'got') return void fact.gap('weak', text.is === 'blocked' ? unknown(text, path) : unparsable(`${path} cannot be read`, { path }));
  const parsed = parseToml(text.value);
  if (parsed.is === 'broken') return void fact.gap('weak', unparsable(`${path} is not valid TOML (${parsed.problem.message})`, placed(path, parsed.problem)));
  const weak = weakSettings(parsed.root);
  fact.set(
    'weak',
    weak.map(({ at: _, ...one }) => ({ ...one })),
    ...(weak.length > 0 ? weak.map((one) => placed(path, one.at)) : [{ path }]),
  );
  for (const [at, one] of weak.entries()) fact.at(['weak', String(at)], placed(path, one.at));
}
