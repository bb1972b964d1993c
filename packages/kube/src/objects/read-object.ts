import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import * as v from "valibot";
import type { KubeError } from "../errors.ts";
import { parseExact } from "../json/exact-numbers.ts";
import { invalid } from "../json/read-json.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads one object by the schema of its kind. Numbers are as `parseExact` has them.
 * @throws {KubeError} `KUBE_ANSWER_INVALID`, saying which field is not what it should be
 */
export function readObject<T extends KubernetesObject>(
  { apiVersion, kind, schema }: ResourceType<T>,
  bytes: Uint8Array,
): T {
  const result = v.safeParse(schema, parse(bytes, kind));
  if (!result.success) {
    const [issue] = result.issues;
    throw invalid(`a ${kind}`, `${v.getDotPath(issue) ?? "the object"}: ${issue.message}`);
  }
  const object = result.output;
  if (object.kind === kind && object.apiVersion === apiVersion) return object;
  throw invalid(`a ${kind}`, `it is a ${object.apiVersion} ${object.kind}`);
}

function parse(bytes: Uint8Array, kind: string): unknown {
  try {
    return parseExact(decoder.decode(bytes));
  } catch (cause) {
    throw withCause(invalid(`a ${kind}`, "it is not JSON"), cause);
  }
}

function withCause(error: KubeError, cause: unknown): KubeError {
  error.cause = cause;
  return error;
}
