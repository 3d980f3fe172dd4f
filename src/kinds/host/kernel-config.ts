/** Kind `kernel-config`: what of the options that containers need the kernel was built without. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { type KernelOptions, kernelOptions } from '../../facts/host/kernel-options.ts';
import { moduleRoots } from '../../facts/host/kernel-release.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

/** What does the work of the older tables in a kernel that has nftables alone, through iptables-nft (all of these). */
const nftables = ['NF_TABLES', 'NFT_COMPAT', 'NFT_MASQ', 'NFT_NAT'];
const legacyTables = ['IP_NF_FILTER', 'IP_NF_NAT', 'IP_NF_TARGET_MASQUERADE', 'IP_NF_TARGET_REJECT', 'IP_NF_TARGET_REDIRECT'];
/** Options that went by another name before or after. */
const otherNames: Readonly<Record<string, string>> = {
  NF_NAT: 'NF_NAT_IPV4',
  IP_NF_TARGET_MASQUERADE: 'NETFILTER_XT_TARGET_MASQUERADE',
  IP_NF_TARGET_REDIRECT: 'NETFILTER_XT_TARGET_REDIRECT',
};
/** Modules of options that are built as such, where the name does not follow from the option's. */
const modules: Readonly<Record<string, string>> = {
  BRIDGE_NETFILTER: 'br_netfilter',
  IP_NF_FILTER: 'iptable_filter',
  IP_NF_NAT: 'iptable_nat',
  IP_NF_TARGET_REJECT: 'ipt_REJECT',
  OVERLAY_FS: 'overlay',
  NETFILTER_XT_SET: 'xt_set',
};
const plainNames = ['VETH', 'BRIDGE', 'NF_NAT', 'VXLAN', 'IP_SET', 'IP_VS', 'WIREGUARD'];

export const kernelConfig = defineKind({
  name: 'kernel-config',
  noun: 'the kernel',
  describe: 'Options of the kernel that are set, be they built in or modules; a module also has to be there.',
  main: 'names',
  fields: { names: { type: 'strings', required: true, describe: 'options without CONFIG_' } },
  shape: record({
    release: string('the kernel'),
    unset: list(string('an option'), 'those that are not set, and whose work no other option does'),
    withoutModule: list(string('an option'), 'those that are set as a module whose file is not there'),
  }),
  touches: () => [
    kernelOptions,
    ...moduleRoots.flatMap((root) => ['modules.dep', 'modules.builtin'].map((file) => ({ do: 'read', path: `${root}/*/${file}` }) as const)),
  ],
  *learn({ names }): Asking<Fact> {
    const kernel = yield* kernelOptions();
    if (kernel.is === 'unknown') return kernel;
    const fact = new FactBuilder().consulted(kernel.where).set('release', kernel.release, kernel.where);
    const unset = names.filter((name) => !isSet(kernel, name));
    fact.set('unset', unset, { ...kernel.where, ...(unset.length > 0 ? { said: `does not set ${unset.join(', ')}` } : {}) });
    const built = names.flatMap((name) => {
      const module =
        modules[name] ?? (/^NETFILTER_XT_MATCH_/.test(name) ? `xt_${name.slice(19).toLowerCase()}` : plainNames.includes(name) ? name.toLowerCase() : '');
      return module !== '' && kernel.options.get(name)?.value === 'm' ? [{ name, module }] : [];
    });
    yield* setModules(fact, kernel, built);
    return fact.build();
  },
});

const has = ({ options }: KernelOptions, name: string): boolean => /^[ym]$/.test(options.get(name)?.value ?? '');

function isSet(kernel: KernelOptions, name: string): boolean {
  const other = otherNames[name];
  if (has(kernel, name) || (other !== undefined && has(kernel, other))) return true;
  return legacyTables.includes(name) && nftables.every((n) => has(kernel, n));
}

/** Distributions split the modules of one kernel over packages, so that its options do not tell what is there. */
function* setModules(fact: FactBuilder, { release }: KernelOptions, built: readonly { readonly name: string; readonly module: string }[]): Asking<void> {
  const paths = moduleRoots.flatMap((root) => ['modules.dep', 'modules.builtin'].map((file) => `${root}/${release}/${file}`));
  const texts = yield* together(paths.map((p) => read(p)));
  const got = texts.flatMap((t) => (t.is === 'got' ? [t.value] : []));
  const where: Where[] = paths.filter((_, at) => texts[at]?.is === 'got').map((path) => ({ path }));
  const refused = texts.findIndex((t) => t.is === 'blocked');
  const answer = texts[refused];
  if (answer?.is === 'blocked') return void fact.gap('withoutModule', unknown(answer, paths[refused] ?? ''));
  // Without the lists of depmod nothing is said of modules: kernel-modules tells what can be loaded.
  const there = (module: string): boolean => got.length === 0 || got.some((text) => new RegExp(`/${module}\\.ko`, 'm').test(text));
  const lost = built.filter(({ module }) => !there(module)).map(({ name }) => name);
  fact.set('withoutModule', lost, ...(where.length > 0 ? where : [{ path: `/usr/lib/modules/${release}` }]));
}
