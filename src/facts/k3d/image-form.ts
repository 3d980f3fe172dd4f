/** How exactly an image reference names what will run. Pure. */

export type ImageForm = 'digest' | 'version' | 'channel' | 'floating' | 'invalid';

/**
 * k3d looks `latest`, `stable` and `+CHANNEL` up on K3s's channel server (k3d pkg/config/transform.go); a reference
 * without a tag means the tag latest. `+` in a version is written `-` in a tag; a tag with `+` is none.
 */
export function imageForm(image: string): ImageForm {
  if (image === 'latest' || image === 'stable' || image.startsWith('+')) return 'channel';
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return 'digest';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : '';
  if (tag.includes('+')) return 'invalid';
  return /^v\d+\.\d+\.\d+(?:[-.].*)?$/.test(tag) ? 'version' : 'floating';
}
