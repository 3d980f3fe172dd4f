/** Kind `update-channels`: the ways by which updates come, and what each asks of them. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { raucConfig } from '../../facts/vehicle/rauc.ts';
import { type Channel, updaters } from '../../facts/vehicle/updaters.ts';

export const updateChannels = defineKind({
  name: 'update-channels',
  noun: 'the updates',
  describe: 'The ways by which updates of the system come: RAUC, SWUpdate, remotes of OSTree, Mender. Unknown where none of them is there.',
  fields: {},
  shape: record({
    channels: list(
      record({
        updater: string('the program', ['rauc', 'swupdate', 'ostree', 'mender']),
        name: string('how people call it: the OSTree remote v'),
        path: string('the file that configures it'),
        key: string('the key of that file that decides about signatures'),
        verifies: boolean('a valid signature is asked for; RAUC always does'),
        floor: string('versions below this are refused; unset where none is named'),
        knowsBoard: boolean('it knows the board, and refuses updates for another'),
      }),
      'in the order of the programs',
    ),
  }),
  touches: () => [raucConfig, updaters],
  *learn(): Asking<Fact> {
    const [config, others] = yield* together([raucConfig(), updaters()]);
    if ('is' in others) return others;
    if (config?.is === 'unknown') return config;
    if (config === undefined && others.length === 0)
      return {
        is: 'unknown',
        why: 'unsupported',
        said: 'none of RAUC, SWUpdate, OSTree and Mender is configured; how updates come cannot be told',
        where: [{ path: '/etc' }],
      };
    const fact = new FactBuilder();
    const floor = config?.get('system', 'min-bundle-version');
    const board = config?.get('system', 'compatible');
    const rauc: Told | undefined = config && {
      updater: 'rauc',
      name: 'RAUC',
      path: config.path,
      key: 'system.min-bundle-version',
      verifies: sure(true, config.path),
      floor: { is: 'known', ...(floor ? { version: floor.value } : {}), where: [floor?.at ?? { path: config.path }] },
      knowsBoard: board ? { is: 'known', yes: true, where: [board.at] } : sure(false, config.path),
    };
    const all: readonly Told[] = [...(rauc ? [rauc] : []), ...others];
    fact.consulted(...all.map(({ path }) => ({ path }))).set(
      'channels',
      all.map(({ updater, name, path, key }) => ({ updater, name, path, ...(key === undefined ? {} : { key }) })),
    );
    for (const [at, { verifies, floor: lowest, knowsBoard, path }] of all.entries()) {
      const place = (field: string): string[] => ['channels', String(at), field];
      fact.at(['channels', String(at)], { path });
      setOr(fact, place('verifies'), verifies);
      setOr(fact, place('knowsBoard'), knowsBoard);
      if (lowest.is === 'unknown') fact.gap(place('floor'), lowest);
      else fact.at(place('floor'), ...lowest.where).set(place('floor'), lowest.version, ...lowest.where);
    }
    return fact.build();
  },
});

type Told = Omit<Channel, 'updater'> & { readonly updater: Channel['updater'] | 'rauc' };

const sure = (yes: boolean, path: string): { readonly is: 'known'; readonly yes: boolean; readonly where: readonly Where[] } => ({
  is: 'known',
  yes,
  where: [{ path }],
});

function setOr(
  fact: FactBuilder,
  place: readonly string[],
  what: { readonly is: 'known'; readonly yes: boolean; readonly where: readonly Where[] } | Unknown,
): void {
  if (what.is === 'unknown') fact.gap(place, what);
  else fact.set(place, what.yes, ...what.where);
}
