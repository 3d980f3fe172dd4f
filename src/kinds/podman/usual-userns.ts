/** Kind `usual-userns`: the user namespace that containers.conf gives to every container. */
import type { Asking } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { missingIds, type NoIds, sizeIn } from '../../facts/podman/auto-userns-ids.ts';
import { list, record, string } from '../../facts/shape.ts';

export const usualUserns = defineKind({
  name: 'usual-userns',
  noun: 'the user namespace of every container',
  describe: "The user namespace that containers.conf gives to every container of the account, and what root's Podman lacks to make it.",
  fields: {},
  shape: record({
    mode: string('userns of [containers]: host, auto, keep-id …; host where it is unset'),
    lacking: list(string('what is missing, and where'), "why root's Podman has no ids for `auto`; an account takes them from its own ranges"),
  }),
  touches: () => [containersConf, missingIds],
  *learn(_, as): Asking<Fact> {
    const conf = yield* containersConf(as);
    if (conf.is === 'unknown') return conf;
    const set = lookup(conf, 'containers', 'userns');
    if (set.gap) return set.gap;
    const mode = typeof set.value === 'string' && set.value !== '' ? set.value : 'host';
    const fact = new FactBuilder().consulted(...set.where).set('mode', mode, ...set.where);
    const chosen = as.uid === rootAccount.uid && /^auto(?::|$)/.test(mode);
    const lacking: NoIds | Unknown | undefined = chosen ? yield* missingIds(sizeIn(mode)) : undefined;
    if (isOpen(lacking)) fact.gap('lacking', lacking);
    else fact.set('lacking', lacking ? [`userns=${lacking.said}`] : [], ...(lacking?.where ?? set.where));
    return fact.build();
  },
});

const isOpen = (found: NoIds | Unknown | undefined): found is Unknown => found !== undefined && 'why' in found;
