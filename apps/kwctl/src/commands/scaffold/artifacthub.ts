import { notAvailable } from "../../not-available.ts";

/** `kwctl scaffold artifacthub` (kwctl-and-oci.md 7) */
export const artifacthub = notAvailable("scaffold artifacthub", {
  summary: "Output an artifacthub-pkg.yml file from a metadata file",
  flags: {
    "metadata-path": {
      type: "string",
      short: "m",
      valueName: "PATH",
      description: "File containing the metadata of the policy; metadata.yml or metadata.yaml by default",
    },
    "questions-path": {
      type: "string",
      short: "q",
      valueName: "PATH",
      description: "File containing the questions-ui content of the policy",
    },
    output: {
      type: "string",
      short: "o",
      valueName: "FILE",
      description: "Path where the file will be stored",
    },
    version: { type: "string", short: "v", valueName: "VALUE", description: "Deprecated, ignored" },
  },
});
