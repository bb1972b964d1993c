import { notAvailable } from "../not-available.ts";

/** `kwctl test` */
export const test = notAvailable("test", {
  summary: "kubewarden-ts only: run the test suites of policies",
});
