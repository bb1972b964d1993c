import type { GenericSchema, InferOutput } from "valibot";
import type { AdmissionRequest } from "./admission-request.ts";
import type { Verdict } from "./verdict.ts";

/** What a policy is made of. */
export interface PolicyDefinition<Settings extends GenericSchema, Request> {
  /** A Valibot schema of the settings; settings that are null or absent are read as `{}`. */
  readonly settings: Settings;
  /**
   * What the schema cannot say, such as fields that exclude each other.
   * @returns the text of the problem, or `undefined` when the settings are fine
   */
  readonly check?: (settings: InferOutput<Settings>) => string | undefined;
  /** The decision. Synchronous, as calls to the host are; a thrown error becomes the text of a 500. */
  readonly validate: (request: Request, settings: InferOutput<Settings>) => Verdict;
}

/** A policy, ready to be built or tested. */
export interface Policy<Settings extends GenericSchema = GenericSchema, Request = AdmissionRequest>
  extends PolicyDefinition<Settings, Request> {
  /** Reads the request; the identity for requests of Kubernetes, which the host has checked. */
  readonly readRequest: (request: unknown) => Request;
}

/**
 * Defines a policy for Kubernetes requests. Has no side effects: export the result as `policy`.
 * @example
 * export const policy = definePolicy({
 *   settings: v.object({ exempt: v.optional(v.array(v.string()), []) }),
 *   validate: ({ object }, { exempt }) =>
 *     containersOf(object).some((c) => c.securityContext?.privileged === true && !exempt.includes(c.name ?? ""))
 *       ? reject("Privileged container is not allowed")
 *       : accept(),
 * });
 */
export function definePolicy<Settings extends GenericSchema>(
  definition: PolicyDefinition<Settings, AdmissionRequest>,
): Policy<Settings, AdmissionRequest> {
  return { ...definition, readRequest: (request) => request as AdmissionRequest }; // checked by the host
}
