import { isLosslessNumber, type LosslessValue } from "@kubewarden-ts/protocol";
import { invalidSignature } from "../errors.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";

/** What is signed about an image: a payload in the format "simple signing" (kwctl-and-oci 15.1). */
export interface SimpleSigningPayload {
  /** Of the manifest or index, as `<algorithm>:<hex>`. */
  readonly manifestDigest: string;
  /** What the signer said besides; numbers as they are written, other values than texts, numbers, truth values left out. */
  readonly annotations: ReadonlyMap<string, string>;
}

/** Members that the signing tool writes itself: upstream does not take them for annotations. */
const ownMembers: readonly string[] = ["creator", "timestamp"];

/** @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` */
export function readPayload(bytes: Uint8Array): SimpleSigningPayload {
  const document = parseStrictJson(bytes, { what: "payload", code: "SIGSTORE_SIGNATURE_INVALID" });
  const manifestDigest = memberOf(
    memberOf(memberOf(document, "critical"), "image"),
    "docker-manifest-digest",
  );
  if (typeof manifestDigest !== "string") {
    throw invalidSignature("the payload does not say which image it is about");
  }
  return { manifestDigest, annotations: annotationsOf(memberOf(document, "optional")) };
}

function annotationsOf(value: LosslessValue | undefined): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!(value instanceof Map)) throw invalidSignature("the payload's `optional` is no object");
  return new Map(
    [...value].flatMap(([key, member]) => {
      const text = ownMembers.includes(key) ? undefined : textOf(member);
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
}

function textOf(value: LosslessValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return value !== null && isLosslessNumber(value) ? value.text : undefined;
}
