/** The environment of the system's manager, and what it hands on (systemd.exec(5) "Environment Variables Set or Propagated by the Service Manager"). */
import { type Account, type Asking, read, together } from '../ask.ts';
import { unknown } from '../fact.ts';
import { source } from '../source.ts';
import { splitWords } from '../systemd/words.ts';
import { type Environment, EnvironmentBuilder, validName } from './environment.ts';
import { managerConf } from './manager-conf.ts';

const commandLine = '/proc/cmdline';

/** Whom the system's manager runs as. */
export const systemRoot: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };

/** A manager: what it has itself, what the units that it starts find, and what its generators find (both, the latter on top). */
export interface ManagerEnvironment {
  readonly own: Environment;
  readonly units: Environment;
  readonly generators: Environment;
}

/**
 * The system's manager. Its own environment is what the kernel hands to init and ManagerEnvironment=; its units start
 * with DefaultEnvironment= and `systemd.setenv=` of the kernel's command line alone. What `systemctl set-environment`
 * adds is in no file.
 */
export const systemManager = source([managerConf.of('system.conf', systemRoot), { do: 'read', path: commandLine }], readSystemManager);

function* readSystemManager(): Asking<ManagerEnvironment> {
  const [conf, kernel] = yield* together([managerConf('system.conf', systemRoot), read(commandLine)]);
  const own = new EnvironmentBuilder();
  const units = new EnvironmentBuilder().over(conf.children).looked({ path: commandLine });
  const where = { path: commandLine, line: 1 };
  for (const word of splitWords(kernel.is === 'got' ? kernel.value : '').words) {
    const [, key = '', value = ''] = /^([^=]+)=([\s\S]*)$/.exec(word) ?? [];
    const [, name = '', handed = ''] = key === 'systemd.setenv' ? (/^(\w+)=([\s\S]*)$/.exec(value) ?? []) : [];
    if (validName.test(name)) units.set(name, handed, [where]);
    // The kernel makes what it does not know itself, and has no dot, a variable of init.
    else if (validName.test(key)) own.set(key, value, [where]);
  }
  // An image has no kernel command line.
  if (kernel.is === 'blocked' && kernel.why !== 'unsupported') for (const env of [own, units]) env.missed(unknown(kernel, commandLine));
  own.over(conf.own);
  const [mine, theirs] = [own.build(), units.build()];
  return { own: mine, units: theirs, generators: new EnvironmentBuilder().over(mine).over(theirs).build() };
}
