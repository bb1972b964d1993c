import type { ControllerContext } from "../context.ts";

/** What the certificates need of the controller. */
export type CertificateDeps = Pick<ControllerContext, "objects" | "view" | "clock" | "log"> & {
  readonly config: Pick<ControllerContext["config"], "deploymentsNamespace" | "webhookServiceName">;
};
