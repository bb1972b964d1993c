import type { LosslessValue } from "@kubewarden-ts/protocol";
import type { Bundle } from "@sigstore/bundle";
import { invalidSignature } from "../errors.ts";
import { quoted } from "../quoted.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";

/** What an envelope says about artifacts: a statement of in-toto. */
export interface Statement {
  readonly predicateType: string;
  readonly subjects: readonly StatementSubject[];
}

export interface StatementSubject {
  /** Hexadecimal digits by algorithm. */
  readonly digests: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

const payloadType = "application/vnd.in-toto+json";
const types: readonly unknown[] = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];

/**
 * The statement in the envelope of a bundle; whose word it is shows when the bundle is verified.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` for another content, or a malformed one
 */
export function statementOf({ content }: Pick<Bundle, "content">): Statement {
  if (content.$case !== "dsseEnvelope") throw invalidSignature("the bundle has no envelope with a statement");
  const { dsseEnvelope: envelope } = content;
  if (envelope.payloadType !== payloadType) {
    throw invalidSignature(`the envelope holds ${quoted(envelope.payloadType)}, no statement`);
  }
  const document = parseStrictJson(envelope.payload, {
    what: "statement",
    code: "SIGSTORE_SIGNATURE_INVALID",
  });
  if (!types.includes(memberOf(document, "_type")))
    throw invalidSignature("the statement's type is not known");
  const [subjects, predicateType] = [memberOf(document, "subject"), memberOf(document, "predicateType")];
  if (!Array.isArray(subjects) || typeof predicateType !== "string") {
    throw invalidSignature("the statement does not say what it is about");
  }
  return { predicateType, subjects: subjects.map(readSubject) };
}

/** The subject that has a digest, `<algorithm>:<hex>`. @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` */
export function subjectWith(digest: string, { subjects }: Statement): StatementSubject {
  const [algorithm = "", hex] = digest.split(":");
  const found = subjects.find(({ digests }) => digests.get(algorithm) === hex);
  if (found === undefined) throw invalidSignature("the statement is about something else");
  return found;
}

function readSubject(subject: LosslessValue): StatementSubject {
  return {
    digests: textsOf(memberOf(subject, "digest")),
    annotations: textsOf(memberOf(subject, "annotations")),
  };
}

function textsOf(value: LosslessValue | undefined): ReadonlyMap<string, string> {
  if (!(value instanceof Map)) return new Map();
  return new Map(
    [...value].flatMap(([key, text]) => (typeof text === "string" ? [[key, text] as const] : [])),
  );
}
