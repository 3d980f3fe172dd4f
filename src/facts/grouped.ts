/** Lists by key that grow in place: a copy for each element would make a long file quadratic. */

/** Puts a value at the end of the list of a key. */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const before = lists.get(key);
  if (before) before.push(value);
  else lists.set(key, [value]);
}

/** Those whose key an earlier one has as well. */
export function repeated<T>(all: readonly T[], key: (one: T) => string): T[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.has(key(one)) || !seen.add(key(one)));
}
