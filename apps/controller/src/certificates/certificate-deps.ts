import type { ControllerContext } from "../context.ts";

/** What the certificates need of the controller. */
export type CertificateDeps = Pick<ControllerContext, "objects" | "view" | "clock" | "log"> & {
  /** without, only the log tells of an authority that is replaced */
  readonly events?: ControllerContext["events"];
  readonly config: Pick<ControllerContext["config"], "deploymentsNamespace" | "webhookServiceName">;
};
