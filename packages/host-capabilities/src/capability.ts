import type { Logger } from "@kubewarden-ts/base";
import type * as v from "valibot";
import type { DnsDeps } from "./capabilities/dns-lookup-host.ts";

/** What the deeds need of the process; each capability names its part. */
export type CapabilityDeps = DnsDeps;

/** A kind of Kubernetes objects, as policies and their configuration name it. */
export interface ResourceReference {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The policy that makes a call. */
export interface Caller {
  /** `name` or `group/member` */
  readonly policyId: string;
  readonly log: Logger;
}

/** Done in the worker at once, never denied. */
export interface LocalCapability {
  readonly kind: "local";
  /** `<namespace>/<operation>` */
  readonly path: string;
  run(payload: Uint8Array, caller: Caller): Uint8Array;
}

/** Checked and decoded in the worker, done on the main thread. Input and answer are plain data. */
export interface ServedCapability {
  readonly kind: "served";
  /** `<namespace>/<operation>` */
  readonly path: string;
  readonly input: v.GenericSchema;
  /** The Kubernetes resource that the input asks for, where reading it must have been granted. */
  resourceOf?(input: unknown): ResourceReference;
  run(input: unknown, deps: CapabilityDeps, signal: AbortSignal | undefined): Promise<unknown>;
}

export type Capability = LocalCapability | ServedCapability;

/**
 * Describes one capability that the main thread serves.
 * @param definition.input - what the guest's JSON payload must be
 * @param definition.run - the deed; what it returns goes to the guest as JSON, the message of what it throws as error
 */
export function defineCapability<Schema extends v.GenericSchema>(definition: {
  path: string;
  input: Schema;
  resourceOf?: (input: v.InferOutput<Schema>) => ResourceReference;
  run: (
    input: v.InferOutput<Schema>,
    deps: CapabilityDeps,
    signal: AbortSignal | undefined,
  ) => Promise<unknown>;
}): ServedCapability {
  const { path, input: schema, resourceOf, run } = definition;
  // The input was decoded by `schema` in the dispatcher; only its type was lost on the way.
  const typed = (input: unknown): v.InferOutput<Schema> => input as v.InferOutput<Schema>;
  return {
    kind: "served",
    path,
    input: schema,
    ...(resourceOf !== undefined && { resourceOf: (input: unknown) => resourceOf(typed(input)) }),
    run: (input, deps, signal) => run(typed(input), deps, signal),
  };
}

/** A capability that has a name and an input, and no deed yet. */
export function notAvailableYet<Schema extends v.GenericSchema>(definition: {
  path: string;
  input: Schema;
  resourceOf?: (input: v.InferOutput<Schema>) => ResourceReference;
}): ServedCapability {
  return defineCapability({
    ...definition,
    run: () => Promise.reject(new Error(`${definition.path} is not available yet`)),
  });
}
