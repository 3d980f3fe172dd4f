/** X.509 certificates in PEM (RFC 7468), read by Node's own X509Certificate. */

/**
 * Node's cryptography, loaded where there is a certificate: most runs see none, and start without it. It works on the text
 * alone, and asks no clock, no file and no network.
 */
const cryptography = () => process.getBuiltinModule('node:crypto');
type X509 = InstanceType<ReturnType<typeof cryptography>['X509Certificate']>;

export interface Certificate {
  /** The name in the subject, or all of it. */
  readonly name: string;
  /** Unix seconds. */
  readonly from: number;
  readonly until: number;
  /** It may sign others. */
  readonly authority: boolean;
  /** SHA-256 of it: with the same one two files hold one certificate. */
  readonly fingerprint: string;
  /** Object identifiers of the extended key usage. */
  readonly usages: readonly string[];
  /** Whether the other one's key has signed this one. */
  signedBy(other: Certificate): boolean;
}

/** Extended key usages (RFC 5280, 4.2.1.12). */
export const usages = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;

/** The certificates of a PEM text in their order; undefined where there is none, or one of them is broken. */
export function certificatesIn(text: string): readonly Certificate[] | undefined {
  const blocks = text.match(block) ?? [];
  if (blocks.length === 0) return undefined;
  try {
    const { X509Certificate } = cryptography();
    const found = blocks.map((pem) => new OneCertificate(new X509Certificate(pem)));
    return found.every((c) => Number.isFinite(c.until)) ? found : undefined;
  } catch {
    return undefined;
  }
}

class OneCertificate implements Certificate {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  readonly authority: boolean;
  readonly usages: readonly string[];
  readonly #x509: X509;

  constructor(x509: X509) {
    this.name = /(?:^|\n)CN=(.*)/.exec(x509.subject ?? '')?.[1] ?? x509.subject ?? '';
    this.from = Date.parse(x509.validFrom) / 1000;
    this.until = Date.parse(x509.validTo) / 1000;
    this.authority = x509.ca;
    this.usages = x509.keyUsage ?? [];
    this.#x509 = x509;
  }

  get fingerprint(): string {
    return this.#x509.fingerprint256;
  }

  signedBy(other: Certificate): boolean {
    if (!(other instanceof OneCertificate)) return false;
    return this.#x509.checkIssued(other.#x509) && this.#x509.verify(other.#x509.publicKey);
  }
}
