import type { Policy } from "@kubewarden-ts/api/policies";
import type { ControllerContext } from "../context.ts";
import { createConfigurationReader, type ReadConfiguration } from "./configuration.ts";
import type { ReplicaReports } from "./replica-reports.ts";

/** What the reconcilers of policies work with. */
export interface PolicyContext extends ControllerContext {
  readonly replicaReports: ReplicaReports;
  readonly readConfiguration: ReadConfiguration;
  /**
   * Policies as our last write of their status left them, by the object that the view had then: until the view has moved
   * on, it shows less than we know.
   */
  readonly written: WeakMap<Policy, Policy>;
}

/** Completes the common context. */
export function policyContext(
  context: ControllerContext,
  options: Pick<PolicyContext, "replicaReports">,
): PolicyContext {
  const readConfiguration = createConfigurationReader();
  return { ...context, ...options, readConfiguration, written: new WeakMap() };
}
