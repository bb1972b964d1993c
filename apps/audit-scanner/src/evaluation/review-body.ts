import type { AuditedOperation } from "../auditable-policy.ts";
import type { AuditedObject } from "../audited-object.ts";

/** The request that policies are asked about an object, before it is known how they are asked. */
export interface SyntheticReview {
  /** For `POST /audit/<policy>`. */
  body(): Uint8Array;
  /** For `POST /audit`: the same with the policies' ids. */
  batchBody(policyIds: readonly string[]): Uint8Array;
}

/**
 * Makes the request that the API server would send if the object came now (audit-and-reports.md 2.6). The object's bytes
 * travel as they are, so that policies see what is stored, also numbers that JavaScript cannot hold. An `UPDATE` changes
 * nothing: the old object is the same.
 */
export function syntheticReview(object: AuditedObject, operation: AuditedOperation): SyntheticReview {
  const { bytes } = object;
  const beforeObject = `"request":${JSON.stringify(smallMembers(object, operation)).slice(0, -1)},"object":`;
  const betweenObjects = `,"oldObject":${operation === "UPDATE" ? "" : "null"}`;
  const oldObject = operation === "UPDATE" ? bytes : noBytes;
  // asked for a thousand objects a second: one piece of memory for each body, no more
  const after = (start: string): Uint8Array =>
    Buffer.concat([Buffer.from(start + beforeObject), bytes, Buffer.from(betweenObjects), oldObject, end]);
  let single: Uint8Array | undefined;
  return {
    body() {
      single ??= after("{");
      return single;
    },
    batchBody: (policyIds) => after(`{"policies":${JSON.stringify(policyIds)},`),
  };
}

const noBytes = new Uint8Array(0);
const end = Buffer.from(',"options":null}}');

function smallMembers(object: AuditedObject, operation: AuditedOperation): object {
  const { group, version, kind, plural } = object.resource;
  const groupVersionKind = { group, version, kind };
  const groupVersionResource = { group, version, resource: plural };
  return {
    uid: object.uid,
    kind: groupVersionKind,
    resource: groupVersionResource,
    requestKind: groupVersionKind,
    requestResource: groupVersionResource,
    name: object.name,
    namespace: namespaceOf(object),
    operation,
    userInfo: {},
  };
}

/** The API server says of a Namespace that it is in itself. */
function namespaceOf({ namespace, name, resource: { group, kind } }: AuditedObject): string | undefined {
  return group === "" && kind === "Namespace" ? name : namespace;
}
