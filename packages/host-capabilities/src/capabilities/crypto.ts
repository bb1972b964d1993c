import * as v from "valibot";
import { notAvailableYet } from "../capability.ts";

/** policy-runtime 5.7 */
export const isCertificateTrusted = notAvailableYet({
  path: "crypto/v1/is_certificate_trusted",
  input: v.unknown(),
});
