import * as host from "./host/index.ts";

export type { AdmissionRequest } from "./admission-request.ts";
export {
  type ContainerChoice,
  type ContainerKind,
  containersIn,
  containersOf,
  type FoundContainer,
} from "./containers.ts";
export { definePolicy, type Policy, type PolicyDefinition } from "./define-policy.ts";
export { defineRawPolicy, type RawPolicyDefinition } from "./define-raw-policy.ts";
export { HostCallError } from "./host-call.ts";
export {
  type Capabilities,
  type Container,
  type CronJob,
  isKind,
  type Kinds,
  type KubernetesObject,
  type ObjectMeta,
  type Pod,
  type PodSpec,
  type PodTemplate,
  type SecurityContext,
  type TemplatedWorkload,
} from "./kubernetes-object.ts";
export { type LogFields, log } from "./log.ts";
export { RawNumber } from "./lossless-json.ts";
export { type PodSpecSource, podSpecOf, requirePodSpec, UnreadableObjectError } from "./pod-spec.ts";
export { accept, mutate, reject, type Verdict, type VerdictNotes } from "./verdict.ts";
export { host };
