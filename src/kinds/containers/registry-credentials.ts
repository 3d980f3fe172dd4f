/** Kind `registry-credentials`: the files that hold passwords of registries. They are looked up, never read. */
import { type Account, type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { whose } from '../../facts/environment/inspection.ts';
import { type Fact, FactBuilder, type Json, missing, unknown } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, number, record, string } from '../../facts/shape.ts';

/** containers-auth.json(5), in the order in which Podman looks; /etc/containers/auth.json is not read (tried with 5.4.2). */
const ownPlaces = ['/run/user/{uid}/containers/auth.json', '/run/containers/{uid}/auth.json', '~/.config/containers/auth.json', '~/.docker/config.json'];
const kubelet = '/var/lib/kubelet/config.json';

/** Root's Podman makes it for itself: closed to all others, it holds nothing that an account could use, or others read. */
const rootsRun = '/run/containers';

const isRootsAlone = (answer: Answer<Stat>): boolean => answer.is === 'got' && answer.value.uid === 0 && (answer.value.mode & 0o011) === 0;

const placesOf = (as: Account): string[] =>
  [...ownPlaces, ...(as.uid === 0 ? [kubelet] : [])].map((p) => p.replace('{uid}', String(as.uid)).replace(/^~/, as.home));

export const registryCredentials = defineKind({
  name: 'registry-credentials',
  noun: 'the registry credentials',
  absent: '{who} has no file with credentials of registries',
  describe: 'Files with passwords of registries: owner and mode. What is in them is never read.',
  fields: {},
  shape: record({
    files: list(
      record({
        path: string('the file'),
        mode: mode('permission bits'),
        uid: number('owner'),
        owned: boolean("the owner is the account, or root for root's engine"),
      }),
      'the files that are there',
    ),
    shipped: list(string('a path'), 'files that lie on an image: everybody who gets the image has them'),
  }),
  touches: () => [...[...ownPlaces, kubelet, rootsRun].map((path) => ({ do: 'stat', path }) as const), whose],
  *learn(_, as): Asking<Fact> {
    const above = as.uid === 0 ? undefined : yield* stat(rootsRun);
    const paths = placesOf(as).filter((p) => !(above && isRootsAlone(above) && p.startsWith(`${rootsRun}/`)));
    const [who, ...stats] = yield* together([whose(as), ...paths.map((p) => stat(p))]);
    const image = who === 'nobody';
    const fact = new FactBuilder();
    const files: Record<string, Json>[] = [];
    for (const [at, answer] of stats.entries()) {
      const path = paths[at] as string;
      // /run is filled by a running host only.
      if (answer.is === 'blocked' && !(image && answer.why === 'unsupported')) return unknown(answer, path);
      const end = endOf(answer);
      if (end?.type !== 'file') continue;
      fact.at(['files', String(files.length)], { path, said: `mode ${end.mode.toString(8).padStart(4, '0')}, owner ${end.uid}` });
      files.push({ path, mode: end.mode, uid: end.uid, owned: end.uid === as.uid });
    }
    if (files.length === 0) return missing(...paths.map((path) => ({ path })));
    const where = files.map((f) => ({ path: String(f.path) }));
    fact.consulted(...where).set('files', files, ...where);
    if (typeof who === 'object') fact.gap('shipped', who);
    else fact.set('shipped', image ? files.map((f) => String(f.path)) : [], ...where);
    return fact.build();
  },
});
