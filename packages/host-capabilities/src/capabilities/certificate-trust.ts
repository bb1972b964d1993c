import * as v from "valibot";
import { defineCapability, jsonAnswer } from "../capability.ts";

// policy-runtime 5.7

const Certificate = v.object({
  encoding: v.picklist(["Pem", "Der"]),
  data: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    v.transform((numbers) => Uint8Array.from(numbers)),
  ),
});

/** Input of the check; the JavaScript SDK leaves `not_after` out, the Go SDK sends an empty text. */
const Input = v.object({
  cert: Certificate,
  cert_chain: v.nullish(v.array(Certificate)),
  not_after: v.nullish(v.string()),
});

/** A certificate as a guest sends it. */
export type EncodedCertificate = v.InferOutput<typeof Certificate>;

export interface CertificateTrustRequest {
  readonly certificate: EncodedCertificate;
  /** The root last; `undefined` for the well-known authorities. */
  readonly chain: readonly EncodedCertificate[] | undefined;
  /** RFC 3339 time to check at; `undefined` for now. */
  readonly at: string | undefined;
}

export interface CertificateDeps {
  /**
   * Whether a certificate is trusted, or why not.
   * @throws {Error} for what is no certificate or no time
   */
  readonly checkCertificate: (
    request: CertificateTrustRequest,
  ) => { trusted: true } | { trusted: false; reason: string };
}

/** `crypto/v1/is_certificate_trusted`: answers `{"trusted": …, "reason": "…"}`. */
export const isCertificateTrusted = defineCapability({
  path: "crypto/v1/is_certificate_trusted",
  input: Input,
  async run({ cert, cert_chain, not_after }, { checkCertificate }) {
    const verdict = checkCertificate({
      certificate: cert,
      chain: cert_chain ?? undefined,
      at: not_after || undefined,
    });
    return jsonAnswer({ trusted: verdict.trusted, reason: verdict.trusted ? "" : verdict.reason });
  },
});
