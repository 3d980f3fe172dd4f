/** Kind `rollback`: whether a system that does not come up after an update gives way to the one before. */
import { type Asking, list, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { type Started, startsAtBoot } from '../../facts/systemd/started.ts';
import { type RaucConfig, raucConfig } from '../../facts/vehicle/rauc.ts';
import { ubootConfig, ubootEnvironment } from '../../facts/vehicle/uboot-environment.ts';
import { updaters } from '../../facts/vehicle/updaters.ts';

const entryFolders = [
  '/boot/loader/entries',
  '/efi/loader/entries',
  '/boot/efi/loader/entries',
  '/boot/EFI/Linux',
  '/efi/EFI/Linux',
  '/boot/efi/EFI/Linux',
] as const;
const transactional = '/usr/sbin/transactional-update';
/** Who judges a start: RAUC's own, greenboot, SUSE's health-checker, and systemd's blessing of boot entries. */
const judges = ['rauc-mark-good.service', 'greenboot-healthcheck.service', 'health-checker.service', 'systemd-bless-boot.service'] as const;

export const rollback = defineKind({
  name: 'rollback',
  noun: 'the way back from an update',
  describe:
    'Whether the system before an update is kept, starts are counted, and somebody judges whether one went well: RAUC, greenboot, health-checker, boot counting of systemd-boot, Mender. Unknown where none is there.',
  fields: {},
  shape: record({
    by: string('who updates'),
    kept: boolean('the system before the update stays on the disk'),
    counted: boolean('the boot loader counts starts that fail, and can be told that one went well'),
    judged: boolean('something judges at boot whether the start went well'),
    environmentMissing: boolean('the boot loader is U-Boot, and /etc/fw_env.config, by which its environment is reached, is not there, or names no place'),
  }),
  touches: () => [
    raucConfig,
    updaters,
    ...judges.map((j) => startsAtBoot.of(j)),
    ubootEnvironment,
    { do: 'stat', path: transactional },
    ...entryFolders.map((path) => ({ do: 'list', path }) as const),
  ],
  *learn(): Asking<Fact> {
    const [config, channels, env, snapshots, started, folders] = yield* together([
      raucConfig(),
      updaters(),
      ubootEnvironment(),
      stat(transactional),
      together(judges.map((j) => startsAtBoot(j))),
      together(entryFolders.map((f) => list(f))),
    ]);
    if (config?.is === 'unknown') return config;
    if ('is' in channels) return channels;
    const fact = new FactBuilder();
    const counting = folders.flatMap((f, at) =>
      f.is === 'got' ? f.value.filter((n) => /\+\d+(?:-\d+)?\.(?:conf|efi)$/.test(n)).map((n) => ({ path: `${entryFolders[at]}/${n}` })) : [],
    );
    const open = started.find((s): s is Unknown => 'is' in s);
    const by = started.flatMap((s) => ('is' in s ? [] : s.slice(0, 1)));
    setJudged(fact, by, open);
    if (config) return setRauc(fact, config, env).build();
    const mender = channels.find((c) => c.updater === 'mender');
    if (mender)
      return told(fact, 'Mender', [{ path: mender.path }])
        .set('judged', true, { path: mender.path })
        .build();
    if (counting.length > 0) return told(fact, 'boot entries that are counted', counting.slice(0, 4)).build();
    const green = by.find((s) => s.name !== 'rauc-mark-good.service' && s.name !== 'systemd-bless-boot.service');
    const tree = channels.find((c) => c.updater === 'ostree');
    if (green) return told(fact, green.name.replace(/\.service$/, ''), [green.at]).build();
    if (snapshots.is === 'blocked') return unknown(snapshots, transactional);
    const keeper = snapshots.is === 'got' ? { name: 'transactional-update', at: { path: transactional } } : tree && { name: 'OSTree', at: { path: tree.path } };
    if (keeper && open) return open;
    if (keeper)
      return fact.set('by', keeper.name, keeper.at).set('kept', true, keeper.at).set('counted', false, keeper.at).set('environmentMissing', false).build();
    const swupdate = channels.find((c) => c.updater === 'swupdate');
    const said = swupdate
      ? 'whether the boot loader counts starts for SWUpdate cannot be told from its files'
      : 'no updater is known here that could go back (RAUC, Mender, OSTree, transactional-update)';
    return { is: 'unknown', why: 'unsupported', said, where: [{ path: swupdate?.path ?? '/etc' }] };
  },
});

function setJudged(fact: FactBuilder, by: readonly Started[], open: Unknown | undefined): void {
  if (by.length === 0 && open) fact.gap('judged', open);
  else fact.set('judged', by.length > 0, ...(by.length > 0 ? by.map((s) => s.at) : [{ path: '/etc/systemd/system' }]));
}

const told = (fact: FactBuilder, by: string, where: readonly Where[]): FactBuilder =>
  fact
    .consulted(...where)
    .set('by', by, ...where)
    .set('kept', true, ...where)
    .set('counted', true, ...where)
    .set('environmentMissing', false, ...where);

function setRauc(fact: FactBuilder, config: RaucConfig, env: boolean | Unknown): FactBuilder {
  const at = { path: config.path };
  const bootable = config.slots.filter((s) => s.bootname !== undefined);
  const bootloader = config.get('system', 'bootloader');
  const place = bootloader?.at ?? at;
  fact
    .consulted(at)
    .set('by', 'RAUC', at)
    .set('kept', bootable.length >= 2, ...(bootable.length > 0 ? bootable.map((s) => s.at) : [at]));
  if (bootloader?.value === 'uboot' && typeof env !== 'boolean') return fact.gap('counted', env).gap('environmentMissing', env);
  const lost = bootloader?.value === 'uboot' && env === false;
  fact.set('environmentMissing', lost, { path: ubootConfig }, place);
  return fact.set('counted', !lost && bootloader !== undefined && bootloader.value !== 'noop', ...(lost ? [{ path: ubootConfig }, place] : [place]));
}
