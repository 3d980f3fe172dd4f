/** Kind `kdump`: whether the memory of the kernel is stored when it crashes, and where. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';

const services = ['kdump.service', 'kdump-tools.service'] as const;
/** Fedora's, SUSE's and Debian's file, and how each names another host. */
const files = [
  { path: '/etc/kdump.conf', elsewhere: /^\s*(?:ssh\s+\S+@\S+|nfs\s+\S+)/ },
  { path: '/etc/sysconfig/kdump', elsewhere: /^\s*KDUMP_SAVEDIR=["']?(?:ssh|sftp|nfs|cifs):/ },
  { path: '/etc/default/kdump-tools', elsewhere: /^\s*(?:SSH|NFS)=["']?\S+/ },
] as const;
const debian = files[2].path;

export const kdump = defineKind({
  name: 'kdump',
  noun: 'kdump',
  describe: 'Whether kdump starts at boot, and whether it sends the memory of a crashed kernel to another host.',
  fields: {},
  shape: record({
    started: boolean('kdump starts at boot, and its defaults do not switch it off'),
    remote: boolean('dumps go to another host'),
    unit: string('its unit; unset when it does not start'),
  }),
  touches: () => [...services.map((s) => startsAtBoot.of(s)), ...files.map(({ path }) => ({ do: 'read', path }) as const)],
  *learn(): Asking<Fact> {
    const [started, texts] = yield* together([together(services.map((s) => startsAtBoot(s))), together(files.map(({ path }) => read(path)))]);
    const fact = new FactBuilder().consulted(...files.map(({ path }) => ({ path })));
    const links = started.flatMap((s) => ('is' in s ? [] : s));
    const open = started.find((s) => 'is' in s);
    const shut = texts.findIndex((t) => t.is === 'blocked');
    const refused = texts[shut];
    const defaults = texts[2];
    const off = defaults?.is === 'got' && !/^\s*USE_KDUMP=["']?1/m.test(defaults.value) && links.every((l) => l.name === 'kdump-tools.service');
    const where: Where[] = links.length > 0 ? [...links.map((l) => l.at), ...(off ? [{ path: debian }] : [])] : [{ path: '/etc/systemd/system' }];
    if (links.length === 0 && open && 'is' in open) fact.gap('started', open);
    else if (links.length > 0 && refused?.is === 'blocked') fact.gap('started', unknown(refused, files[shut]?.path ?? ''));
    else fact.set('started', links.length > 0 && !off, ...where);
    fact.set('unit', links[0]?.name);
    const found = files.findIndex(({ elsewhere }, at) => {
      const text = texts[at];
      return text?.is === 'got' && text.value.split('\n').some((l) => elsewhere.test(l));
    });
    if (refused?.is === 'blocked') fact.gap('remote', unknown(refused, files[shut]?.path ?? ''));
    else fact.set('remote', found >= 0, ...(found >= 0 ? [{ path: files[found]?.path ?? '' }] : files.map(({ path }) => ({ path }))));
    return fact.build();
  },
});
