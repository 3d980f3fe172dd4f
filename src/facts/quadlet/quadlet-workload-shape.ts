/** Query and shape of kind `quadlet-workload`. Of each list of things the query can name some: `matching` holds those that are there. */
import type { QueryField, QueryOf } from '../kind.ts';
import { boolean, list, mode, number, record, string } from '../shape.ts';
import { cutFields } from './quadlet-cuts.ts';

const names = (describe: string) => ({ type: 'strings', describe }) as const;

export const workloadFields = {
  path: { type: 'string', required: true, describe: 'absolute path of the Quadlet file' },
  hostPaths: names(
    'for `mounts.matching`: paths of the host; a mount of a path above one has it too, and one below it where it ends in /**; * is any name, ~ the home of the account, {uid} its id (not of root)',
  ),
  writable: { type: 'boolean', describe: 'for `mounts.matching`: only what it can write' },
  capabilities: names('for `capabilities.matching`: names, with or without CAP_'),
  devices: names('for `devices.matching`: paths of devices, in the manner of `hostPaths`'),
  securityOptions: names('for `securityOptions.matching`: options as KIND=VALUE'),
  variables: names('for `environment.matching`: names in any case; * is any text'),
  otherVariables: names('for `environment.matching`: names that are none of them all the same'),
  mode: { type: 'string', describe: 'for `environmentFiles.matching`: what a file of variables may grant at most, such as "0640"' },
} as const satisfies Readonly<Record<string, QueryField>>;

export type WorkloadQuery = QueryOf<typeof workloadFields>;

const findings = (describe: string) => list(string('one finding'), describe);

export const workloadShape = record({
  type: string('ending of the file'),
  ...cutFields,
  owner: string('the account it runs as'),
  privileged: boolean('--privileged: every capability, every device, and no confinement'),
  devices: record({ each: findings('devices of the host that it is given'), matching: findings('devices among them that the rule names') }, 'devices'),
  securityOptions: record(
    { each: findings('its security options, as KIND=VALUE'), matching: findings('options among them that the rule names') },
    'options of seccomp, AppArmor, SELinux labels and masked paths',
  ),
  noNewPrivileges: string('whether programs in it can gain privileges', ['on', 'off', 'unset']),
  readOnly: boolean('its root file system is read-only'),
  capabilities: record(
    {
      dropsAll: boolean('all capabilities are dropped before some are added'),
      each: findings('capabilities that it adds, without CAP_'),
      matching: findings('added capabilities that the rule names'),
      misspelt: findings('names that are no capability: it does not start'),
    },
    'capabilities',
  ),
  rootless: string('why user 0 in it is not user 0 of the host; unset when it may be'),
  autoIds: string('why no ids are there for UserNS=auto of root; unset when there are, or none are asked for'),
  hostNamespaces: findings('namespaces that are those of the host, through itself or its pod'),
  mounts: record(
    {
      each: list(
        record({
          source: string('the path of the host, as it is written'),
          leadsTo: string('where that ends when links are followed'),
          target: string('where the container sees it'),
          readOnly: boolean('it cannot write there'),
          propagation: string('shared, rslave, …; unset when none is given'),
        }),
        'all of them, also of named volumes that bind a path, and of containers.conf',
      ),
      matching: findings('mounts by which it has a path that the rule names'),
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
  environment: record(
    {
      each: findings('names of the variables that are set to a text in the file; a yes or no, or a number of four digits, is none'),
      matching: findings('variables among them that the rule names'),
      host: boolean('it gets all variables of the host'),
    },
    'variables',
  ),
  environmentFiles: record(
    {
      each: list(record({ path: string('the file'), mode: mode('its permission bits') }), 'files of variables that are there'),
      matching: findings('files among them that grant more than the rule allows'),
    },
    'files of variables',
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
