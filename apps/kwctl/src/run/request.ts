import { isUtf8 } from "node:buffer";
import { osErrorText } from "@kubewarden-ts/base";
import { readAdmissionRequest, readRawRequest } from "@kubewarden-ts/protocol";
import type { KwctlDeps } from "../define-command.ts";
import { invalidInput } from "../errors.ts";

/**
 * Reads the bytes of the request; `-` is standard input.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function readRequestFile(
  path: string,
  { files, readStdin }: Pick<KwctlDeps, "files" | "readStdin">,
): Promise<Uint8Array> {
  const context =
    path === "-" ? "Error reading request from stdin: " : `Error opening request file ${path}; `;
  try {
    return await (path === "-" ? readStdin() : files.readFile(path));
  } catch (error) {
    throw invalidInput(context + osErrorText(error));
  }
}

const reviewStart = new TextEncoder().encode('{"request":');
const reviewEnd = new TextEncoder().encode("}");

/**
 * Makes of a request file the review that policies are asked about. For Kubernetes policies the file holds an
 * AdmissionReview or a bare AdmissionRequest, for raw ones any JSON.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` with the texts of kwctl-and-oci.md 8.1
 */
export function toReview(request: Uint8Array, form: "admission" | "raw"): Uint8Array {
  const read =
    form === "raw" ? readRawRequest(request, { isUtf8 }) : readAdmissionRequest(request, { isUtf8 });
  if (read.kind === "malformed") throw invalidInput(read.message);
  return Buffer.concat([reviewStart, ...read.pieces, reviewEnd]);
}
