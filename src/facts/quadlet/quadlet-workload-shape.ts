/** The shape of kind `quadlet-workload`. */
import { boolean, list, number, record, string } from '../shape.ts';

const findings = (describe: string) => list(string('one finding'), describe);

export const workloadShape = record({
  type: string('ending of the file'),
  owner: string('the account it runs as'),
  privileges: record(
    {
      full: findings('what makes its root root of the host: --privileged, /dev, /dev/mem'),
      loosened: findings('protections that are switched off: seccomp, AppArmor, SELinux labels, masked paths'),
    },
    'privileges beyond those of a container',
  ),
  noNewPrivileges: string('whether programs in it can gain privileges', ['on', 'off', 'unset']),
  readOnly: boolean('its root file system is read-only'),
  capabilities: record(
    {
      dropsAll: boolean('all capabilities are dropped before some are added'),
      dangerous: findings('capabilities that lead to root of the host'),
      misspelt: findings('names that are no capability: it does not start'),
    },
    'capabilities',
  ),
  rootless: string('why user 0 in it is not user 0 of the host; unset when it may be'),
  hostNamespaces: findings('namespaces that are those of the host, through itself or its pod'),
  mounts: record(
    {
      sensitive: findings('paths of the host that lead out of the container'),
      shared: findings('paths of the host that it should not write'),
      sockets: findings('paths of the host behind which an engine listens'),
    },
    'paths of the host that it mounts',
  ),
  images: record(
    {
      all: findings('references'),
      tagged: findings('references with a tag, which may move'),
      floating: findings('references with the tag latest or none'),
      short: findings('references without a registry'),
      lost: string('the .image or .build file that is named and not there; unset when there is none'),
      weakest: string('the weakest reference', ['digest', 'tag', 'floating', 'none']),
    },
    'images',
  ),
  autoUpdate: record(
    {
      remote: boolean('podman auto-update fetches newer images of it from a registry'),
      strange: findings('words that are no policy'),
      pinned: boolean('an image is asked to be updated although it is pinned by a digest'),
      used: boolean('this or another file of the same account asks to be updated'),
    },
    'automatic updates',
  ),
  limits: record(
    {
      cgroups: string('mode of cgroups: split, enabled, no-conmon, disabled'),
      effective: findings('limits that reach the container'),
      lost: findings('limits of the service that do not reach the container'),
    },
    'limits of memory, processor and processes',
  ),
  secrets: record(
    {
      literal: findings('names of variables whose secret stands in the file'),
      readable: findings('files of variables that every account can read'),
      host: boolean('it gets all variables of the host'),
    },
    'secrets in variables',
  ),
  restart: record(
    {
      policy: string('Restart= of the service, as generated'),
      oneshot: boolean('it runs once'),
      health: boolean('a health check is set; that of the image is not seen'),
      killed: boolean('a failing health check kills it for good'),
      boot: boolean('something starts it at boot'),
    },
    'restarting',
  ),
  start: record(
    { seconds: number('time for the start, pull included'), unlimited: boolean('there is no limit'), pulls: boolean('starting it may pull an image') },
    'time to start',
  ),
  vendor: record(
    { hides: list(string('a path'), 'vendor units that the generated unit hides'), hiddenBy: string("the administrator's unit that hides the generated one") },
    'units of the same name',
  ),
});
