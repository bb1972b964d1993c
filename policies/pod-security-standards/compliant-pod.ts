// Pods and answers for tests.
import type { Container, PodSpec } from "@kubewarden-ts/policy-sdk";

export const baseline = { level: "baseline" };
export const restricted = { level: "restricted" };
export const accepted = { accepted: true };
const good = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const goodPod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
/** Meets `restricted` but for what is given. */
export const container = (context: object = {}, fields: object = {}): Container => ({
  name: "c",
  image: "registry.test/app:1",
  securityContext: { ...good, ...context },
  ...fields,
});
/** Meets `restricted` but for what is given. */
export const compliant = (spec: PodSpec = {}, context: object = {}): PodSpec => ({
  containers: [container()],
  ...spec,
  securityContext: { ...goodPod, ...context },
});
/** A pod whose container has the fields in its security context. */
export const withContext = (context: object) => compliant({ containers: [container(context)] });
/** The answer to a pod with violations. @param level - with its version */
export const violating = (level: string, ...texts: string[]) => ({
  accepted: false,
  code: 403,
  message: `violates PodSecurity "${level}": ${texts.join(", ")}`,
});
