import { printable } from "@kubewarden-ts/base";
import { type AdmissionResponse, wireResponse } from "@kubewarden-ts/protocol";

/** One compact JSON line, as a policy server writes it (kwctl-and-oci.md 8.1). Ends with a newline. */
export function responseLine(response: AdmissionResponse): string {
  return printable(`${JSON.stringify(wireResponse(response))}\n`);
}
