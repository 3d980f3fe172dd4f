/** Kind `vxlan-address`: whether udev gives the VXLAN of K3s' flannel another address than the one flannel tells other nodes. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { seeTool, toolVersion } from '../../facts/host/tool-version.ts';
import type { Chosen } from '../../facts/k3s/given.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { type PodNetwork, podNetwork } from '../../facts/k3s/pod-network.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { type LinkFiles, type LinkReading, linkFiles, linkFor, readingsOf } from '../../facts/systemd/link-files.ts';
import { compareReleases, type Release, releaseOf, since } from '../../facts/text/version.ts';

/** What flannel of K3s makes; the kernel says of it DEVTYPE=vxlan, and ethtool the driver vxlan. */
const device = { name: 'flannel.1', type: 'vxlan', driver: 'vxlan', kind: 'vxlan' };
const settings = '/var/lib/rancher/k3s/agent/etc/flannel/net-conf.json';

/**
 * Releases of K3s by their flannel: it sets the address when it makes the device from 0.14.1, 0.15.1 and 0.16.0 on
 * (flannel-io/flannel#1485, #1490; k3s-io/k3s#4274, #4268, #4267, #4265). `without` is the last that does not, `with` the
 * first that surely does. Of the one between them it is not known. Later minor releases all do (k3s-io/k3s#4258).
 */
const minors = [
  { without: '1.19.15', with: '1.20.0' },
  { without: '1.20.11', with: '1.20.12' },
  { without: '1.21.5', with: '1.21.7' },
  { without: '1.22.2', with: '1.22.4' },
];
const later = '1.23';

export const vxlanAddress = defineKind({
  name: 'vxlan-address',
  noun: 'K3s',
  absent: 'no service here starts K3s',
  describe:
    'Whether udev gives flannel.1 another address than the one that flannel of K3s tells other nodes: the first .link file for it has MACAddressPolicy=persistent, and flannel does not set the address itself (systemd.link(5), flannel-io/flannel#1155).',
  fields: {},
  shape: record({
    release: string('the release of K3s'),
    setByFlannel: boolean('flannel of that release sets the address when it makes the device, and udev leaves it alone'),
    backend: string('what carries the traffic of pods: vxlan, host-gw, … or the plugin that somebody brought'),
    systemd: string('the release of systemd; from 242 on its policy covers virtual devices'),
    file: string('the .link file that the device gets'),
    how: string('the line of it that has the address changed; unset where none does'),
  }),
  touches: () => [k3sModel, seeTool.of('k3s'), podNetwork, { do: 'read', path: settings }, seeTool.of('systemctl'), linkFiles],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const k3s = yield* toolVersion('k3s');
    if (k3s.is === 'unknown') return k3s;
    if (k3s.is === 'absent')
      return { is: 'unknown', why: 'ambiguous', said: 'the release of K3s decides, which is not known: the program k3s is not there', where: k3s.consulted };
    const release = releaseOf(k3s.version);
    if (!release) return unparsable(`${k3s.version} is not a version of K3s`, k3s.where);
    const sets = setsAddress(release);
    const fact = new FactBuilder().consulted(model.where).set('release', k3s.version, k3s.where);
    const said = `whether flannel of K3s ${k3s.version} sets the address of its VXLAN is not known`;
    if (sets === undefined) fact.gap('setByFlannel', { is: 'unknown', why: 'unsupported', said, where: [k3s.where] });
    else fact.set('setByFlannel', sets, k3s.where);
    if (sets !== true) yield* ofOldFlannel(fact, model.flags.one('flannel-conf'));
    return fact.build();
  },
});

function setsAddress(release: Release): boolean | undefined {
  if (since(release, later)) return true;
  const minor = minors.find((m) => m.without.startsWith(`${release.numbers.slice(0, 2).join('.')}.`));
  if (!minor) return false;
  return since(release, minor.with) ? true : (compareReleases(release.said, minor.without) ?? 0) > 0 ? undefined : false;
}

/** The rest is asked only where flannel is old. */
function* ofOldFlannel(fact: FactBuilder, file: Chosen | undefined): Asking<void> {
  const pods = yield* podNetwork();
  if (pods.is === 'none') return;
  const backend = pods.is === 'unknown' ? pods : yield* backendOf(pods, file);
  if (backend.is === 'unknown') fact.gap('backend', backend);
  else fact.set('backend', backend.name, ...backend.where);
  if (backend.is !== 'unknown' && backend.name !== 'vxlan') return;
  const [systemd, links] = yield* together([toolVersion('systemctl'), linkFiles()]);
  if (systemd.is === 'unknown') fact.gap('systemd', systemd);
  if (systemd.is === 'known') fact.set('systemd', systemd.version, systemd.where);
  if (systemd.is === 'absent') fact.at('systemd', ...systemd.consulted);
  if (links.is === 'unknown') return void fact.gap('how', links);
  tellFile(fact, links, readingsOf(systemd.is === 'known' ? releaseOf(systemd.version) : undefined));
}

type Backend = { readonly is: 'known'; readonly name: string; readonly where: readonly Where[] } | Unknown;

/** An agent takes its server's word, and writes it down for flannel. */
function* backendOf({ name, backend, where }: PodNetwork, file: Chosen | undefined): Asking<Backend> {
  if (name !== 'flannel') return { is: 'known', name, where };
  if (file?.value) return { is: 'unknown', why: 'unsupported', said: `the backend of flannel stands in ${file.value}, which is not read`, where: [file.where] };
  if (backend !== undefined) return { is: 'known', name: backend, where };
  const text = yield* read(settings);
  if (text.is === 'blocked') return unknown(text, settings);
  const type = text.is === 'got' ? /"Type"\s*:\s*"([^"]*)"/i.exec(text.value)?.[1] : undefined;
  if (type !== undefined) return { is: 'known', name: type, where: [{ path: settings }] };
  return { is: 'unknown', why: 'ambiguous', said: 'which backend the server has given flannel stands in no file here', where: [{ path: settings }] };
}

/** Where the release of systemd leaves several ways to read the files, all of them have to come out the same. */
function tellFile(fact: FactBuilder, { files, looked }: LinkFiles, readings: readonly LinkReading[]): void {
  const choices = readings.map((reading) => linkFor(files, device, reading));
  const [choice] = choices;
  const undecided = choices.find((c) => c.undecided)?.undecided;
  const differs = choices.some((c) => (c.changes === undefined) !== (choice?.changes === undefined));
  if (undecided || differs) {
    const at = undecided ? [{ path: undecided.path }] : looked;
    const said = undecided
      ? `whether ${undecided.path} is for ${device.name} depends on conditions that no file tells of`
      : `which .link file ${device.name} gets depends on the release of systemd`;
    return void fact.gap('how', { is: 'unknown', why: 'ambiguous', said, where: at });
  }
  const file = choice?.file;
  if (file) fact.set('file', file.path, { path: file.path });
  if (choice?.changes) fact.set('how', `${choice.changes.key}=${choice.changes.value}`, choice.changes.where);
  else fact.at('how', ...(file ? [{ path: file.path }] : looked));
}
