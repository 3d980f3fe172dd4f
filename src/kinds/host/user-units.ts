/** Kind `user-units`: what should start with the user manager of an account. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, says, string } from '../../facts/shape.ts';

const unitDirectory = '~/.config/systemd/user';
const quadletDirectories = ['~/.config/containers/systemd', '/etc/containers/systemd/users/{uid}'] as const;
const quadletEndings = /\.(container|kube|pod)$/;

export const userUnits = defineKind({
  name: 'user-units',
  describe: 'The services that the account in question has set up to start by themselves: enabled user units and Quadlet files with [Install].',
  fields: {},
  shape: record({
    enabled: says(listOf(string('a unit or a path'), 'enabled units, and paths of Quadlet files that start with a target'), {
      is: '{who} has services that start by themselves: {value}',
      unset: 'no service of {who} starts by itself',
    }),
  }),
  touches: () => [
    { do: 'list', path: unitDirectory },
    { do: 'list', path: `${unitDirectory}/*.wants` },
    ...quadletDirectories.flatMap((path) => [
      { do: 'list' as const, path },
      { do: 'read' as const, path: `${path}/*` },
    ]),
  ],
  *learn(_query, as): Asking<Fact> {
    const own = (path: string): string => path.replace(/^~/, as.home).replace('{uid}', String(as.uid));
    const directories = [unitDirectory, ...quadletDirectories].map(own);
    const listings: Answer<readonly string[]>[] = yield* together(directories.map((d) => list(d)));
    let hidden: Unknown | undefined;
    const namesIn = (at: number): readonly string[] => {
      const listing = listings[at];
      if (listing?.is === 'blocked') hidden ??= unknown(listing, directories[at] as string);
      return listing?.is === 'got' ? listing.value : [];
    };
    const wants = namesIn(0)
      .filter((n) => n.endsWith('.wants'))
      .map((n) => `${directories[0]}/${n}`);
    const files = quadletDirectories.flatMap((_, at) =>
      namesIn(at + 1)
        .filter((n) => quadletEndings.test(n))
        .map((n) => `${directories[at + 1]}/${n}`),
    );
    const wanted = yield* together(wants.map((d) => list(d)));
    const texts = yield* together(files.map((f) => read(f)));
    const found: { name: string; at: Where }[] = [];
    for (const [at, answer] of wanted.entries()) {
      if (answer.is === 'blocked') hidden ??= unknown(answer, wants[at] as string);
      if (answer.is === 'got') found.push(...answer.value.map((name) => ({ name, at: { path: `${wants[at]}/${name}` } })));
    }
    for (const [at, answer] of texts.entries()) {
      const path = files[at] as string;
      if (answer.is === 'blocked') hidden ??= unknown(answer, path);
      if (answer.is === 'got' && installs(answer.value)) found.push({ name: path, at: { path } });
    }
    const fact = new FactBuilder().consulted(...directories.map((path) => ({ path })));
    if (found.length === 0 && hidden) return fact.gap('enabled', hidden).build();
    return fact
      .set('enabled', [...new Set(found.map((f) => f.name))], ...(found.length > 0 ? found.map((f) => f.at) : directories.map((path) => ({ path }))))
      .build();
  },
});

/** Whether a Quadlet file has WantedBy= or RequiredBy= with a value in [Install]. */
function installs(text: string): boolean {
  let section = '';
  return text.split('\n').some((line) => {
    section = /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1] ?? section;
    return section === 'Install' && /^\s*(WantedBy|RequiredBy)\s*=\s*\S/.test(line);
  });
}
