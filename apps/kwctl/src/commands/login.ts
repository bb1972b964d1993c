import { notAvailable } from "../not-available.ts";

/** `kwctl login` */
export const login = notAvailable("login", {
  summary: "kubewarden-ts only: keep credentials of a registry",
});
