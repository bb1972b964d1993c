import { type Condition, isTrue, type ReconcileStep, reconcileSteps } from "@kubewarden-ts/api";
import {
  configMaps,
  type Deployment,
  deployments,
  podDisruptionBudgets,
  services,
} from "@kubewarden-ts/api/core";
import type { PolicyServer } from "@kubewarden-ts/api/policies";
import { createOrMergePatch } from "@kubewarden-ts/kube";
import { shortText } from "../policy/short-text.ts";
import { boundPolicies } from "./bound-policies.ts";
import { reconcileCertificateSecret } from "./certificate-secret.ts";
import { requireClientAuthority } from "./client-authority.ts";
import { desiredConfigMap } from "./config-map.ts";
import { desiredDeployment } from "./deployment.ts";
import { PolicyServerError } from "./errors.ts";
import { ownedName } from "./owned-object.ts";
import { desiredPodDisruptionBudget } from "./pod-disruption-budget.ts";
import { leftOutPolicies } from "./policies-json.ts";
import type { PolicyServerContext } from "./policy-server-context.ts";
import { desiredService } from "./service.ts";

export interface ReconciledObjects {
  /** one for each object, in the order in which they are written */
  readonly conditions: readonly Condition[];
  /** as it is stored; absent when a step before it failed */
  readonly deployment: Deployment | undefined;
  /** what the first step that failed threw */
  readonly error: PolicyServerError | undefined;
}

/** A pass over the objects of one PolicyServer, and what later steps need of earlier ones. */
interface Pass {
  readonly context: PolicyServerContext;
  readonly server: PolicyServer;
  configVersion?: string | undefined;
  /** for people: policies that are not in the configuration, and why */
  leftOut?: string;
  deployment?: Deployment;
  error?: PolicyServerError;
}

/** Condition, what its message begins with after a failure (controller.md 1.5), and the deed. */
type Step = readonly [string, string, (pass: Pass, signal: AbortSignal) => Promise<void>];

const steps: readonly Step[] = [
  ["CertSecretReconciled", "error reconciling secret", reconcileCertificate],
  ["ConfigMapReconciled", "error reconciling configmap", reconcileConfigMap],
  ["PodDisruptionBudgetReconciled", "error reconciling policy server PodDisruptionBudget", reconcileBudget],
  ["DeploymentReconciled", "error reconciling deployment", reconcileDeployment],
  ["ServiceReconciled", "error reconciling service", reconcileService],
];

/**
 * Makes the objects of a PolicyServer what they should be, one after the other until one fails (controller.md 3.1). Nothing
 * is written that is right already.
 */
export async function reconcileObjects(
  context: PolicyServerContext,
  server: PolicyServer,
  signal: AbortSignal,
): Promise<ReconciledObjects> {
  const pass: Pass = { context, server };
  const { conditions } = await reconcileSteps(
    steps.map((step) => reconcileStep(pass, step)),
    signal,
  );
  const told = ({ type, status }: Condition): boolean =>
    type === "ConfigMapReconciled" && status === "True" && pass.leftOut !== undefined;
  return {
    conditions: conditions.map((each) => (told(each) ? isTrue(each.type, pass.leftOut) : each)),
    deployment: pass.deployment,
    error: pass.error,
  };
}

function reconcileStep(pass: Pass, [type, failure, deed]: Step): ReconcileStep {
  const run = async (signal: AbortSignal): Promise<void> => {
    try {
      await deed(pass, signal);
    } catch (cause) {
      pass.error = new PolicyServerError(failure, { code: "POLICY_SERVER_RECONCILE_FAILED", cause });
      throw pass.error;
    }
  };
  return { type, run };
}

async function reconcileCertificate({ context, server }: Pass, signal: AbortSignal): Promise<void> {
  await reconcileCertificateSecret(context, server, signal);
}

async function reconcileConfigMap(pass: Pass, signal: AbortSignal): Promise<void> {
  const { server, context } = pass;
  const { objects, view, config } = context;
  const policies = boundPolicies(view, server.metadata.name);
  const current = view.configMaps.get(ownedName(server, config));
  const desired = desiredConfigMap(server, { policies, config, current });
  const { object } = await createOrMergePatch(objects, configMaps, { current, desired, signal });
  pass.configVersion = object.metadata.resourceVersion;
  const leftOut = leftOutPolicies(policies, server);
  if (leftOut.length > 0) pass.leftOut = shortText(`left out: ${leftOut.join(", ")}`);
}

/** There is one only where the spec asks for it (behaviour 25). */
async function reconcileBudget({ context, server }: Pass, signal: AbortSignal): Promise<void> {
  const { objects, view, config } = context;
  const name = ownedName(server, config);
  const current = view.podDisruptionBudgets.get(name);
  const desired = desiredPodDisruptionBudget(server, { config, current });
  if (desired !== undefined) {
    await createOrMergePatch(objects, podDisruptionBudgets, { current, desired, signal });
  } else if (current !== undefined) {
    await objects.delete(podDisruptionBudgets, name, { signal });
  }
}

async function reconcileDeployment(pass: Pass, signal: AbortSignal): Promise<void> {
  const { server, context, configVersion = "" } = pass;
  const { objects, view, config } = context;
  requireClientAuthority(context);
  const current = view.deployments.get(ownedName(server, config));
  const desired = desiredDeployment(server, { config, current, configVersion });
  const { object } = await createOrMergePatch(objects, deployments, { current, desired, signal });
  pass.deployment = object;
}

async function reconcileService({ context, server }: Pass, signal: AbortSignal): Promise<void> {
  const { objects, view, config } = context;
  const current = view.services.get(ownedName(server, config));
  const desired = desiredService(server, { config, current });
  await createOrMergePatch(objects, services, { current, desired, signal });
}
