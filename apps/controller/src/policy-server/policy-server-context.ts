import type { PolicyServer } from "@kubewarden-ts/api/policies";
import type { ControllerContext } from "../context.ts";

/** What the reconciler of PolicyServers works with. */
export interface PolicyServerContext extends ControllerContext {
  /**
   * PolicyServers as our last write left them, by the object that the view had then: until the view has moved on, it shows
   * less than we know.
   */
  readonly written: WeakMap<PolicyServer, PolicyServer>;
}

/** Completes the common context. */
export function policyServerContext(context: ControllerContext): PolicyServerContext {
  return { ...context, written: new WeakMap() };
}
