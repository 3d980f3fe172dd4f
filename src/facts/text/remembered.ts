/** Several facts ask for the same few files, and each engine for the same layers: parsing them once is most of the time. */

const most = { texts: 64, characters: 1_000_000 };

/** A parser that remembers what it made of the last texts, by their paths where it takes one. What it returns is shared, and must not be changed. */
export function remembered<T>(parse: (text: string) => T): (text: string) => T;
export function remembered<T>(parse: (text: string, path: string) => T): (text: string, path: string) => T;
export function remembered<T>(parse: (text: string, path: string) => T): (text: string, path?: string) => T {
  const known = new Map<string, T>();
  let characters = 0;
  return (text, path = '') => {
    const key = path === '' ? text : `${path}\0${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const parsed = parse(text, path);
    if (known.size >= most.texts || characters + text.length > most.characters) {
      known.clear();
      characters = 0;
    }
    known.set(key, parsed);
    characters += text.length;
    return parsed;
  };
}
