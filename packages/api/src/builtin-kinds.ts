/** How an API server serves a kind: the same in every version of its group. */
export interface ServedKind {
  /** name in paths and in `resource`, such as `deployments` */
  readonly plural: string;
  readonly namespaced: boolean;
}

interface KindsOfGroup {
  /** Kind to plural. */
  readonly namespaced?: Readonly<Record<string, string>>;
  readonly clusterWide?: Readonly<Record<string, string>>;
}

/**
 * The kinds of Kubernetes itself, by their group: those of every release that upstream's policies can meet, also the ones
 * that later releases dropped (PodSecurityPolicy, the group `extensions`).
 */
const groups: Readonly<Record<string, KindsOfGroup>> = {
  "": {
    namespaced: {
      Binding: "bindings",
      ConfigMap: "configmaps",
      Endpoints: "endpoints",
      Event: "events",
      LimitRange: "limitranges",
      PersistentVolumeClaim: "persistentvolumeclaims",
      Pod: "pods",
      PodTemplate: "podtemplates",
      ReplicationController: "replicationcontrollers",
      ResourceQuota: "resourcequotas",
      Secret: "secrets",
      Service: "services",
      ServiceAccount: "serviceaccounts",
    },
    clusterWide: {
      ComponentStatus: "componentstatuses",
      Namespace: "namespaces",
      Node: "nodes",
      PersistentVolume: "persistentvolumes",
    },
  },
  "admissionregistration.k8s.io": {
    clusterWide: {
      MutatingAdmissionPolicy: "mutatingadmissionpolicies",
      MutatingAdmissionPolicyBinding: "mutatingadmissionpolicybindings",
      MutatingWebhookConfiguration: "mutatingwebhookconfigurations",
      ValidatingAdmissionPolicy: "validatingadmissionpolicies",
      ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
      ValidatingWebhookConfiguration: "validatingwebhookconfigurations",
    },
  },
  "apiextensions.k8s.io": { clusterWide: { CustomResourceDefinition: "customresourcedefinitions" } },
  "apiregistration.k8s.io": { clusterWide: { APIService: "apiservices" } },
  apps: {
    namespaced: {
      ControllerRevision: "controllerrevisions",
      DaemonSet: "daemonsets",
      Deployment: "deployments",
      ReplicaSet: "replicasets",
      StatefulSet: "statefulsets",
    },
  },
  "authentication.k8s.io": {
    clusterWide: { SelfSubjectReview: "selfsubjectreviews", TokenReview: "tokenreviews" },
  },
  "authorization.k8s.io": {
    namespaced: { LocalSubjectAccessReview: "localsubjectaccessreviews" },
    clusterWide: {
      SelfSubjectAccessReview: "selfsubjectaccessreviews",
      SelfSubjectRulesReview: "selfsubjectrulesreviews",
      SubjectAccessReview: "subjectaccessreviews",
    },
  },
  autoscaling: { namespaced: { HorizontalPodAutoscaler: "horizontalpodautoscalers" } },
  batch: { namespaced: { CronJob: "cronjobs", Job: "jobs" } },
  "certificates.k8s.io": {
    namespaced: { PodCertificateRequest: "podcertificaterequests" },
    clusterWide: {
      CertificateSigningRequest: "certificatesigningrequests",
      ClusterTrustBundle: "clustertrustbundles",
    },
  },
  "coordination.k8s.io": { namespaced: { Lease: "leases", LeaseCandidate: "leasecandidates" } },
  "discovery.k8s.io": { namespaced: { EndpointSlice: "endpointslices" } },
  "events.k8s.io": { namespaced: { Event: "events" } },
  extensions: {
    namespaced: {
      DaemonSet: "daemonsets",
      Deployment: "deployments",
      Ingress: "ingresses",
      NetworkPolicy: "networkpolicies",
      ReplicaSet: "replicasets",
    },
    clusterWide: { PodSecurityPolicy: "podsecuritypolicies" },
  },
  "flowcontrol.apiserver.k8s.io": {
    clusterWide: {
      FlowSchema: "flowschemas",
      PriorityLevelConfiguration: "prioritylevelconfigurations",
    },
  },
  "internal.apiserver.k8s.io": { clusterWide: { StorageVersion: "storageversions" } },
  "networking.k8s.io": {
    namespaced: { Ingress: "ingresses", NetworkPolicy: "networkpolicies" },
    clusterWide: { IPAddress: "ipaddresses", IngressClass: "ingressclasses", ServiceCIDR: "servicecidrs" },
  },
  "node.k8s.io": { clusterWide: { RuntimeClass: "runtimeclasses" } },
  policy: {
    namespaced: { PodDisruptionBudget: "poddisruptionbudgets" },
    clusterWide: { PodSecurityPolicy: "podsecuritypolicies" },
  },
  "rbac.authorization.k8s.io": {
    namespaced: { Role: "roles", RoleBinding: "rolebindings" },
    clusterWide: { ClusterRole: "clusterroles", ClusterRoleBinding: "clusterrolebindings" },
  },
  "resource.k8s.io": {
    namespaced: { ResourceClaim: "resourceclaims", ResourceClaimTemplate: "resourceclaimtemplates" },
    clusterWide: {
      DeviceClass: "deviceclasses",
      DeviceTaintRule: "devicetaintrules",
      ResourceSlice: "resourceslices",
    },
  },
  "scheduling.k8s.io": {
    namespaced: { Workload: "workloads" },
    clusterWide: { PriorityClass: "priorityclasses" },
  },
  "storage.k8s.io": {
    namespaced: { CSIStorageCapacity: "csistoragecapacities" },
    clusterWide: {
      CSIDriver: "csidrivers",
      CSINode: "csinodes",
      StorageClass: "storageclasses",
      VolumeAttachment: "volumeattachments",
      VolumeAttributesClass: "volumeattributesclasses",
    },
  },
  "storagemigration.k8s.io": { clusterWide: { StorageVersionMigration: "storageversionmigrations" } },
};

/**
 * How every API server serves a kind of Kubernetes itself, known without asking one.
 * @param group - `""` for the core group
 * @returns `undefined` for custom resources, and for what no release knows
 * @example builtinKind("apps", "Deployment") // { plural: "deployments", namespaced: true }
 */
export function builtinKind(group: string, kind: string): ServedKind | undefined {
  const kinds = Object.hasOwn(groups, group) ? groups[group] : undefined;
  const namespaced = own(kinds?.namespaced, kind);
  if (namespaced !== undefined) return { plural: namespaced, namespaced: true };
  const clusterWide = own(kinds?.clusterWide, kind);
  return clusterWide === undefined ? undefined : { plural: clusterWide, namespaced: false };
}

/**
 * Whether a resource of Kubernetes itself lives in namespaces.
 * @param plural - without a subresource
 * @returns `undefined` for what is no resource of Kubernetes
 * @example isNamespacedResource("apps", "deployments") // true
 */
export function isNamespacedResource(group: string, plural: string): boolean | undefined {
  const kinds = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (Object.values(kinds?.namespaced ?? {}).includes(plural)) return true;
  return Object.values(kinds?.clusterWide ?? {}).includes(plural) ? false : undefined;
}

function own(kinds: Readonly<Record<string, string>> | undefined, kind: string): string | undefined {
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}
