import { errorText } from "@kubewarden-ts/base";
import { SigstoreError } from "../errors.ts";
import { type TrustMaterial, trustMaterialOf } from "./trust-material.ts";

/** A file that says whom to trust, in place of the public Sigstore. */
export interface TrustConfigFile {
  /** JSON: a ClientTrustConfig (kwctl-and-oci 15.5) */
  readonly text: string;
  /** The path of the file, for errors. */
  readonly file: string;
  /** What errors call the file; `Sigstore PKI file` unless told. */
  readonly fileIs?: string | undefined;
}

/**
 * Reads the trusted root of a trust configuration; nothing else of it counts.
 * @throws {SigstoreError} `SIGSTORE_TRUST_CONFIG_INVALID` with upstream's texts
 */
export function parseTrustConfig({
  text,
  file,
  fileIs = "Sigstore PKI file",
}: TrustConfigFile): TrustMaterial {
  const document = parsed(text, file);
  const root =
    isObject(document) && "trustedRoot" in document ? (document.trustedRoot ?? undefined) : undefined;
  if (root === undefined) throw invalid(`${fileIs} ${file} missing trusted_root field`);
  try {
    return trustMaterialOf(root);
  } catch (error) {
    throw unparsable(file, error);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unparsable(file, error);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function unparsable(file: string, error: unknown): SigstoreError {
  return invalid(`could not parse Sigstore trust config file ${file}: ${errorText(error)}`);
}

function invalid(message: string): SigstoreError {
  return new SigstoreError(message, { code: "SIGSTORE_TRUST_CONFIG_INVALID" });
}
