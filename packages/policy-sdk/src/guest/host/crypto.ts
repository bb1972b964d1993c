import * as v from "valibot";
import { ask } from "./answer.ts";
import { byteNumbers } from "./byte-numbers.ts";

/** A certificate, as text or as bytes. */
export interface Certificate {
  readonly encoding: "Pem" | "Der";
  readonly data: string | Uint8Array;
}

export interface CertificateQuestion {
  readonly certificate: Certificate;
  /** The root last. Without a chain the well-known authorities are trusted; with an empty one nobody is. */
  readonly chain?: readonly Certificate[] | undefined;
  /** When the certificate has to be valid, in RFC 3339; now without it. */
  readonly at?: string | undefined;
}

/** What the host says of a certificate. */
export type CertificateTrust =
  | { readonly trusted: true }
  | {
      readonly trusted: false;
      /** Like `Certificate is not trusted by the provided cert chain`. */
      readonly reason: string;
    };

const Answer = v.object({ trusted: v.boolean(), reason: v.nullish(v.string(), "") });

/**
 * Whether a certificate is trusted (`crypto/v1/is_certificate_trusted`). Names and revocation are not looked at.
 * @throws {HostCallError} when it is not granted, or the certificate or the time cannot be read
 * @example host.crypto.verifyCertificate({ certificate: { encoding: "Pem", data: pem } }).trusted
 */
export function verifyCertificate({ certificate, chain, at }: CertificateQuestion): CertificateTrust {
  const payload = {
    cert: encoded(certificate),
    cert_chain: chain?.map(encoded) ?? null,
    // hosts of other makers refuse a request without the key
    not_after: at ?? null,
  };
  const operation = { namespace: "crypto", operation: "v1/is_certificate_trusted" };
  const { trusted, reason } = ask(operation, payload, Answer);
  return trusted ? { trusted } : { trusted, reason };
}

function encoded({ encoding, data }: Certificate) {
  return { encoding, data: byteNumbers(data) };
}
