/** An AdmissionReview for the creation of a pod, as the API server sends it. */
export function podReview({
  privileged = false,
  namespace = "default",
  uid = "u1",
}: {
  privileged?: boolean;
  namespace?: string;
  uid?: string;
} = {}): object {
  const container = { name: "nginx", image: "nginx", ...(privileged && { securityContext: { privileged } }) };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      name: "nginx",
      namespace,
      operation: "CREATE",
      userInfo: { username: "jane" },
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "nginx", namespace },
        spec: { containers: [container] },
      },
      oldObject: null,
    },
  };
}

function response(fields: object): object {
  const response = { ...fields, auditAnnotations: null, warnings: null };
  return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response };
}

/** The answer that accepts the request `u1`. */
export const accepted = response({ uid: "u1", allowed: true });

/** The answer that rejects the request `u1`. */
export const rejected = (message: string): object =>
  response({ uid: "u1", allowed: false, status: { message } });
