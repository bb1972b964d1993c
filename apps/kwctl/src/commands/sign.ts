import { notAvailable } from "../not-available.ts";

/** `kwctl sign` */
export const sign = notAvailable("sign", {
  summary: "kubewarden-ts only: sign a policy in a registry",
});
