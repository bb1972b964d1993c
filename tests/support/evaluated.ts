import { silentLogger } from "@kubewarden-ts/base";
import type { CapabilityServer } from "@kubewarden-ts/host-capabilities";
import { type Evaluator, parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";

/** Starts an evaluator whose policies name modules by their key. */
export function startPolicies(
  policies: Readonly<Record<string, object>>,
  { modules, serve }: { modules: Readonly<Record<string, Uint8Array>>; serve: CapabilityServer },
): Promise<Evaluator> {
  return startEvaluator({
    policies: parsePolicies(JSON.stringify(policies), "policies.yml"),
    fetchModule: async (name) => {
      const bytes = modules[name];
      if (bytes === undefined) throw new Error(`no module ${name}`);
      return { bytes };
    },
    workers: 1,
    defaultTimeoutMs: 15_000,
    serveCapability: serve,
    log: silentLogger,
  });
}

/** The creation of an object in an AdmissionReview, as the API server sends it; a Pod without labels unless told. */
export function creationOf(
  object: object = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels: {} } },
): object {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u1",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      operation: "CREATE",
      userInfo: { username: "alice" },
      object,
    },
  };
}

/** The response of a policy to a review. @throws {Error} when there is none */
export async function validate(
  evaluator: Evaluator,
  policyId: string,
  review: object = creationOf(),
): Promise<AdmissionResponse> {
  const body = Buffer.from(JSON.stringify(review));
  const evaluation = await evaluator.admission("validate", policyId, body);
  if (evaluation.kind !== "response") throw new Error(JSON.stringify(evaluation));
  return evaluation.response;
}
