/** Kind `docker-sock`: the Docker socket path: where it leads, who answers there, and whether it comes back after a boot. */
import { fileTypes } from '../../facts/answer.ts';
import { type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { gapOf } from '../../facts/environment/environment.ts';
import { environmentOf } from '../../facts/environment/environment-of.ts';
import { inspection } from '../../facts/environment/inspection.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown } from '../../facts/fact.ts';
import { tmpfilesFiles } from '../../facts/host/tmpfiles-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { type BootLinks, bootLink } from '../../facts/podman/tmpfiles-docker.ts';
import { type Answering, whoAnswers } from '../../facts/podman/who-answers.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';

const path = '/var/run/docker.sock';
const plainPath = '/run/docker.sock';
const rootful = '/run/podman/podman.sock';
const variables = ['DOCKER_HOST', 'DOCKER_SOCK'];

export const dockerSock = defineKind({
  name: 'docker-sock',
  noun: 'docker.sock',
  describe: 'The path /var/run/docker.sock: where it leads, who answers there, and whether a tmpfiles.d line makes it again at boot.',
  fields: {},
  shape: record({
    present: boolean('something lies at the path'),
    type: string('its own type', fileTypes),
    target: string('the text of the link'),
    real: string('where the link ends'),
    serves: string('who answers there; on an image, whose socket the boot link names', ['podman', 'docker', 'other', 'nobody']),
    mode: string('which Podman the link leads to', ['rootful', 'rootless', 'other']),
    persistent: boolean('a tmpfiles.d line makes the link at boot'),
    bootTarget: string('where that line leads'),
    contested: boolean('both a docker.socket unit that starts at boot and a Podman link claim the path'),
    environment: says(boolean('DOCKER_HOST and DOCKER_SOCK are both set, so the path is not needed'), {
      yes: 'DOCKER_HOST and DOCKER_SOCK are both set, so nothing needs /var/run/docker.sock',
    }),
  }),
  touches: () => [
    { do: 'stat', path },
    { do: 'stat', path: plainPath },
    whoAnswers,
    tmpfilesFiles,
    unitNamed('docker.socket', 'system'),
    { do: 'stat', path: '/etc/systemd/system/sockets.target.wants/docker.socket' },
    inspection.of(variables),
  ],
  *learn(_, as): Asking<Fact> {
    const [old, plain, answering, boot, docker, wanted, environment] = yield* together([
      stat(path),
      stat(plainPath),
      whoAnswers(plainPath),
      bootLink(),
      loadUnit('docker.socket', { manager: 'system', as: { ...as, uid: 0 } }),
      stat('/etc/systemd/system/sockets.target.wants/docker.socket'),
      environmentOf({ inspection: true }, variables),
    ]);
    const fact = new FactBuilder().consulted({ path }, { path: plainPath });
    const seen = onImage(old.is === 'absent' ? plain : old, answering);
    setPath(fact, seen, old.is === 'absent' ? plainPath : path);
    setBoot(fact, boot);
    setServes(fact, { seen, answering, boot });
    setContested(fact, { seen, boot, docker, wanted });
    const hidden = variables.map((name) => gapOf(environment, name)).find((gap) => gap);
    const both = variables.every((name) => (environment.variables.get(name)?.value ?? '') !== '');
    if (hidden) fact.gap('environment', hidden);
    else fact.set('environment', both, ...environment.looked);
    return fact.build();
  },
});

/** An image has nothing below /run, so there is no link yet. */
function onImage(seen: Answer<Stat>, answering: Answering): Answer<Stat> {
  return answering.is === 'offline' && seen.is === 'blocked' && seen.why === 'unsupported' ? { is: 'absent' } : seen;
}

function setPath(fact: FactBuilder, seen: Answer<Stat>, at: string): void {
  const here = { path: at };
  if (seen.is === 'blocked') {
    for (const part of ['present', 'type', 'target', 'real', 'mode']) fact.gap(part, unknown(seen, at));
    return;
  }
  fact.set('present', seen.is === 'got', here);
  if (seen.is !== 'got') return;
  const { type, target, real } = seen.value;
  fact.set('type', type, here).set('target', target, here);
  if (real?.is === 'blocked') {
    for (const part of ['real', 'mode']) fact.gap(part, unknown(real, at));
    return;
  }
  const end = real?.is === 'got' ? real.value.path : type === 'link' ? target : at;
  const own = type === 'socket' ? (seen.value.uid === 0 ? 'rootful' : 'rootless') : modeOf(end);
  fact.set('real', end, here).set('mode', own, here);
}

function setBoot(fact: FactBuilder, boot: BootLinks): void {
  if (boot.is === 'unknown') {
    fact.gap('persistent', boot).gap('bootTarget', boot);
    return;
  }
  fact.set('persistent', boot.target !== undefined, ...boot.where).set('bootTarget', boot.target, ...boot.where);
  for (const { said, where } of boot.notes) fact.note('persistent', said, ...where);
}

/** Live, the answer decides; an image is judged by the link that its boot will make. */
function setServes(fact: FactBuilder, { seen, answering, boot }: { seen: Answer<Stat>; answering: Answering; boot: BootLinks }): void {
  if (answering.is === 'answers') fact.set('serves', answering.who, answering.where);
  else if (answering.is === 'unknown') fact.gap('serves', answering);
  else if (answering.is === 'nobody')
    fact.set(
      'serves',
      'nobody',
      seen.is === 'got' && seen.value.real?.is === 'absent' ? { path, said: `dangling link to ${seen.value.target ?? ''}` } : answering.where,
    );
  else if (seen.is === 'blocked') fact.gap('serves', unknown(seen, plainPath));
  else if (boot.is === 'unknown') {
    fact.gap('serves', boot);
    if (seen.is !== 'got') fact.gap('mode', boot);
  } else {
    const target = boot.target ?? (seen.is === 'got' ? seen.value.target : undefined);
    const said = target === undefined ? 'no link, and no tmpfiles.d line for one' : `nothing runs on an image; at boot the path leads to ${target}`;
    const who: Json = target === undefined ? 'nobody' : modeOf(target) === 'other' ? 'other' : 'podman';
    fact.set('serves', who, { ...(boot.where[0] ?? { path: plainPath }), said });
    if (seen.is === 'absent' && target !== undefined) fact.set('mode', modeOf(target), ...boot.where);
  }
}

function setContested(
  fact: FactBuilder,
  { seen, boot, docker, wanted }: { seen: Answer<Stat>; boot: BootLinks; docker: LoadedUnit | Unknown; wanted: Answer<Stat> },
): void {
  if (docker.is === 'unknown' || docker.unseen[0] || wanted.is === 'blocked') {
    fact.gap(
      'contested',
      docker.is === 'unknown'
        ? docker
        : (docker.unseen[0] ?? unknown(wanted as Extract<typeof wanted, { is: 'blocked' }>, '/etc/systemd/system/sockets.target.wants')),
    );
    return;
  }
  const dockerd = docker.exists && !docker.masked && wanted.is === 'got';
  const podman = (seen.is === 'got' && seen.value.type === 'link') || (boot.is === 'known' && boot.target !== undefined);
  fact.set(
    'contested',
    dockerd && podman,
    dockerd
      ? { path: '/etc/systemd/system/sockets.target.wants/docker.socket', said: 'docker.socket starts at boot' }
      : { path: '/etc/systemd/system/sockets.target.wants' },
    ...(boot.is === 'known' && boot.target !== undefined ? boot.where : []),
  );
}

function modeOf(end: string | undefined): string | undefined {
  if (end === undefined) return undefined;
  const path = end.replace(/^\/var\/run\//, '/run/');
  if (path === rootful) return 'rootful';
  return /^\/run\/user\/\d+\/podman\/podman\.sock$/.test(path) ? 'rootless' : 'other';
}
