import type { Logger, SharedStamp } from "@kubewarden-ts/base";
import type * as v from "valibot";
import type { CertificateDeps } from "./capabilities/certificate-trust.ts";
import type { DnsDeps } from "./capabilities/dns-lookup-host.ts";
import type { ClusterDeps } from "./cluster.ts";
import type { RegistryDeps } from "./registry.ts";
import type { VerificationDeps } from "./verification.ts";

/** What the deeds need of the process; each capability names its part. */
export type CapabilityDeps = DnsDeps & CertificateDeps & RegistryDeps & VerificationDeps & ClusterDeps;

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

/** What a served capability answers. */
export interface CapabilityAnswer {
  /**
   * JSON text, exactly as the guest gets it. May be shared between threads: nobody writes to it. `undefined` when it is what
   * the asker knows already.
   */
  readonly bytes: Uint8Array | undefined;
  /** Of data that change: equal as long as they are the same. */
  readonly version?: number | undefined;
  /** When the data were as they are here, by the clock of the main thread in milliseconds. */
  readonly asOfMs?: number | undefined;
  /** How long the worker may give the same answer to the same question without asking again. */
  readonly validity?: Validity | undefined;
}

/** For so many milliseconds, or as long as a stamp is valid. */
export type Validity =
  | { readonly kind: "for"; readonly ms: number }
  | { readonly kind: "stamp"; readonly stamp: SharedStamp };

/** An answer made of a value. */
export function jsonAnswer(value: unknown, freshForMs?: number): CapabilityAnswer {
  return textAnswer(JSON.stringify(value), freshForMs);
}

/** An answer made of JSON as it was written elsewhere, with every number as it is there. */
export function textAnswer(json: string, freshForMs = 0): CapabilityAnswer {
  const bytes = new TextEncoder().encode(json);
  return freshForMs > 0 ? { bytes, validity: { kind: "for", ms: freshForMs } } : { bytes };
}

/** Done in the worker at once, never denied. */
export interface LocalCapability<Path extends string = string> {
  readonly kind: "local";
  /** `<namespace>/<operation>` */
  readonly path: Path;
  run(payload: Uint8Array, caller: Caller): Uint8Array;
}

/** Checked and decoded in the worker, done on the main thread. Input and answer are plain data. */
export interface ServedCapability<Path extends string = string> {
  /** Guests call `served` ones; `internal` ones are for the host's own questions, and no guest reaches them. */
  readonly kind: "served" | "internal";
  /** `<namespace>/<operation>` */
  readonly path: Path;
  readonly input: v.GenericSchema;
  /** The Kubernetes resource that the input asks for, where reading it must have been granted. */
  resourceOf?(input: unknown): ResourceReference;
  run(input: unknown, deps: CapabilityDeps, signal: AbortSignal | undefined): Promise<CapabilityAnswer>;
}

export type Capability = LocalCapability | ServedCapability;

/**
 * Describes one capability that the main thread serves.
 * @param definition.input - what the guest's JSON payload must be
 * @param definition.run - the deed; the message of what it throws is the error the guest gets
 */
export function defineCapability<const Path extends string, Schema extends v.GenericSchema>(definition: {
  path: Path;
  kind?: "served" | "internal";
  input: Schema;
  resourceOf?: (input: v.InferOutput<Schema>) => ResourceReference;
  run: (
    input: v.InferOutput<Schema>,
    deps: CapabilityDeps,
    signal: AbortSignal | undefined,
  ) => Promise<CapabilityAnswer>;
}): ServedCapability<Path> {
  const { path, kind = "served", input: schema, resourceOf, run } = definition;
  // The input was decoded by `schema` in the dispatcher; only its type was lost on the way.
  const typed = (input: unknown): v.InferOutput<Schema> => input as v.InferOutput<Schema>;
  return {
    kind,
    path,
    input: schema,
    ...(resourceOf !== undefined && { resourceOf: (input: unknown) => resourceOf(typed(input)) }),
    run: (input, deps, signal) => run(typed(input), deps, signal),
  };
}
