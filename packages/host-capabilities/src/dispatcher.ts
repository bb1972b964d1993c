import { errorText, type Logger } from "@kubewarden-ts/base";
import * as v from "valibot";
import { listResourcesAll, listResourcesByNamespace } from "./capabilities/kubernetes-list.ts";
import {
  type Capability,
  type CapabilityAnswer,
  jsonAnswer,
  type ResourceReference,
  type ServedCapability,
  type Validity,
} from "./capability.ts";
import { HostCallError } from "./errors.ts";
import { type CapabilityGrants, formatGrants, isGranted } from "./grants.ts";
import { type Inventory, type InventoryLayout, readInventory } from "./inventory/read-inventory.ts";
import { createKnownAnswers } from "./known-answers.ts";
import { decodePayload } from "./payload.ts";
import { callableCapabilities, capabilityTable } from "./table.ts";

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
  /** A policy, or a member of a group, that belongs to a namespace reads no Kubernetes resource at all. */
  readonly namespaced: boolean;
  readonly log: Logger;
  /** Does the deed behind a path: on the main thread, `createCapabilityServer`. */
  readonly serve: ServeCapability;
  /** A clock in milliseconds, by which answers are kept; that of this thread unless told. */
  readonly now?: () => number;
  /** Is told of each question that was refused for want of a grant: the capability's path. */
  readonly denied?: (capability: string) => void;
}

/** @returns a {@link CapabilityAnswer}, or any value, which is answered as JSON */
export type ServeCapability = (path: string, input: unknown, signal?: AbortSignal) => Promise<unknown>;

/** What was asked of the host with success: the checks were passed. */
export interface HostQuestion {
  /** The capability's path. */
  readonly capability: string;
  /** Its payload, decoded. */
  readonly input: unknown;
}

/** What may be said about one question to a dispatcher. */
export interface QuestionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told of what is asked, whether it is answered from memory or not; the log is no question. */
  readonly note?: ((question: HostQuestion) => void) | undefined;
}

/** Answers what one policy asks of its host. Nothing else decides who may read what. */
export interface Dispatcher {
  /**
   * The checks of policy-runtime 5.1 in their order, then the deed. Answers at once where nothing is waited for.
   * @throws {HostCallError} or rejects with it; the guest gets its message
   */
  call(call: HostCall, options?: QuestionOptions): Uint8Array | Promise<Uint8Array>;
  /**
   * All objects of the resources that the policy may read, in the layout of Rego policies (policy-runtime 4.5).
   * @param known - what was read before: it is answered again while nothing changed
   * @throws {HostCallError}
   */
  inventory(layout: InventoryLayout, known?: Inventory, options?: QuestionOptions): Promise<Inventory>;
}

/** Runs in the worker, beside the guest. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const perform = createPerform(options);
  return {
    call(call, { signal, note } = {}) {
      const capability = findCapability(call, options);
      if (capability.kind === "local") return capability.run(call.payload, options);
      const input = decodePayload(capability.input, call.payload);
      checkResource(capability, input, options);
      note?.({ capability: capability.path, input });
      const answer = perform(capability.path, input, signal);
      return answer instanceof Promise ? answer.then(({ bytes }) => bytes) : answer.bytes;
    },
    inventory(layout, known, { note } = {}) {
      const { contextAwareResources, grants } = options;
      const listing = "kubernetes/list_resources_all";
      if (!isGranted(grants, listing)) throw denyCapability(listing, options);
      for (const resource of contextAwareResources) checkReadable(resource, listing, options);
      for (const { apiVersion, kind } of contextAwareResources) {
        note?.({ capability: listing, input: { api_version: apiVersion, kind } });
      }
      return readInventory({ layout, resources: contextAwareResources, known, perform });
    },
  };
}

/** What a deed answered, with its bytes in any case. */
export type PerformedAnswer = CapabilityAnswer & { readonly bytes: Uint8Array };

/** Answers at once with what is known. */
type Perform = (
  path: string,
  input: unknown,
  signal: AbortSignal | undefined,
) => PerformedAnswer | Promise<PerformedAnswer>;

function createPerform(options: DispatcherOptions): Perform {
  const known = createKnownAnswers(options.now ?? (() => performance.now()));
  return (path, input, signal) => {
    const key = `${path} ${JSON.stringify(input)}`;
    return known.valid(key) ?? ask(path, input, key, signal);
  };

  async function ask(
    path: string,
    input: unknown,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<PerformedAnswer> {
    const asked = listings.has(path) ? { ...(input as object), known_version: known.version(key) } : input;
    const answer = toAnswer(await serve(path, asked, options, signal));
    return complete(path, known.take(key, answer));
  }
}

const listings = new Set<string>([listResourcesAll.path, listResourcesByNamespace.path]);

function complete(path: string, { bytes, ...rest }: CapabilityAnswer): PerformedAnswer {
  if (bytes !== undefined) return { bytes, ...rest };
  const message = `Callback evaluation failure: ${path} was answered with nothing`;
  throw new HostCallError(message, { code: "HOST_CALL_FAILED" });
}

/** Access is checked before the name: a policy without grants learns nothing about what there is. */
function findCapability({ binding, namespace, operation }: HostCall, options: DispatcherOptions): Capability {
  if (binding !== "kubewarden") throw unknown("binding", binding);
  const path = `${namespace}/${operation}`;
  if (namespace !== "tracing" && !isGranted(options.grants, path)) throw denyCapability(path, options);
  const inNamespace = `${namespace}/`;
  if (namespace.includes("/") || !callableCapabilities.some((known) => known.path.startsWith(inNamespace))) {
    throw unknown("namespace", namespace);
  }
  const capability = capabilityTable.get(path);
  if (capability === undefined || capability.kind === "internal") throw unknown("operation", operation);
  return capability;
}

function checkResource(capability: ServedCapability, input: unknown, options: DispatcherOptions): void {
  const wanted = capability.resourceOf?.(input);
  if (wanted !== undefined) checkReadable(wanted, capability.path, options);
}

function checkReadable(wanted: ResourceReference, path: string, options: DispatcherOptions): void {
  const { policyId, contextAwareResources, namespaced, log } = options;
  const allowed = namespaced ? [] : contextAwareResources;
  const granted = allowed.some(
    ({ apiVersion, kind }) => apiVersion === wanted.apiVersion && kind === wanted.kind,
  );
  if (granted) return;
  const resource = formatResource(wanted);
  options.denied?.(path);
  log.error("Policy tried to access a Kubernetes resource it doesn't have access to", {
    policy: policyId,
    resource_requested: resource,
    resources_allowed: `[${allowed.map(formatResource).join(", ")}]`,
  });
  throw denied(`Kubernetes ${resource} resources`);
}

async function serve(
  path: string,
  input: unknown,
  { serve }: DispatcherOptions,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await serve(path, input, signal);
  } catch (cause) {
    const message = `Callback evaluation failure: ${errorText(cause)}`;
    throw new HostCallError(message, { code: "HOST_CALL_FAILED", cause });
  }
}

function toAnswer(value: unknown): CapabilityAnswer {
  const result = v.safeParse(Answer, value);
  return result.success ? result.output : jsonAnswer(value);
}

const Answer = v.object({
  bytes: v.union([v.instance(Uint8Array), v.undefined()]),
  version: v.optional(v.number()),
  asOfMs: v.optional(v.number()),
  validity: v.optional(v.custom<Validity>(() => true)),
});

function denyCapability(path: string, options: DispatcherOptions): HostCallError {
  const { policyId, grants, log } = options;
  // whatever else a guest makes up has one name
  options.denied?.(capabilityTable.has(path) ? path : "unknown");
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
