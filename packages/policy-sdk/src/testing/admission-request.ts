import type { AdmissionRequest } from "../guest/admission-request.ts";
import type { KubernetesObject } from "../guest/kubernetes-object.ts";

/** What a test says of a request; the rest is made up. */
export interface RequestFacts extends Partial<AdmissionRequest> {
  readonly object?: KubernetesObject | null;
  readonly oldObject?: KubernetesObject | null;
}

/**
 * A whole admission request for an object: kind and resource are those the object names, the operation is DELETE when
 * there is only an old object, UPDATE when there are both, else CREATE.
 */
export function admissionRequest(facts: RequestFacts): AdmissionRequest {
  const { object, oldObject } = facts;
  const subject = object ?? oldObject ?? {};
  const [version = "", group = ""] = (subject.apiVersion ?? "v1").split("/").reverse();
  const kind = subject.kind ?? "";
  const { name, namespace } = subject.metadata ?? {};
  return {
    uid: "00000000-0000-4000-8000-000000000000",
    kind: { group, version, kind },
    resource: { group, version, resource: pluralOf(kind) },
    operation: operationOf(object, oldObject),
    userInfo: { username: "jane", groups: ["system:authenticated"] },
    dryRun: false,
    ...(name == null ? {} : { name }),
    ...(namespace == null ? {} : { namespace }),
    ...facts,
  };
}

function operationOf(object: unknown, oldObject: unknown): string {
  if (object == null && oldObject != null) return "DELETE";
  return oldObject == null ? "CREATE" : "UPDATE";
}

/** Good for the kinds of Kubernetes itself. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("s")) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
