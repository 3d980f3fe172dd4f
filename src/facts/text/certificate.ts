/** When an X.509 certificate begins and ends to hold, from its PEM text (RFC 5280 4.1.2.5). Nothing else of it is read. Pure. */

export interface Validity {
  /** Unix seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Takes PEM text; returns the validity of its first certificate, or undefined where none can be read. */
export function certificateValidity(pem: string): Validity | undefined {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  let der: string;
  try {
    der = atob(body.replace(/\s+/g, ''));
  } catch {
    return undefined;
  }
  // Two times, one after the other, stand nowhere else: UTCTime is tag 23 with 13 letters, GeneralizedTime tag 24 with 15.
  const time = '(?:\\x17\\x0d(\\d{12})Z|\\x18\\x0f(\\d{14})Z)';
  const found = new RegExp(time + time).exec(der);
  const [notBefore, notAfter] = [secondsOf(found?.[1], found?.[2]), secondsOf(found?.[3], found?.[4])];
  return notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter };
}

/** Of UTCTime the years from 50 on are of the last century. */
function secondsOf(short: string | undefined, long: string | undefined): number | undefined {
  const text = long ?? (short === undefined ? undefined : `${Number(short.slice(0, 2)) >= 50 ? '19' : '20'}${short}`);
  const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? '');
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
