/** A strict reader for the XML that the reporters write: throws on what is not well-formed. xmllint is its oracle. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function readXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [root];
  const token = /<\?xml [^?]*\?>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/gy;
  for (const [, close, name = '', attributes = '', empty, data, stray] of text.matchAll(token)) {
    const top = open.at(-1) as Element;
    if (stray) throw new Error('stray <');
    if (data?.includes(']]>')) throw new Error(']]> in text');
    if (data !== undefined) top.text += decode(data);
    else if (close) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else if (name !== '') {
      const element: Element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      top.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one closed root');
  return root.children[0] as Element;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(found, name)) throw new Error(`${name} twice`);
    found[name] = decode(value);
  }
  return found;
}

function decode(text: string): string {
  // XML 1.0, section 2.2, Char.
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) throw new Error('forbidden character');
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (whole, code: string | undefined, name: string | undefined) => {
    const char = code === undefined ? named[name ?? ''] : String.fromCodePoint(Number(code));
    if (char === undefined) throw new Error(`bad reference ${whole}`);
    return char;
  });
}
