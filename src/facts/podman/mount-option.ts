/** The values of `--mount` and `--volume` (podman-run(1); containers/podman:pkg/specgenutil/volumes.go). Pure. */

/** What both say of a mount. */
interface Mounted {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
}

export interface MountOption extends Mounted {
  /** `volume` where none is given. */
  readonly type: string;
  /** `volume-opt`: what a volume is made with that is not there yet. */
  readonly volume: VolumeOptions;
}

/** Options of a volume of the driver local, by name: `device`, `o`, `type`. */
export type VolumeOptions = Readonly<Record<string, string | undefined>>;

/** `--mount`, one record of comma-separated values (Go encoding/csv). Of a key that is given twice, by either of its names, the last value counts (tried with 4.3.1). Undefined: Podman refuses the text. */
export function mountOption(text: string): MountOption | undefined {
  const fields = csvRecord(text);
  if (!fields) return undefined;
  const pairs = fields.map((field): [string, string | undefined] => {
    const at = field.indexOf('=');
    return at < 0 ? [field, undefined] : [field.slice(0, at), field.slice(at + 1)];
  });
  const last = (...names: readonly string[]): string | undefined => pairs.findLast(([key]) => names.includes(key))?.[1];
  const flag = pairs.findLast(([key]) => key === 'ro' || key === 'readonly');
  const volume = pairs.flatMap(([key, value]): [string, string][] => {
    const at = value?.indexOf('=') ?? -1;
    return key === 'volume-opt' && value && at > 0 ? [[value.slice(0, at), value.slice(at + 1)]] : [];
  });
  const propagation = last('bind-propagation');
  return {
    type: last('type') ?? 'volume',
    source: last('source', 'src') ?? '',
    target: last('destination', 'dst', 'target') ?? '',
    ...(propagation === undefined ? {} : { propagation }),
    readOnly: flag !== undefined && /^(?:true|1|t)$/i.test(flag[1] ?? 'true'),
    volume: Object.fromEntries(volume),
  };
}

/** `--volume [SOURCE:]TARGET[:OPTIONS]`. What is written to an overlay (`O`) stays in the container. Undefined: no source is named. */
export function volumeOption(text: string): (Mounted & { readonly overlay: boolean }) | undefined {
  const [source = '', target, options = ''] = text.split(':');
  if (target === undefined) return undefined;
  const words = options.split(',');
  const propagation = words.findLast((w) => /^r?(?:shared|slave|private|unbindable)$/.test(w));
  return { source, target, readOnly: words.includes('ro'), overlay: words.includes('O'), ...(propagation === undefined ? {} : { propagation }) };
}

/** The directory that a volume of these options binds; undefined: it binds none. */
export function boundDevice({ device, o, type }: VolumeOptions): string | undefined {
  return device !== undefined && [o, type].some((k) => /(?:^|,)r?bind(?:,|$)/.test(k ?? '')) ? device : undefined;
}

/** A field in quotes may hold commas, and two quotes for one; a quote anywhere else is an error. */
export function csvRecord(text: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
    const plain = /[^",]*(?=,|$)/y;
    quoted.lastIndex = plain.lastIndex = at;
    const inside = quoted.exec(text);
    const found = inside ?? plain.exec(text);
    if (!found) return undefined;
    fields.push(inside ? (inside[1] ?? '').replaceAll('""', '"') : found[0]);
    at += found[0].length + 1;
  }
  return fields;
}
