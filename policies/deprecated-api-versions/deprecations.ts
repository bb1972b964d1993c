/** Kinds that went out of use together. */
export interface Deprecation {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
  /** The release since which the version should not be used; without it, that is not known. */
  readonly deprecatedIn?: string;
  /** The first release without the version. */
  readonly removedIn?: string;
  /** The version to use; without it, there is none. */
  readonly replacedBy?: string;
}

const webhooks = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const roles = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const flowControl = ["FlowSchema", "PriorityLevelConfiguration"];

/** API versions of Kubernetes, after its deprecated API migration guide. */
const kubernetes: readonly Deprecation[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1beta1",
    kinds: webhooks,
    deprecatedIn: "1.16.0",
    removedIn: "1.22.0",
    replacedBy: "admissionregistration.k8s.io/v1",
  },
  {
    apiVersion: "apiextensions.k8s.io/v1beta1",
    kinds: ["CustomResourceDefinition"],
    deprecatedIn: "1.16.0",
    removedIn: "1.22.0",
    replacedBy: "apiextensions.k8s.io/v1",
  },
  {
    apiVersion: "apiregistration.k8s.io/v1beta1",
    kinds: ["APIService"],
    deprecatedIn: "1.19.0",
    removedIn: "1.22.0",
    replacedBy: "apiregistration.k8s.io/v1",
  },
  {
    apiVersion: "apps/v1beta1",
    kinds: ["ControllerRevision", "Deployment", "ReplicaSet", "StatefulSet"],
    deprecatedIn: "1.9.0",
    removedIn: "1.16.0",
    replacedBy: "apps/v1",
  },
  {
    apiVersion: "apps/v1beta2",
    kinds: ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
    deprecatedIn: "1.9.0",
    removedIn: "1.16.0",
    replacedBy: "apps/v1",
  },
  {
    apiVersion: "authentication.k8s.io/v1beta1",
    kinds: ["TokenReview"],
    deprecatedIn: "1.6.0",
    removedIn: "1.22.0",
    replacedBy: "authentication.k8s.io/v1",
  },
  {
    apiVersion: "authorization.k8s.io/v1beta1",
    kinds: [
      "LocalSubjectAccessReview",
      "SelfSubjectAccessReview",
      "SelfSubjectRulesReview",
      "SubjectAccessReview",
    ],
    deprecatedIn: "1.6.0",
    removedIn: "1.22.0",
    replacedBy: "authorization.k8s.io/v1",
  },
  {
    apiVersion: "autoscaling/v2beta1",
    kinds: ["HorizontalPodAutoscaler"],
    deprecatedIn: "1.22.0",
    removedIn: "1.25.0",
    replacedBy: "autoscaling/v2",
  },
  {
    apiVersion: "autoscaling/v2beta2",
    kinds: ["HorizontalPodAutoscaler"],
    deprecatedIn: "1.23.0",
    removedIn: "1.26.0",
    replacedBy: "autoscaling/v2",
  },
  {
    apiVersion: "batch/v1beta1",
    kinds: ["CronJob"],
    deprecatedIn: "1.21.0",
    removedIn: "1.25.0",
    replacedBy: "batch/v1",
  },
  {
    apiVersion: "certificates.k8s.io/v1beta1",
    kinds: ["CertificateSigningRequest"],
    deprecatedIn: "1.19.0",
    removedIn: "1.22.0",
    replacedBy: "certificates.k8s.io/v1",
  },
  {
    apiVersion: "coordination.k8s.io/v1beta1",
    kinds: ["Lease"],
    deprecatedIn: "1.14.0",
    removedIn: "1.22.0",
    replacedBy: "coordination.k8s.io/v1",
  },
  {
    apiVersion: "discovery.k8s.io/v1beta1",
    kinds: ["EndpointSlice"],
    deprecatedIn: "1.21.0",
    removedIn: "1.25.0",
    replacedBy: "discovery.k8s.io/v1",
  },
  {
    apiVersion: "events.k8s.io/v1beta1",
    kinds: ["Event"],
    deprecatedIn: "1.19.0",
    removedIn: "1.25.0",
    replacedBy: "events.k8s.io/v1",
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["DaemonSet", "Deployment"],
    deprecatedIn: "1.9.0",
    removedIn: "1.16.0",
    replacedBy: "apps/v1",
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["ReplicaSet"],
    removedIn: "1.16.0",
    replacedBy: "apps/v1",
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["Ingress"],
    deprecatedIn: "1.14.0",
    removedIn: "1.22.0",
    replacedBy: "networking.k8s.io/v1",
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["NetworkPolicy"],
    deprecatedIn: "1.9.0",
    removedIn: "1.16.0",
    replacedBy: "networking.k8s.io/v1",
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["PodSecurityPolicy"],
    deprecatedIn: "1.10.0",
    removedIn: "1.16.0",
    replacedBy: "policy/v1beta1",
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta1",
    kinds: flowControl,
    deprecatedIn: "1.24.0",
    removedIn: "1.29.0",
    replacedBy: "flowcontrol.apiserver.k8s.io/v1beta3",
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta2",
    kinds: flowControl,
    deprecatedIn: "1.24.0",
    removedIn: "1.29.0",
    replacedBy: "flowcontrol.apiserver.k8s.io/v1beta3",
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3",
    kinds: flowControl,
    deprecatedIn: "1.31.0",
    removedIn: "1.32.0",
    replacedBy: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    apiVersion: "networking.k8s.io/v1beta1",
    kinds: ["Ingress", "IngressClass"],
    deprecatedIn: "1.19.0",
    removedIn: "1.22.0",
    replacedBy: "networking.k8s.io/v1",
  },
  {
    apiVersion: "node.k8s.io/v1beta1",
    kinds: ["RuntimeClass"],
    deprecatedIn: "1.22.0",
    removedIn: "1.25.0",
    replacedBy: "node.k8s.io/v1",
  },
  {
    apiVersion: "policy/v1beta1",
    kinds: ["PodDisruptionBudget"],
    deprecatedIn: "1.21.0",
    removedIn: "1.25.0",
    replacedBy: "policy/v1",
  },
  {
    apiVersion: "policy/v1beta1",
    kinds: ["PodSecurityPolicy"],
    deprecatedIn: "1.21.0",
    removedIn: "1.25.0",
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1alpha1",
    kinds: roles,
    deprecatedIn: "1.17.0",
    removedIn: "1.22.0",
    replacedBy: "rbac.authorization.k8s.io/v1",
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1beta1",
    kinds: roles,
    deprecatedIn: "1.17.0",
    removedIn: "1.22.0",
    replacedBy: "rbac.authorization.k8s.io/v1",
  },
  {
    apiVersion: "scheduling.k8s.io/v1beta1",
    kinds: ["PriorityClass"],
    deprecatedIn: "1.14.0",
    removedIn: "1.22.0",
    replacedBy: "scheduling.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["StorageClass"],
    deprecatedIn: "1.6.0",
    removedIn: "1.22.0",
    replacedBy: "storage.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["VolumeAttachment"],
    deprecatedIn: "1.13.0",
    removedIn: "1.22.0",
    replacedBy: "storage.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSINode"],
    deprecatedIn: "1.17.0",
    removedIn: "1.22.0",
    replacedBy: "storage.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSIDriver"],
    deprecatedIn: "1.19.0",
    removedIn: "1.22.0",
    replacedBy: "storage.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSIStorageCapacity"],
    deprecatedIn: "1.24.0",
    removedIn: "1.27.0",
    replacedBy: "storage.k8s.io/v1",
  },
];

const issuing = ["Certificate", "CertificateRequest", "ClusterIssuer", "Issuer"];
const acme = ["Challenge", "Order"];
const certManagerV1 = { deprecatedIn: "1.4.0", removedIn: "1.6.0", replacedBy: "cert-manager.io/v1" };

/** API versions of cert-manager; the releases are its own. */
const certManager: readonly Deprecation[] = [
  {
    apiVersion: "certmanager.k8s.io/v1alpha1",
    kinds: [...issuing, ...acme],
    deprecatedIn: "0.11.0",
    removedIn: "0.11.0",
    replacedBy: "cert-manager.io/v1alpha2",
  },
  ...["v1alpha2", "v1alpha3", "v1beta1"].flatMap((version): Deprecation[] => [
    { apiVersion: `cert-manager.io/${version}`, kinds: issuing, ...certManagerV1 },
    { apiVersion: `acme.cert-manager.io/${version}`, kinds: acme, ...certManagerV1 },
  ]),
];

/** What the policy knows of. */
export const deprecations: readonly Deprecation[] = [...kubernetes, ...certManager];
