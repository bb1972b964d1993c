// What the reasons of conditions and Events mean. `resources.ts` holds the list against the source code.

/** Conditions of the four kinds of policies. */
export const policyConditions: Readonly<Record<string, string>> = {
  PolicyActive: "Whether the webhook configuration of the policy exists, so that the API server asks it.",
  PolicyUniquelyReachable:
    "Whether all Pods of the policy server have the policy as it is now, so that no request meets an older one.",
  PolicyServerConfigurationUpToDate: "Whether the Deployment carries the newest configuration.",
  PolicyLoaded: "Whether the replicas have loaded the policy; the message names the Pod and its error.",
};

/** Conditions of PolicyServers. */
export const policyServerConditions: Readonly<Record<string, string>> = {
  CertSecretReconciled: "The Secret with the certificate is as it should be.",
  ConfigMapReconciled: "The ConfigMap with the policies is as it should be.",
  PodDisruptionBudgetReconciled:
    "The PodDisruptionBudget is as it should be, or gone if the spec asks for none.",
  DeploymentReconciled: "The Deployment is as it should be.",
  ServiceReconciled: "The Service is as it should be.",
  PolicyWebhooksCleanedUp:
    "Only in deletion: the webhook configurations of its policies are gone, so the policy server may go too.",
  Ready: "The policy server is as it should be, and its replicas are available.",
};

/** Reasons of conditions and Events. */
export const reasons: Readonly<Record<string, string>> = {
  ReconciliationSucceeded: "The step was done.",
  ReconciliationFailed: "The step failed; the message says why. It is tried again.",
  WaitingForEarlierStep: "The step was not begun: the one that the message names failed.",
  PolicyActive: "The policy is enforced; in a condition that is False: not yet.",
  WebhookNotWritten: "The webhook configuration could not be written; one from before is still in force.",
  UniqueNameTaken:
    "Another policy's webhook configuration has the name that this one's would have. Rename one of them.",
  LatestReplicaSetIsUniquelyReachable:
    "Every Pod of the policy server has the newest configuration and is ready.",
  LatestReplicaSetIsNotUniquelyReachable: "Some Pod is missing, not ready, or of an older configuration.",
  ConfigurationVersionMatch: "The Deployment carries the newest configuration.",
  ConfigurationVersionMismatch: "The Deployment carries an older configuration.",
  UnknownConfigurationVersion: "The Deployment does not say which configuration it carries.",
  PolicyLoaded: "All replicas have loaded the policy.",
  PolicyNotLoaded: "A replica could not load the policy: see the message.",
  ReplicaDoesNotTell: "A replica does not say how it sees the policy.",
  ReplicasReady: "As many replicas as the spec asks for are available, all of the newest configuration.",
  ReplicasNotReady: "Some replica is missing, not ready, or of an older configuration: see the message.",
  NoReplicas: "The spec asks for no replica, so no policy of this policy server can become active.",
  BeingDeleted: "The policy server is being deleted.",
  WaitingForWebhooks:
    "The policy server is being deleted, and webhook configurations of its policies are still there.",
  PoliciesLeftOut: "Some policies are not in the configuration of the policy server: the message names them.",
  PolicyUnscheduled: "The policy names no policy server.",
  PolicyServerMissing: "The policy server does not exist, or is being deleted: nothing enforces the policy.",
  PolicyPending: "The policy waits for its policy server.",
  WebhookRestored: "Somebody had deleted the webhook configuration of the policy; it is there again.",
  WebhookUpdated: "The webhook configuration was changed to what the policy says.",
  WebhookNotOurs:
    "A webhook configuration has the name of the policy's and is somebody else's: it stays when the policy goes.",
  CertificateAuthorityReplaced:
    "On the Secret: the certificate authority could not be used, and another one was made. The message says why.",
};

const REASON = /(?:\breason:|\bnotReady\()\s*"(?<reason>[A-Za-z]+)"/g;

/**
 * Holds the list against the code.
 * @returns one line for each reason that only one of the two has
 */
export function unknownReasons(files: ReadonlyMap<string, string>): string[] {
  const used = new Map<string, string>();
  for (const [path, text] of files) {
    if (!isSource(path)) continue;
    for (const { groups } of text.matchAll(REASON)) used.set(groups?.["reason"] ?? "", path);
  }
  const missing = [...used].filter(([reason]) => reasons[reason] === undefined);
  const idle = Object.keys(reasons).filter((reason) => !used.has(reason));
  return [
    ...missing.map(
      ([reason, path]) => `${path}: tools/reference/reasons.ts does not say what ${reason} means`,
    ),
    ...idle.map((reason) => `tools/reference/reasons.ts: nothing gives the reason ${reason}`),
  ];
}

/** Where conditions and Events are made; the reasons of answers to the API server are other ones. */
function isSource(path: string): boolean {
  if (path.endsWith(".test.ts") || path.includes("/testing/") || path.includes("/admission/")) return false;
  return path === "packages/api/src/condition.ts" || /^apps\/controller\/src\/.*\.ts$/.test(path);
}
