import { notAvailable } from "../not-available.ts";

/** `kwctl scan` */
export const scan = notAvailable("scan", {
  summary: "kubewarden-ts only: check manifests against policies",
});
