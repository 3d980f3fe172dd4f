/** An HTTP/1 response as it went over the wire (RFC 9112), or as curl -i prints it. Pure. */
import type { Response } from '../../facts/ask.ts';

/** Undefined when it is none. Header names become lower case; a header that comes again is joined with a comma. */
export function responseOf(bytes: Buffer): Response | undefined {
  const text = bytes.toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  const head = (gap ? text.slice(0, gap.index) : text).split(/\r?\n/);
  const status = /^HTTP\/[\d.]{1,4} (\d{3})(?: |$)/.exec(head[0] ?? '')?.[1];
  if (!gap || status === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of head.slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    Object.defineProperty(headers, name, {
      value: Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  const body = bytes.subarray(gap.index + gap[0].length);
  return { status: Number(status), headers, body: body.toString('utf8') };
}
