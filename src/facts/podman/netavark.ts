/** The release of netavark: from the program, else its package, else what Podman tells of it. */
import type { Account, Asking } from '../ask.ts';
import { seeTool, type ToolVersion, toolVersion } from '../host/tool-version.ts';
import { source } from '../source.ts';
import { podmanInfo, toldText } from './podman-info.ts';

/** As `podman info` names it since Podman 4.6 (containers/podman:libpod/define/info.go): `netavark 1.14.0`. */
const told = /^netavark (\d[\w.+~-]*)$/;

/** The version of the netavark that the Podman of an account uses. */
export const netavarkVersion = source([seeTool.of('netavark'), podmanInfo], readVersion);

function* readVersion(as: Account): Asking<ToolVersion> {
  const seen = yield* toolVersion('netavark');
  if (seen.is === 'known') return seen;
  const info = yield* podmanInfo(as);
  const said = info.is === 'info' ? toldText(info, 'host', 'networkBackendInfo', 'version') : undefined;
  const version = said === undefined ? undefined : told.exec(said)?.[1];
  return version === undefined || info.is !== 'info' ? seen : { is: 'known', version, where: { ...info.where, said: `netavark ${version}` } };
}
