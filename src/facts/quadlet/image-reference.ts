/** What an image reference pins (distribution/reference; containers/image docs: transports). Pure. */

export interface ImageReference {
  readonly name: string;
  /** `floating`: the tag latest, or none, which means latest. */
  readonly pin: 'digest' | 'tag' | 'floating';
  /** It names its registry, so that no search list decides where it comes from. */
  readonly qualified: boolean;
}

export function imageReference(text: string): ImageReference {
  const name = text.replace(/^docker:\/\//, '');
  // A file or directory of this host: no registry is asked.
  const local = /^(oci|oci-archive|docker-archive|dir|containers-storage):/.test(name);
  const plain = name.replace(/@sha(?:256|512):[0-9a-fA-F]+$/, '');
  const last = plain.slice(plain.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.lastIndexOf(':') + 1) : '';
  const first = plain.includes('/') ? plain.slice(0, plain.indexOf('/')) : '';
  const digest = /@sha(?:256:[0-9a-fA-F]{64}|512:[0-9a-fA-F]{128})$/.test(name);
  return {
    name: text,
    pin: digest ? 'digest' : !local && (tag === '' || tag === 'latest') ? 'floating' : 'tag',
    qualified: local || first === 'localhost' || /[.:]/.test(first),
  };
}
