import { notAvailable } from "../../not-available.ts";

/** `kwctl scaffold admission-request` (kwctl-and-oci.md 7) */
export const admissionRequest = notAvailable("scaffold admission-request", {
  summary: "Scaffold an AdmissionRequest object",
  flags: {
    operation: {
      type: "enum",
      short: "o",
      valueName: "OPERATION",
      values: ["CREATE"],
      required: true,
      description: "Kubernetes operation",
    },
    object: { type: "string", valueName: "PATH", description: "File with the new object, in YAML or JSON" },
    "old-object": { type: "string", valueName: "PATH", description: "File with the object as it was" },
  },
});
