/** Names of images as Podman parses them (containers/image:transports/alltransports, docker/reference; tried with 4.3.1 and 5.4.2). */

import { parseNormalized } from '../containers/image-reference.ts';
import type { Check } from './value-check.ts';

/** Transports whose rest is a path, or a name within a store (containers/image:transports/alltransports/alltransports.go). */
const transport = /^(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|ostree|sif|tarball):/;

/** An image by name or by id. Files of Quadlet are not looked at, nor are digests, nor registries at an address of IPv6. */
export const imageName: Check = (value) => {
  if (transport.test(value) || /^\[|\.(?:image|build)$/.test(value)) return undefined;
  const name = value.replace(/^docker:\/\//, '').replace(/(?<=.)@\w+:[^@]*$/, '');
  if (/^[a-f0-9]{64}$/.test(name) || parseNormalized(name)) return undefined;
  const scheme = /^\w+:\/\//.exec(name)?.[0];
  if (scheme) return `the name of an image has no ${scheme} before it`;
  return parseNormalized(name.toLowerCase()) ? 'the name of an image is in lower case' : 'it is not the name of an image';
};
