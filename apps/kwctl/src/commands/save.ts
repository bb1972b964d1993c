import { notAvailable } from "../not-available.ts";

/** `kwctl save` (kwctl-and-oci.md 6) */
export const save = notAvailable("save", {
  summary: "Save policies to a tar.gz file",
  args: [{ name: "<policies...>", description: "Policies to save" }],
  flags: {
    output: {
      type: "string",
      short: "o",
      valueName: "FILE",
      required: true,
      description: "Path where the file will be stored",
    },
  },
});
