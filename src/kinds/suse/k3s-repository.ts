/** Kind `k3s-repository`: the repository of k3s-selinux, and whether it is built for this product (k3s-io/k3s:install.sh, k3s#14472). */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { type OsRelease, osRelease, osReleasePaths } from '../../facts/host/os-release.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { rancherProduct, zypp } from '../../facts/suse/zypp.ts';

export const k3sRepository = defineKind({
  name: 'k3s-repository',
  noun: 'the repository of k3s-selinux',
  absent: 'no repository of k3s-selinux is enabled',
  describe: 'The enabled repository that has k3s-selinux: the product it is built for, and the one that this host is.',
  fields: {},
  shape: record({
    alias: string('its alias'),
    product: string('what it is built for: slemicro, microos, centos/8'),
    suitable: list(string('a product'), 'those that suit this host'),
    suits: boolean('it is one of these'),
    file: string('the file that describes it'),
    key: string('baseurl of its section, as a step names it'),
    address: string('the address that suits, in place of its own'),
  }),
  touches: () => [zypp, ...osReleasePaths.map((path) => ({ do: 'read' as const, path }))],
  *learn(): Asking<Fact> {
    const found = yield* zypp();
    if (found.is === 'unknown') return found;
    const named = found.repositories.flatMap((r) => r.urls.map((url) => ({ r, url, product: rancherProduct(url.text) })));
    const of = named.find((n) => n.r.enabled && n.product !== undefined);
    if (!of?.product) return missing(...found.consulted);
    const release = yield* osRelease();
    if (!release) return unknown({ is: 'blocked', why: 'unsupported', said: 'there is none' }, osReleasePaths[0]);
    if ('is' in release) return release;
    const { r, url, product } = of;
    const suitable = suiting(release);
    const right = suitable.includes(product) || product === '' ? product : suitable[0];
    return new FactBuilder()
      .consulted(r.at)
      .set('alias', r.alias, r.at)
      .set('product', product, url.at)
      .set('suitable', suitable, { path: release.path })
      .set('suits', suitable.includes(product), url.at, { path: release.path })
      .set('file', r.file, r.at)
      .set('key', `${JSON.stringify(r.alias)}.${url.key}`, url.at)
      .set('address', url.text.replace(`/common/${product}/`, `/common/${right ?? product}/`), url.at)
      .build();
  },
});

/** SLE Micro, SL Micro and, since 2026, SLES 16 share a policy; MicroOS and Tumbleweed have a newer one. Leap and SLES 15 may have either. */
function suiting({ values }: OsRelease): string[] {
  const id = values.get('ID')?.value ?? '';
  const release = Number.parseInt(values.get('VERSION_ID')?.value ?? '', 10);
  if (/^(?:sle-micro|sl-micro|sle-micro-rancher|suse-microos)$/.test(id) || (id === 'sles' && release >= 16)) return ['slemicro'];
  if (/^(?:opensuse-microos|opensuse-tumbleweed|opensuse-aeon|opensuse-kalpa)$/.test(id)) return ['microos'];
  return ['microos', 'slemicro'];
}
