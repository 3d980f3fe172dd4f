/** Kind `k3s-certificates`: the certificates that K3s has made for itself, judged for one moment. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unparsable } from '../../facts/fact.ts';
import { certificatesOf, type FoundCertificate } from '../../facts/k3s/certificates.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, type Shape, string } from '../../facts/shape.ts';

/** Up to so many days before its end K3s makes a certificate anew when it starts (k3s-io/docs:docs/cli/certificate.md). */
const renewed = 90;
const states = ['valid', 'renewable', 'ending', 'expired', 'early'] as const;
const day = 86_400;

const group = (what: string): Shape =>
  record(
    {
      state: string(
        'of the one that ends first: valid, renewable (K3s would renew it at a start), ending (fewer than `days` days left), expired; early: one is not valid yet',
        states,
      ),
      path: string('the one that ends first, or that is not valid yet'),
      day: string('the day on which it ends, or begins: 2027-05-31'),
      days: number('days until then'),
      count: number('how many there are'),
    },
    what,
  );

export const k3sCertificates = defineKind({
  name: 'k3s-certificates',
  noun: "K3s's certificates",
  absent: 'K3s has made no certificates here yet',
  describe: 'The certificates that K3s has made: of its authorities and of its components, when they end, who signed them, and what they may be used for.',
  fields: {
    'as-of': { type: 'string', describe: 'the time judged for (RFC 3339); that of the inspection when left out, or `inspection`' },
    days: { type: 'number', describe: 'with fewer days left a certificate counts as ending; 30 when left out' },
  },
  shape: record({
    leaf: group('the certificates of components'),
    authority: group('those of the authorities'),
    peersToo: list(string('a file'), "authorities that are also that of etcd's peers: the same certificate under another name"),
    unsigned: list(string('a file'), 'those of components that the authority beside them has not signed'),
    unfit: list(string('a file'), 'those of components that may not be used for what they are for'),
  }),
  touches: () => [k3sModel, certificatesOf],
  *learn({ 'as-of': asOf, days = 30 }, _as, { now }): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const found = yield* certificatesOf(model.dataDir.value);
    if (found.is === 'unknown') return found;
    const { leaves, authorities } = found;
    const consulted = [{ path: `${model.dataDir.value}/server/tls` }, { path: `${model.dataDir.value}/agent` }];
    if (leaves.length + authorities.length === 0) return missing(...consulted);
    const moment = asOf === undefined || asOf === 'inspection' ? now : Date.parse(asOf) / 1000;
    const fact = new FactBuilder().consulted(...consulted);
    setGroup(fact, 'leaf', leaves, moment, days, asOf);
    setGroup(fact, 'authority', authorities, moment, days, asOf);
    setPeersToo(fact, authorities);
    for (const [name, bad] of [
      ['unsigned', leaves.filter((leaf) => leaf.signed === false)],
      ['unfit', leaves.filter((leaf) => !leaf.fits)],
    ] as const)
      fact.set(
        name,
        bad.map(({ path }) => path),
        ...(bad.length > 0 ? bad.map(({ path }) => ({ path })) : consulted),
      );
    return fact.build();
  },
});

/** Whose certificates etcd's peers trust as well; unset where etcd has no authority of its peers. */
function setPeersToo(fact: FactBuilder, authorities: readonly FoundCertificate[]): void {
  const peers = authorities.find(({ path }) => path.endsWith('/etcd/peer-ca.crt'));
  const print = peers?.certificates[0]?.fingerprint;
  if (!peers || print === undefined) return;
  const same = authorities.filter((one) => one !== peers && one.certificates[0]?.fingerprint === print).map(({ path }) => ({ path }));
  fact.set(
    'peersToo',
    same.map(({ path }) => path),
    ...(same.length > 0 ? same : [{ path: peers.path }]),
  );
}

function setGroup(fact: FactBuilder, name: string, found: readonly FoundCertificate[], moment: number | undefined, days: number, asOf = ''): void {
  if (found.length === 0) return;
  if (moment === undefined || !Number.isFinite(moment)) return void fact.gap(name, noTime(asOf, moment));
  const ends = found.flatMap(({ path, certificates }) => certificates.slice(0, 1).map(({ from, until }) => ({ path, from, until })));
  const early = ends.find(({ from }) => from > moment);
  const [first] = early ? [early] : ends.sort((a, b) => a.until - b.until);
  if (!first) return;
  const at = early ? first.from : first.until;
  const left = Math.floor((at - moment) / day);
  const state = early ? 'early' : at <= moment ? 'expired' : left < days ? 'ending' : left < renewed ? 'renewable' : 'valid';
  const where = { path: first.path };
  fact.set(name, { state, path: first.path, day: new Date(at * 1000).toISOString().slice(0, 10), days: left, count: found.length }, where);
}

function noTime(asOf: string, moment: number | undefined): Unknown {
  if (moment !== undefined) return unparsable(`${asOf} is no time`);
  return { is: 'unknown', why: 'ambiguous', said: 'the time of the inspection is not known', where: [] };
}
