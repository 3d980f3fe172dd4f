/** Kind `ssh-config`: the client settings that ssh(1) would use for a host. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';
import { askSsh, type SshAnswer, type SshValue } from '../../facts/ssh/effective.ts';
import { identityFiles } from '../../facts/ssh/identity-files.ts';

export const sshConfig = defineKind({
  name: 'ssh-config',
  describe: 'What ssh would use for a host, from ~/.ssh/config and the system configuration.',
  main: 'host',
  fields: { host: { type: 'string', required: true, describe: 'the host name as it is typed' } },
  shape: record({
    hostname: string('the name or address that is connected to'),
    user: string('the login; unset means the local name'),
    port: number('the port; unset means 22'),
    identityFiles: list(string('absolute path'), "the keys to try; unset means ssh's own defaults"),
    identitiesOnly: boolean('whether keys from the agent are left out'),
    strictHostKeyChecking: string('yes, no, ask, accept-new, off'),
  }),
  touches: () => [askSsh],
  *learn(query, as): Asking<Fact> {
    const host = query.host;
    const answer = yield* askSsh({ host }, as);
    if ('is' in answer) return answer;
    const fact = new FactBuilder().consulted(...answer.consulted).set('hostname', answer.hostname, ...placesOf(answer, 'hostname'));
    const one = (keyword: string): SshValue | undefined => answer.settings.get(keyword)?.[0];
    const user = one('user');
    if (user) fact.set('user', user.value, user.where);
    const port = one('port');
    if (port && /^\d+$/.test(port.value)) fact.set('port', Number(port.value), port.where);
    const keys = identityFiles(answer, host, as);
    if (keys)
      fact.set(
        'identityFiles',
        keys.map((k) => k.value),
        ...keys.map((k) => k.where),
      );
    const only = one('identitiesonly');
    if (only) fact.set('identitiesOnly', /^(?:yes|true)$/i.test(only.value), only.where);
    const strict = one('stricthostkeychecking');
    if (strict) fact.set('strictHostKeyChecking', strict.value, strict.where);
    for (const gap of answer.gaps) {
      fact.gap('identityFiles', gap);
      const open = [
        ['hostname', 'hostname'],
        ['user', 'user'],
        ['port', 'port'],
        ['identitiesOnly', 'identitiesonly'],
        ['strictHostKeyChecking', 'stricthostkeychecking'],
      ] as const;
      for (const [part, keyword] of open) if (!answer.settings.has(keyword)) fact.gap(part, gap);
    }
    return fact.build();
  },
});

const placesOf = (answer: SshAnswer, keyword: string): SshValue['where'][] => answer.settings.get(keyword)?.map((v) => v.where) ?? [...answer.consulted];
