import { errorText } from "@kubewarden-ts/base";
import { type TransparencyLogInstance, TrustedRoot } from "@sigstore/protobuf-specs";
import { type TrustMaterial, toTrustMaterial } from "@sigstore/verify";
import { SigstoreError } from "../errors.ts";
import { quoted } from "../quoted.ts";

/** Authorities, logs and their keys: what signatures are verified with; made by {@link parseTrustedRoot} or a trust root. */
export type { TrustMaterial } from "@sigstore/verify";

/** Without a media type, it is one that somebody wrote by hand. */
const mediaTypes =
  /^(?:|application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.\d+|\.v0\.\d+\+json))$/;

/**
 * Reads a trusted root: the JSON document that Sigstore publishes as `trusted_root.json`.
 * @throws {SigstoreError} `SIGSTORE_TRUST_CONFIG_INVALID` naming the part
 */
export function parseTrustedRoot(text: string): TrustMaterial {
  return trustMaterialOf(parsed(text));
}

/** As {@link parseTrustedRoot}, of a document that was read already. */
export function trustMaterialOf(document: unknown): TrustMaterial {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw invalid("it is not a JSON object");
  }
  const mediaType = "mediaType" in document ? document.mediaType : "";
  if (typeof mediaType !== "string" || !mediaTypes.test(mediaType)) {
    throw invalid(`its media type ${quoted(String(mediaType))} is not known`);
  }
  try {
    const root = TrustedRoot.fromJSON(document);
    if (root.tlogs.length + root.certificateAuthorities.length === 0) {
      throw invalid("it names no authorities and no logs");
    }
    root.tlogs.forEach(checkLog);
    return toTrustMaterial(root);
  } catch (error) {
    if (error instanceof SigstoreError) throw error;
    throw invalid(errorText(error), { cause: error });
  }
}

/** The library takes a log without a beginning for one that was always there. */
function checkLog({ publicKey, baseUrl }: TransparencyLogInstance, index: number): void {
  if (publicKey?.validFor?.start !== undefined) return;
  const name = `tlogs[${index}]${baseUrl === "" ? "" : ` (${baseUrl})`}`;
  throw invalid(`${name}: publicKey.validFor.start is missing`);
}

/**
 * The same with authorities that count from the beginning of time (kwctl-and-oci 16.2): the public root dates its second authority
 * later than it began to issue. A certificate must still be valid when it is used, and so must those above it.
 */
export function withAuthoritiesFromTheBeginning(trust: TrustMaterial): TrustMaterial {
  const certificateAuthorities = trust.certificateAuthorities.map((each) => ({
    ...each,
    // not the end: that is how a root says that an authority is not trusted any more
    validFor: { start: new Date(0), end: each.validFor.end },
  }));
  return { ...trust, certificateAuthorities };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(errorText(error));
  }
}

function invalid(problem: string, options: ErrorOptions = {}): SigstoreError {
  const message = `the Sigstore trusted root cannot be used: ${problem}`;
  return new SigstoreError(message, { ...options, code: "SIGSTORE_TRUST_CONFIG_INVALID" });
}
