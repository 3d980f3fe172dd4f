/** Kind `proxy`: the proxy variables that the engine hands to every container. Only whether they hold credentials is learnt. */

import { type Asking, read } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { words } from '../../facts/containers/lookup.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

/** What http_proxy=true copies (containers.conf(5)). */
const names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY'];
/** SUSE's place, which /etc/profile turns into variables. */
const sysconfig = '/etc/sysconfig/proxy';
/** The password itself may be masked; the @ stays. */
const credentials = /^[a-z0-9+.-]+:\/\/[^/@]*@|^[^/@:]+:[^/@]*@/i;

export const proxy = defineKind({
  name: 'proxy',
  noun: 'the proxy settings',
  describe: 'Proxy variables of an account and whether they hold a user name or a password.',
  fields: {},
  shape: record({ withCredentials: list(string('a variable'), 'variables whose URL holds a user name or a password') }),
  touches: () => [sessionVariables.of(inQuestion, names), { do: 'read', path: sysconfig }, containersConf],
  *learn(_, as): Asking<Fact> {
    const variables = yield* sessionVariables(as, names);
    const config = yield* containersConf(as);
    if (config.is === 'unknown') return config;
    const suse = yield* read(sysconfig);
    const fact = new FactBuilder();
    if (suse.is === 'blocked') return unknown(suse, sysconfig);
    const found: { name: string; where: Where }[] = [];
    const looked: Where[] = [];
    for (const [name, variable] of variables) {
      if (variable.gap) return fact.gap('withCredentials', variable.gap).build();
      looked.push(...variable.where);
      if (variable.value !== undefined && credentials.test(variable.value)) found.push({ name, where: variable.where[0] ?? { path: envPlace(name) } });
    }
    const engine = words(config, 'engine', 'env');
    if (engine.gap) return fact.gap('withCredentials', engine.gap).build();
    for (const entry of engine.values) {
      const [, name = '', value = ''] = /^(\w+)=([\s\S]*)$/.exec(entry) ?? [];
      if (names.includes(name) && credentials.test(value)) found.push({ name, where: engine.where[0] ?? { path: 'containers.conf' } });
    }
    for (const [index, line] of (suse.is === 'got' ? suse.value.split('\n') : []).entries()) {
      const [, name = '', value = ''] = /^\s*(\w+_PROXY)="?([^"]*)/.exec(line) ?? [];
      if (names.includes(name) && credentials.test(value)) found.push({ name, where: { path: sysconfig, line: index + 1 } });
    }
    return fact
      .set(
        'withCredentials',
        [...new Set(found.map((f) => f.name))],
        ...(found.length > 0 ? found.map((f) => ({ ...f.where, said: `${f.name} holds credentials` })) : looked.slice(0, 12)),
      )
      .build();
  },
});
