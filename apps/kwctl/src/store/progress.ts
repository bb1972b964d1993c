import type { Progress } from "@kubewarden-ts/oci";
import { formatSize } from "../list/format-size.ts";
import type { Status } from "../status-line.ts";

/** Tells how much was moved behind a text: `Pulling ghcr.io/acme/policy:v1: 1.50 MB of 3 MB`. */
export function progressOn(status: Status, text: string): Progress {
  return ({ bytes, totalBytes }) => {
    const total = totalBytes === undefined ? "" : ` of ${formatSize(totalBytes)}`;
    status.update(`${text}: ${formatSize(bytes)}${total}`);
  };
}
