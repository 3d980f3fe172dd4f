/** Kind `podman-api`: whether the engine's API socket is there, who answers on it, and with which version. */
import { fileTypes } from '../../facts/answer.ts';
import { type Asking, stat } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { defaultSocket, socketUnit } from '../../facts/podman/socket-unit.ts';
import { lookAtSocket, mayLookAt, whoAnswers } from '../../facts/podman/who-answers.ts';
import { boolean, record, string, version } from '../../facts/shape.ts';

export const podmanApi = defineKind({
  name: 'podman-api',
  noun: 'the API socket',
  describe: "The API socket of an account's Podman: root's system socket or the user's own. The path follows the merged podman.socket.",
  fields: { of: { type: 'string', values: ['root'], describe: "root: the system's socket, whoever inspects; without it, that of the account in question" } },
  shape: record({
    path: string('the path of the socket'),
    type: string('what lies at that path', fileTypes),
    answeredBy: string('who answers there', ['podman', 'docker', 'other', 'nobody']),
    version: version('version of the engine that answers'),
    session: boolean("whether the account's runtime directory is there: somebody is logged in, or lingering is on"),
  }),
  touches: () => [socketUnit, whoAnswers, lookAtSocket, { do: 'stat', path: '/run/user/{uid}' }],
  *learn({ of }, account): Asking<Fact> {
    const as = of === 'root' ? rootAccount : account;
    const unit = yield* socketUnit(as);
    const listens = unit.listens.find((l) => l.type === 'unix');
    if (unit.unseen) return unit.unseen;
    const path = listens?.address ?? defaultSocket(as);
    if (!mayLookAt(path))
      return { is: 'unknown', why: 'unsupported', said: `the socket ${path} lies outside /run and /var`, where: listens ? [listens.where] : [] };
    const here = listens ? [{ path }, listens.where] : [{ path, said: 'the default: no podman.socket names another' }];
    const fact = new FactBuilder().consulted(...here).set('path', path, ...here);
    const session = as.uid === 0 ? undefined : yield* stat(`/run/user/${as.uid}`);
    if (session?.is === 'blocked') fact.gap('session', unknown(session, `/run/user/${as.uid}`));
    else fact.set('session', session === undefined || session.is === 'got', { path: `/run/user/${as.uid}` });
    const inode = yield* lookAtSocket(path);
    const answering = yield* whoAnswers(path);
    if (answering.is === 'offline') {
      return { is: 'unknown', why: 'unsupported', said: `whether Podman answers on ${path} shows on a running host only`, where: here };
    }
    if (inode.is === 'blocked') return unknown(inode, path);
    if (inode.is === 'absent') return fact.set('answeredBy', 'nobody', { path, said: 'nothing is there' }).build();
    const real = inode.value.real === undefined ? inode.value.type : inode.value.real.is === 'got' ? inode.value.real.value.type : inode.value.type;
    fact.set('type', real, ...here);
    if (answering.is === 'unknown') {
      for (const part of ['answeredBy', 'version']) fact.gap(part, answering);
      return fact.build();
    }
    if (answering.is === 'nobody' || real !== 'socket')
      return fact.set('answeredBy', 'nobody', answering.is === 'nobody' ? answering.where : { path, said: `is a ${real}` }).build();
    return fact.set('answeredBy', answering.who, answering.where).set('version', answering.version, answering.versionAt).build();
  },
});
