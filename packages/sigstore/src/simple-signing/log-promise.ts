import { isLosslessNumber, type LosslessValue } from "@kubewarden-ts/protocol";
import { decodeBase64 } from "@kubewarden-ts/x509";
import { invalidSignature } from "../errors.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";

/** What a transparency log (Rekor) promised when it took a signature: cosign's "bundle". */
export interface LogPromise {
  /** The log's signature over the rest. */
  readonly signedEntryTimestamp: Buffer<ArrayBuffer>;
  readonly body: Buffer<ArrayBuffer>;
  readonly kind: string;
  readonly apiVersion: string;
  /** In seconds since 1970, as a decimal text. */
  readonly integratedTime: string;
  readonly logIndex: string;
  readonly logId: Buffer<ArrayBuffer>;
}

/** @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` */
export function readLogPromise(text: string): LogPromise {
  const document = parse(Buffer.from(text), "bundle of the layer");
  const payload = memberOf(document, "Payload");
  const body = bytesOf(memberOf(payload, "body"), "Payload.body");
  const entry = parse(body, "entry of the transparency log");
  const logId = memberOf(payload, "logID");
  if (typeof logId !== "string" || !/^(?:[0-9a-f]{2}){4,32}$/.test(logId)) throw malformed("Payload.logID");
  return {
    signedEntryTimestamp: bytesOf(memberOf(document, "SignedEntryTimestamp"), "SignedEntryTimestamp"),
    ...{ body, kind: textOf(entry, "kind"), apiVersion: textOf(entry, "apiVersion") },
    integratedTime: wholeNumberOf(memberOf(payload, "integratedTime"), "Payload.integratedTime"),
    logIndex: wholeNumberOf(memberOf(payload, "logIndex"), "Payload.logIndex"),
    logId: Buffer.from(logId, "hex"),
  };
}

function parse(bytes: Uint8Array, what: string): LosslessValue {
  return parseStrictJson(bytes, { what, code: "SIGSTORE_SIGNATURE_INVALID" });
}

function textOf(entry: LosslessValue, name: string): string {
  const value = memberOf(entry, name);
  if (typeof value === "string") return value;
  throw malformed(`${name} of the entry`);
}

function bytesOf(value: LosslessValue | undefined, path: string): Buffer<ArrayBuffer> {
  const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
  if (bytes === undefined || bytes.length === 0) throw malformed(path);
  return Buffer.from(bytes);
}

/** As the log signed it: a number without sign, fraction and exponent. */
function wholeNumberOf(value: LosslessValue | undefined, path: string): string {
  const text = value !== undefined && value !== null && isLosslessNumber(value) ? value.text : "";
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return text;
  throw malformed(path);
}

function malformed(path: string): Error {
  return invalidSignature(`the bundle of the layer is malformed: ${path}`);
}
