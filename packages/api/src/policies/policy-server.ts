import * as v from "valibot";
import { coreType, described, Int32, int32Between } from "../described.ts";
import { IntOrString, Quantity } from "../int-or-string.ts";
import { mapping, objectWith, StringMap } from "../mapping.ts";
import { defineResource, type ObjectOf } from "../resource-type.ts";
import { policiesApiVersion } from "./names.ts";
import { PolicyServerStatus } from "./status.ts";

/** Ports that hold where the spec names none (controller.md 1.4). */
export const defaultWebhookPort = 8443;
export const defaultReadinessProbePort = 8081;
export const defaultMetricsPort = 8080;

const Quantities = mapping(Quantity);
const Port = int32Between(1, 65_535);

const EnvVar = coreType(
  "EnvVar",
  objectWith({
    name: v.string(),
    value: v.exactOptional(v.string()),
    valueFrom: v.exactOptional(objectWith({})),
  }),
);
export type EnvVar = v.InferOutput<typeof EnvVar>;

/** What the container and its Pod look like. */
const PodEntries = {
  image: described(v.string(), "Image of the policy server."),
  replicas: described(Int32, "How many replicas of the policy server run."),
  minAvailable: v.exactOptional(
    described(
      IntOrString,
      "How many replicas, or which percentage, must be left when nodes are drained. Not with `maxUnavailable`.",
    ),
  ),
  maxUnavailable: v.exactOptional(
    described(
      IntOrString,
      "How many replicas, or which percentage, may be gone when nodes are drained. Not with `minAvailable`.",
    ),
  ),
  annotations: v.exactOptional(described(StringMap, "Annotations of the Deployment and its Pods.")),
  labels: v.exactOptional(
    described(
      StringMap,
      "Labels of the Deployment and its Pods; those that Kubewarden sets itself cannot be changed.",
    ),
  ),
  env: v.exactOptional(
    described(v.array(EnvVar), "Environment variables of the policy server, as in a Pod."),
  ),
  serviceAccountName: v.exactOptional(
    described(
      v.string(),
      "ServiceAccount of the Pods: what it may read, context-aware policies can be allowed to read.",
    ),
  ),
  securityContexts: v.exactOptional(
    described(
      objectWith({
        container: v.exactOptional(
          described(coreType("SecurityContext", objectWith({})), "Of the container, as in a Pod."),
        ),
        pod: v.exactOptional(described(coreType("PodSecurityContext", objectWith({})), "Of the Pod.")),
      }),
      "Security contexts that take the place of the restrictive ones that Kubewarden sets.",
    ),
  ),
  affinity: v.exactOptional(
    described(coreType("Affinity", objectWith({})), "Which nodes the Pods run on, as in a Pod."),
  ),
  limits: v.exactOptional(described(Quantities, "Resources that the container may use at most.")),
  requests: v.exactOptional(described(Quantities, "Resources that the container is sure to get.")),
  tolerations: v.exactOptional(
    described(
      v.array(coreType("Toleration", objectWith({}))),
      "Taints of nodes that the Pods put up with, as in a Pod.",
    ),
  ),
  priorityClassName: v.exactOptional(described(v.string(), "PriorityClass of the Pods.")),
  webhookPort: v.exactOptional(
    described(Port, `Port on which the Pods answer the API server; ${defaultWebhookPort} where absent.`),
  ),
  readinessProbePort: v.exactOptional(
    described(
      Port,
      `Port of the readiness probe, another one than \`webhookPort\`; ${defaultReadinessProbePort} where absent.`,
    ),
  ),
  metricsPort: v.exactOptional(
    described(
      Port,
      `Port of the Service for metrics; the controller's setting where absent, ${defaultMetricsPort} without one.`,
    ),
  ),
};

/** Which policies it takes, from where, and what they may do. */
const PolicyEntries = {
  imagePullSecret: v.exactOptional(
    described(
      v.string(),
      "Secret of type `kubernetes.io/dockerconfigjson` in the namespace of the policy servers, for pulling policies, not the image.",
    ),
  ),
  insecureSources: v.exactOptional(
    described(
      v.array(v.string()),
      "Hosts, with their port, that may be asked over plain HTTP or with a certificate that nobody knows.",
    ),
  ),
  sourceAuthorities: v.exactOptional(
    described(
      mapping(v.array(v.string())),
      "Host, with its port, to PEM certificates of the authorities that it may be signed by.",
    ),
  ),
  verificationConfig: v.exactOptional(
    described(
      v.string(),
      "ConfigMap in the namespace of the policy servers; its key `verification-config` says whose signatures policies need.",
    ),
  ),
  sigstoreTrustConfig: v.exactOptional(
    described(
      v.string(),
      "ConfigMap in the namespace of the policy servers; its key `sigstore-trust-config` says which Sigstore to trust.",
    ),
  ),
  namespacedPoliciesCapabilities: v.exactOptional(
    described(
      v.array(v.string()),
      "Host calls that AdmissionPolicies and AdmissionPolicyGroups may make, such as `oci/v1/verify` or `kubernetes/*`. All where absent, none where empty.",
    ),
  ),
};

/** controller.md 1.4 */
const PolicyServerSpec = objectWith({ ...PodEntries, ...PolicyEntries });
export type PolicyServerSpec = v.InferOutput<typeof PolicyServerSpec>;

export const policyServers = defineResource(
  { apiVersion: policiesApiVersion, kind: "PolicyServer", plural: "policyservers", namespaced: false },
  {
    spec: described(PolicyServerSpec, "How the policy server runs."),
    status: v.exactOptional(described(PolicyServerStatus, "What became of it; written by the controller.")),
  },
);
export type PolicyServer = ObjectOf<typeof policyServers>;
