import { completionsCommand } from "@kubewarden-ts/cli";

/** `kwctl completions` (kwctl-and-oci.md 6.4) */
export const completions = completionsCommand();
