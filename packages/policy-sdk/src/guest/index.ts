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
export type { Certificate, CertificateQuestion, CertificateTrust } from "./host/crypto.ts";
export type {
  Access,
  AccessQuestion,
  KindQuery,
  ListQuery,
  ObjectQuery,
  ResourceAttributes,
} from "./host/kubernetes.ts";
export type { ImageIndex, ImageManifest, ManifestAndConfig } from "./host/oci.ts";
export type { SigningCertificate, VerificationOptions, VerifiedImage } from "./host/sigstore.ts";
export { HostCallError } from "./host-call.ts";
export { isKind, type KindOf, type Kinds } from "./kinds.ts";
export type { KubernetesObject, ObjectMeta } from "./kubernetes-object.ts";
export { type LogFields, log } from "./log.ts";
export { RawNumber } from "./lossless-json.ts";
export { podSpecIn, podTemplateIn, rejectUnreadable } from "./pod-part.ts";
export {
  hasPodSpec,
  type PodSpecSource,
  podSpecOf,
  requirePodSpec,
  requirePodTemplate,
  UnreadableObjectError,
} from "./pod-spec.ts";
export type {
  AdmissionPolicyResource,
  Ingress,
  IngressBackend,
  IngressRule,
  KeyedData,
  Namespace,
  PersistentVolumeClaim,
  Project,
  Service,
  ServicePort,
  SpecifiedObject,
  VulnerabilityReport,
  WebhookConfiguration,
} from "./resources.ts";
export {
  booleanIn,
  integerIn,
  integersIn,
  listIn,
  type Part,
  partIn,
  partOf,
  partsIn,
  stringIn,
  stringsIn,
} from "./typed-fields.ts";
export { accept, mutate, reject, type Verdict, type VerdictNotes } from "./verdict.ts";
export type {
  Capabilities,
  Container,
  CronJob,
  Pod,
  PodSpec,
  PodTemplate,
  SecurityContext,
  TemplatedWorkload,
} from "./workloads.ts";
export { host };
