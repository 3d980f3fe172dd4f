/** Fields that few readers want, worked out when one of them looks. */

/**
 * The object with further fields, each made by its function when it is first read, and kept. They are fields like any
 * other: JSON, spreading and comparing see them, and so work them out.
 */
export function withLater<T extends object, L extends object>(now: T, later: { readonly [K in keyof L]: () => L[K] }): T & L {
  for (const name of Object.keys(later) as (keyof L)[]) {
    const keep = (value: L[keyof L]): void => void Object.defineProperty(now, name, { value, enumerable: true, configurable: true, writable: true });
    const get = (): L[keyof L] => {
      const value = later[name]();
      keep(value);
      return value;
    };
    Object.defineProperty(now, name, { get, set: keep, enumerable: true, configurable: true });
  }
  return now as T & L;
}

/** A copy with other values in some fields. What is for later stays so. */
export const changed = <T extends object>(from: T, fields: Partial<T>): T =>
  Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(from), ...Object.getOwnPropertyDescriptors(fields) }) as T;
