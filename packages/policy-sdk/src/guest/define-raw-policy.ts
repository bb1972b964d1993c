import * as v from "valibot";
import type { Policy, PolicyDefinition } from "./define-policy.ts";
import { plainNumbers } from "./lossless-json.ts";

/** As `PolicyDefinition`, with the shape of the request. */
export interface RawPolicyDefinition<Settings extends v.GenericSchema, Request extends v.GenericSchema>
  extends PolicyDefinition<Settings, v.InferOutput<Request>> {
  /** A Valibot schema of the request: any JSON, told apart by nobody before. */
  readonly request: Request;
}

/**
 * Defines a policy for requests that are not Kubernetes' (`policyType: raw`). A request of another shape than the
 * schema says is a guest error naming the path, so give the schema `v.unknown()` where the policy has its own answer.
 */
export function defineRawPolicy<Settings extends v.GenericSchema, Request extends v.GenericSchema>(
  definition: RawPolicyDefinition<Settings, Request>,
): Policy<Settings, v.InferOutput<Request>> {
  return { ...definition, readRequest: (request) => v.parse(definition.request, plainNumbers(request)) };
}
