import type { ServedKind } from "@kubewarden-ts/api";
import { KwctlError } from "../../errors.ts";
import type { RequestObject } from "./object-file.ts";

export const operations = ["CREATE", "UPDATE", "DELETE"] as const;
export type Operation = (typeof operations)[number];

/** What stands for the plural name of a kind that nobody knows: the text is upstream's. */
export const unknownPlural =
  "this-is-the-plural-name-of-the-resource-this-information-is-not-used-by-policies-and-requires-a-connection-to-an-api-server-to-be-obtained";

const takes: Readonly<Record<Operation, { readonly object: boolean; readonly old_object: boolean }>> = {
  CREATE: { object: true, old_object: false },
  UPDATE: { object: true, old_object: true },
  DELETE: { object: false, old_object: true },
};

/**
 * Checks that an operation has the objects it is about, and no other (kwctl-and-oci.md 7.4).
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export function checkParameters(
  operation: Operation,
  given: { readonly object: string | undefined; readonly old_object: string | undefined },
): void {
  const names = ["object", "old_object"] as const;
  for (const name of names) {
    const isGiven = given[name] !== undefined;
    if (takes[operation][name] === isGiven) continue;
    const verb = isGiven ? "does not require" : "requires";
    throw invalid(`${operation} operation ${verb} an ${name}`);
  }
}

export interface RequestOptions {
  readonly operation: Operation;
  readonly object: RequestObject | undefined;
  readonly oldObject: RequestObject | undefined;
  /** How the kind is served; `undefined` when nobody knows. */
  readonly served: ServedKind | undefined;
}

/**
 * The AdmissionRequest that an API server would send, with its keys in the order of kwctl-and-oci.md 7.4;
 * `undefined` members are to be left out.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` when the objects of an update are not one object
 */
export function admissionRequestDocument(options: RequestOptions): object {
  const { operation, object, oldObject, served } = options;
  const subject = object ?? oldObject;
  if (subject === undefined) throw invalid(`${operation} operation requires an object`);
  if (object !== undefined && oldObject !== undefined) checkSameObject(oldObject, object);
  const { group, version, kind, name } = subject;
  const gvk = { group, version, kind };
  const gvr = { group, version, resource: served?.plural ?? unknownPlural };
  return {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    ...{ kind: gvk, resource: gvr, requestKind: gvk, requestResource: gvr },
    name,
    namespace: subject.namespace ?? (served?.namespaced ? "default" : undefined),
    operation,
    userInfo: { groups: ["system:masters"], username: "test-user" },
    ...(object && { object: object.object }),
    ...(oldObject && { oldObject: oldObject.object }),
  };
}

function checkSameObject(oldObject: RequestObject, object: RequestObject): void {
  for (const field of ["group", "version", "kind", "name", "namespace"] as const) {
    if (oldObject[field] === object[field]) continue;
    const [before, after] = [oldObject[field] ?? "none", object[field] ?? "none"];
    throw invalid(
      `UPDATE operation requires two states of one object: the ${field} was '${before}', and is '${after}'`,
    );
  }
}

function invalid(message: string): KwctlError {
  return new KwctlError(message, { code: "KWCTL_INPUT_INVALID" });
}
