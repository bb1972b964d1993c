import { type LosslessValue, stringifyLossless } from "@kubewarden-ts/protocol";

/** A request that nobody sent: about an object of a file. */
export interface SyntheticRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly object: LosslessValue;
  readonly oldObject: LosslessValue;
  /** Who asks; nobody without. */
  readonly userInfo?: LosslessValue | undefined;
}

/** Requests of one run are told apart in logs; a policy never decides by it. */
const uid = "00000000-0000-4000-8000-000000000000";

/**
 * The AdmissionReview of a request, as the audit scanner builds them (audit-and-reports.md 2.6): the resource has its real
 * plural, the object the numbers of its file.
 */
export function syntheticReview(request: SyntheticRequest): Uint8Array {
  const { operation, group, version, plural, object, oldObject, userInfo = new Map() } = request;
  const kind = record({ group, version, kind: request.kind });
  const resource = record({ group, version, resource: plural });
  const { name, namespace } = request;
  const body = record({
    ...{ uid, kind, resource, requestKind: kind, requestResource: resource },
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...{ operation, userInfo, object, oldObject, options: null },
  });
  return new TextEncoder().encode(stringifyLossless(record({ request: body })));
}

function record(members: Readonly<Record<string, LosslessValue>>): LosslessValue {
  return new Map(Object.entries(members));
}
