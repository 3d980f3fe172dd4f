/** Which user namespaces of Quadlet files Podman chooses itself. Pure. */
import { sizeIn } from '../podman/auto-userns-ids.ts';
import { lastFlag } from '../podman/podman-flags.ts';
import type { Command } from './quadlet-command.ts';

/** Whether a user namespace that Podman chooses itself is asked for, by the container or its pod. */
export const asksForAuto = (...commands: readonly (Command | undefined)[]): boolean =>
  commands.some((c) => c !== undefined && /^auto(?::|$)/.test(lastFlag(c.flags, 'userns')?.value ?? ''));

/** The ids that a container is to get, where its user namespace names them: `auto:size=N`. */
export const sizeAsked = (...commands: readonly (Command | undefined)[]): number =>
  Math.max(0, ...commands.map((c) => sizeIn((c && lastFlag(c.flags, 'userns')?.value) ?? '')));
