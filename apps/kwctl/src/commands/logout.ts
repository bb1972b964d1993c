import { notAvailable } from "../not-available.ts";

/** `kwctl logout` */
export const logout = notAvailable("logout", {
  summary: "kubewarden-ts only: forget the credentials of a registry",
});
