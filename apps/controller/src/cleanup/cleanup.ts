import { isBeingDeleted, type KubernetesObject, type ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  type Deployment,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  pods,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import {
  componentLabel,
  finalizer,
  legacyFinalizer,
  legacyWebhookLabel,
  partOfLabel,
  policyKinds,
  policyServerLabel,
  policyServers,
} from "@kubewarden-ts/api/policies";
import { type Clock, errorText, type Logger } from "@kubewarden-ts/base";
import { isKubeError, type ObjectClient, type ObjectSelection } from "@kubewarden-ts/kube";
import { managedByDefaults, managedByDefaultsLabel } from "../defaults/reconcile-defaults.ts";
import { ControllerError } from "../errors.ts";

export interface CleanupDeps {
  readonly objects: ObjectClient;
  /** the deployments namespace */
  readonly namespace: string;
  /** Deployment of the controller; nothing is waited for without */
  readonly controllerDeployment: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const pollMs = 1000;
/** Pods get 30 s to end by themselves. */
const longestWaitMs = 120_000;

/**
 * Takes away what was installed, before the chart is uninstalled (controller.md 8): the controller first, so that it makes
 * nothing anew; webhook configurations before what they lead to; our finalizers, which nobody would take off any more;
 * what came with the chart. Objects of users stay, without what runs for them, and so do finalizers of others.
 * @throws {ControllerError} `CONTROLLER_CLEANUP_FAILED` when something stays; the rest was done
 */
export async function cleanUp(deps: CleanupDeps, signal: AbortSignal): Promise<void> {
  const steps = [stopController, removeWebhooks, releaseObjects, removeDefaults, removePolicyServerObjects];
  const failures: string[] = [];
  for (const step of steps) failures.push(...(await step(deps, signal)));
  signal.throwIfAborted();
  if (failures.length === 0) return;
  throw new ControllerError(`not everything could be removed: ${failures.join("; ")}`, {
    code: "CONTROLLER_CLEANUP_FAILED",
  });
}

type Step = (deps: CleanupDeps, signal: AbortSignal) => Promise<string[]>;

const stopController: Step = async (deps, signal) => {
  const { objects, namespace, controllerDeployment: name, log } = deps;
  if (name === undefined) return [];
  return attempt(`Deployment ${name}`, async () => {
    const deployment = await objects.get(deployments, { name, namespace }, { signal });
    if (deployment === undefined) return;
    log.info("deleting the controller", { deployment: name });
    await objects.delete(deployments, { name, namespace }, { signal });
    await untilNoPods(deps, selectorText(deployment), signal);
  });
};

/** Of its pods: they have all labels of the template. */
function selectorText({ spec }: Deployment): string | undefined {
  const labels = Object.entries(spec?.template.metadata?.labels ?? {});
  return labels.length === 0 ? undefined : labels.map(([key, value]) => `${key}=${value}`).join(",");
}

async function untilNoPods(
  { objects, namespace, clock }: CleanupDeps,
  labelSelector: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (labelSelector === undefined) return;
  const untilMs = clock.now() + longestWaitMs;
  while ((await objects.list(pods, { namespace, labelSelector, signal })).length > 0) {
    if (clock.now() > untilMs) throw new Error("its pods do not end");
    await clock.sleep(pollMs, { signal });
  }
}

const removeWebhooks: Step = async (deps, signal) => {
  const failures: string[] = [];
  for (const type of [validatingWebhookConfigurations, mutatingWebhookConfigurations]) {
    for (const labelSelector of [`${partOfLabel}=kubewarden`, `${legacyWebhookLabel}=true`]) {
      failures.push(...(await removeAll(deps, type, { labelSelector, signal })));
    }
  }
  return failures;
};

const ourKinds: readonly ResourceType<KubernetesObject>[] = [...policyKinds, policyServers];

const releaseObjects: Step = async ({ objects, log }, signal) => {
  const failures: string[] = [];
  for (const type of ourKinds) {
    for (const { metadata } of await listed(objects, type, { signal }, failures)) {
      const { name, namespace, resourceVersion, finalizers = [] } = metadata;
      const rest = finalizers.filter((each) => each !== finalizer && each !== legacyFinalizer);
      if (rest.length === finalizers.length) continue;
      log.info("taking our finalizers off", { kind: type.kind, name, namespace });
      const patch = { metadata: { finalizers: rest, resourceVersion } };
      const release = () => objects.mergePatch(type, { name, namespace }, patch, { signal });
      failures.push(...(await attempt(`${type.kind} ${name}`, release)));
    }
  }
  return failures;
};

const removeDefaults: Step = async (deps, signal) => {
  const labelSelector = `${managedByDefaultsLabel}=${managedByDefaults}`;
  const failures: string[] = [];
  for (const type of ourKinds) failures.push(...(await removeAll(deps, type, { labelSelector, signal })));
  return failures;
};

const componentKinds: readonly ResourceType<KubernetesObject>[] = [
  deployments,
  services,
  secrets,
  podDisruptionBudgets,
];

const removePolicyServerObjects: Step = async (deps, signal) => {
  const { namespace } = deps;
  const components = `${partOfLabel}=kubewarden,${componentLabel}=policy-server`;
  const failures: string[] = [];
  for (const type of componentKinds) {
    failures.push(...(await removeAll(deps, type, { namespace, labelSelector: components, signal })));
  }
  // these have one label only
  const ofServers = { namespace, labelSelector: policyServerLabel, signal };
  return [...failures, ...(await removeAll(deps, configMaps, ofServers))];
};

async function removeAll<T extends KubernetesObject>(
  { objects, log }: CleanupDeps,
  type: ResourceType<T>,
  selection: ObjectSelection,
): Promise<string[]> {
  const failures: string[] = [];
  for (const object of await listed(objects, type, selection, failures)) {
    if (isBeingDeleted(object)) continue;
    const { name, namespace } = object.metadata;
    log.info("deleting", { kind: type.kind, name, namespace });
    const remove = () => objects.delete(type, { name, namespace }, { signal: selection.signal });
    failures.push(...(await attempt(`${type.kind} ${name}`, remove)));
  }
  return failures;
}

/** Kinds that are not installed have no objects. */
async function listed<T extends KubernetesObject>(
  objects: ObjectClient,
  type: ResourceType<T>,
  selection: ObjectSelection,
  failures: string[],
): Promise<T[]> {
  try {
    return await objects.list(type, selection);
  } catch (error) {
    if (!isKubeError(error, "KUBE_RESOURCE_UNKNOWN", "KUBE_NOT_FOUND")) {
      failures.push(`${type.plural}: ${errorText(error)}`);
    }
    return [];
  }
}

async function attempt(what: string, run: () => Promise<unknown>): Promise<string[]> {
  try {
    await run();
    return [];
  } catch (error) {
    return [`${what}: ${errorText(error)}`];
  }
}
