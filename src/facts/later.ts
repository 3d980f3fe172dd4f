/** Fields that few readers want, worked out when one of them looks. */

type Makers = Record<string, () => unknown>;

/** Where an object keeps what makes its later fields. */
const making = Symbol('later');

/**
 * The object with further fields, each made by its function when it is first read, and kept. They are fields like any
 * other: JSON, spreading and comparing see them, and so work them out.
 */
export function withLater<T extends object, L extends object>(now: T, later: { readonly [K in keyof L]: () => L[K] }): T & L {
  Object.defineProperty(now, making, { value: { ...(now as { [making]?: Makers })[making], ...later }, configurable: true });
  return Object.defineProperties(now, fieldsFor(Object.keys(later))) as T & L;
}

const known = new Map<string, PropertyDescriptorMap>();

/** Fields of these names. All objects that have them share these functions: V8 then sees one shape in them. */
function fieldsFor(names: readonly string[]): PropertyDescriptorMap {
  const key = names.join();
  const fields = known.get(key) ?? Object.fromEntries(names.map((name) => [name, field(name)]));
  known.set(key, fields);
  return fields;
}

const field = (name: string): PropertyDescriptor => ({
  get(this: { readonly [making]: Makers }): unknown {
    const makers = this[making];
    const value = makers[name]?.();
    makers[name] = () => value;
    return value;
  },
  enumerable: true,
  configurable: true,
});

/** A copy with other values in some fields. What is for later stays so. */
export const changed = <T extends object>(from: T, fields: Partial<T>): T =>
  Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(from), ...Object.getOwnPropertyDescriptors(fields) }) as T;
