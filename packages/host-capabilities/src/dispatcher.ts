import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Capability, ResourceReference, ServedCapability } from "./capability.ts";
import { HostCallError } from "./errors.ts";
import { type CapabilityGrants, formatGrants, isGranted } from "./grants.ts";
import { decodePayload } from "./payload.ts";
import { capabilities, capabilityTable } from "./table.ts";

/** A guest's call of its host, as it left the guest. */
export interface HostCall {
  readonly binding: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
}

/** What decides about the calls of one policy. */
export interface DispatcherOptions {
  /** As logs name it: `name` or `group/member`. */
  readonly policyId: string;
  readonly grants: CapabilityGrants;
  /** Kubernetes resources the policy may read; compared exactly. */
  readonly contextAwareResources: readonly ResourceReference[];
  readonly log: Logger;
  /** Does the deed behind a path: on the main thread, `createCapabilityServer`. */
  readonly serve: (path: string, input: unknown, signal?: AbortSignal) => Promise<unknown>;
}

/**
 * Answers the host calls of one policy: the checks of policy-runtime 5.1 in their order, then the deed. Runs in the
 * worker, beside the guest.
 * @returns answers at once where nothing is waited for; throws or rejects with HostCallError, whose message the guest
 * gets
 */
export function createDispatcher(
  options: DispatcherOptions,
): (call: HostCall, signal?: AbortSignal) => Uint8Array | Promise<Uint8Array> {
  return (call, signal) => {
    const capability = findCapability(call, options);
    if (capability.kind === "local") return capability.run(call.payload, options);
    const input = decodePayload(capability.input, call.payload);
    checkResource(capability, input, options);
    return perform(capability, input, options, signal);
  };
}

/** Access is checked before the name: a policy without grants learns nothing about what there is. */
function findCapability({ binding, namespace, operation }: HostCall, options: DispatcherOptions): Capability {
  if (binding !== "kubewarden") throw unknown("binding", binding);
  const path = `${namespace}/${operation}`;
  if (namespace !== "tracing" && !isGranted(options.grants, path)) throw denyCapability(path, options);
  const inNamespace = `${namespace}/`;
  if (namespace.includes("/") || !capabilities.some((known) => known.path.startsWith(inNamespace))) {
    throw unknown("namespace", namespace);
  }
  const capability = capabilityTable.get(path);
  if (capability === undefined) throw unknown("operation", operation);
  return capability;
}

function checkResource(capability: ServedCapability, input: unknown, options: DispatcherOptions): void {
  const wanted = capability.resourceOf?.(input);
  if (wanted === undefined) return;
  const { policyId, contextAwareResources, log } = options;
  const granted = contextAwareResources.some(
    ({ apiVersion, kind }) => apiVersion === wanted.apiVersion && kind === wanted.kind,
  );
  if (granted) return;
  const resource = formatResource(wanted);
  log.error("Policy tried to access a Kubernetes resource it doesn't have access to", {
    policy: policyId,
    resource_requested: resource,
    resources_allowed: `[${contextAwareResources.map(formatResource).join(", ")}]`,
  });
  throw denied(`Kubernetes ${resource} resources`);
}

async function perform(
  { path }: ServedCapability,
  input: unknown,
  { serve }: DispatcherOptions,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    return new TextEncoder().encode(JSON.stringify(await serve(path, input, signal)));
  } catch (cause) {
    const message = `Callback evaluation failure: ${errorText(cause)}`;
    throw new HostCallError(message, { code: "HOST_CALL_FAILED", cause });
  }
}

function denyCapability(path: string, { policyId, grants, log }: DispatcherOptions): HostCallError {
  log.error("Policy tried to use a host capability it doesn't have access to", {
    policy: policyId,
    capability: path,
    allowed_capabilities: formatGrants(grants),
  });
  return denied(`the '${path}' host capability`);
}

function denied(what: string): HostCallError {
  const message = `Policy has not been granted access to ${what}. The violation has been reported.`;
  return new HostCallError(message, { code: "HOST_CALL_DENIED" });
}

function unknown(what: string, name: string): HostCallError {
  return new HostCallError(`unknown ${what}: ${name}`, { code: "HOST_CALL_UNKNOWN" });
}

function formatResource({ apiVersion, kind }: ResourceReference): string {
  return `${apiVersion}/${kind}`;
}
