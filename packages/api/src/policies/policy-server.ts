import * as v from "valibot";
import { defineResource, type ObjectOf } from "../resource-type.ts";
import { policiesApiVersion } from "./names.ts";
import { PolicyServerStatus } from "./status.ts";

const StringMap = v.record(v.string(), v.string());
const IntOrString = v.union([v.number(), v.string()]);
const Quantities = v.record(v.string(), IntOrString);
const Port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
/** A type of the Kubernetes API that we hand on as it is; the CRD has its full schema. */
const Core = v.looseObject({});
const EnvVar = v.looseObject({
  name: v.string(),
  value: v.exactOptional(v.string()),
  valueFrom: v.exactOptional(v.looseObject({})),
});
export type EnvVar = v.InferOutput<typeof EnvVar>;

/** controller.md 1.4 */
const PolicyServerSpec = v.looseObject({
  image: v.string(),
  replicas: v.pipe(v.number(), v.integer()),
  minAvailable: v.exactOptional(IntOrString),
  maxUnavailable: v.exactOptional(IntOrString),
  annotations: v.exactOptional(StringMap),
  labels: v.exactOptional(StringMap),
  env: v.exactOptional(v.array(EnvVar)),
  serviceAccountName: v.exactOptional(v.string()),
  imagePullSecret: v.exactOptional(v.string()),
  insecureSources: v.exactOptional(v.array(v.string())),
  sourceAuthorities: v.exactOptional(v.record(v.string(), v.array(v.string()))),
  verificationConfig: v.exactOptional(v.string()),
  sigstoreTrustConfig: v.exactOptional(v.string()),
  securityContexts: v.exactOptional(
    v.looseObject({ container: v.exactOptional(Core), pod: v.exactOptional(Core) }),
  ),
  affinity: v.exactOptional(Core),
  limits: v.exactOptional(Quantities),
  requests: v.exactOptional(Quantities),
  tolerations: v.exactOptional(v.array(Core)),
  priorityClassName: v.exactOptional(v.string()),
  namespacedPoliciesCapabilities: v.exactOptional(v.nullable(v.array(v.string()))),
  webhookPort: v.exactOptional(Port),
  readinessProbePort: v.exactOptional(Port),
  metricsPort: v.exactOptional(Port),
});
export type PolicyServerSpec = v.InferOutput<typeof PolicyServerSpec>;

export const policyServers = defineResource(
  { apiVersion: policiesApiVersion, kind: "PolicyServer", plural: "policyservers", namespaced: false },
  { spec: PolicyServerSpec, status: v.exactOptional(PolicyServerStatus) },
);
export type PolicyServer = ObjectOf<typeof policyServers>;

/** Ports that hold where the spec names none (controller.md 1.4). */
export const defaultWebhookPort = 8443;
export const defaultReadinessProbePort = 8081;
export const defaultMetricsPort = 8080;
