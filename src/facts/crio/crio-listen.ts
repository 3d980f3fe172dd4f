/** Which socket CRI-O listens on. */
import type { Asking } from '../ask.ts';
import type { Unknown, Where } from '../fact.ts';
import { source } from '../source.ts';
import { crioConf } from './crio-conf.ts';

/** The path of crio.api.listen without `unix://`, with /var/run written /run; the built-in one if it is not set (crio.conf(5)). */
export const crioListen = source([crioConf], readListen);

function* readListen(): Asking<{ readonly path: string; readonly where: Where } | Unknown> {
  const conf = yield* crioConf();
  if (conf.is === 'unknown') return conf;
  const listen = (conf.value.crio as { api?: { listen?: string } } | undefined)?.api?.listen;
  const where = conf.where.get('crio.api.listen')?.[0] ?? { path: '/etc/crio/crio.conf', said: 'the built-in socket' };
  return { path: socketPath(listen || '/run/crio/crio.sock'), where };
}

/** /var/run is a link to /run on every system that runs these programs; configurations use both. */
export const socketPath = (endpoint: string): string =>
  endpoint
    .replace(/^unix:(?:\/\/)?/, '')
    .replace(/^\/var\/run\//, '/run/')
    .replace(/\/{2,}/g, '/');
