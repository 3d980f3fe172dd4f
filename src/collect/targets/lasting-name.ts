/** A name that lasts, where the name at hand is an accident: of a directory, or of a machine that a CI server lends. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { osRelease } from '../../facts/host/os-release.ts';

const hostnamePath = '/etc/hostname';

/**
 * What a tree of files calls itself: its host name (hostname(5)), else IMAGE_ID, or ID and VARIANT_ID, of os-release(5),
 * else the same word for every tree. Versions are left out, as they change where the host stays.
 */
export function* lastingName(): Asking<string> {
  const [hostname, release] = yield* together([read(hostnamePath), osRelease()]);
  const named = hostname.is === 'got' ? ownName(hostname.value) : undefined;
  if (named !== undefined) return named;
  const values = release && 'values' in release ? release.values : undefined;
  const word = (key: string): string[] => [values?.get(key)?.value ?? ''].filter((text) => /^[\w.-]+$/.test(text));
  const [image] = word('IMAGE_ID');
  return image ?? ([...word('ID'), ...word('VARIANT_ID')].join('-') || 'root-directory');
}

/** The name in /etc/hostname, unless it is that of no host in particular, or of the container that the tree was built in. */
function ownName(text: string): string | undefined {
  const name = text
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .find((line) => line !== '' && !line.startsWith('#'));
  if (name === undefined || !/^[a-z0-9][a-z0-9.-]{0,252}$/.test(name)) return undefined;
  return /^localhost(?:\.|$)|^[0-9a-f]{12}$/.test(name) ? undefined : name;
}

/** What this machine is called in reports of a CI server, each run of which may have another. */
export const lentMachine = 'ci';

/** Whether a CI server runs this: what they set (CI; TF_BUILD of Azure Pipelines; JENKINS_URL is of agents that stay). */
export const isLent = ({ CI, TF_BUILD }: NodeJS.ProcessEnv): boolean => [CI, TF_BUILD].some((set) => set !== undefined && !/^(?:|0|false)$/i.test(set));
