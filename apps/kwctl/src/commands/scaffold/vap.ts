import { notAvailable } from "../../not-available.ts";

/** `kwctl scaffold vap` (kwctl-and-oci.md 7) */
export const vap = notAvailable("scaffold vap", {
  summary: "Convert a Kubernetes ValidatingAdmissionPolicy into a Kubewarden ClusterAdmissionPolicy",
  flags: {
    policy: {
      type: "string",
      short: "p",
      valueName: "VALIDATING-ADMISSION-POLICY.yaml",
      required: true,
      description: "The file containing the ValidatingAdmissionPolicy definition",
    },
    binding: {
      type: "string",
      short: "b",
      valueName: "VALIDATING-ADMISSION-POLICY-BINDING.yaml",
      required: true,
      description: "The file containing the ValidatingAdmissionPolicyBinding definition",
    },
    "cel-policy": {
      type: "string",
      valueName: "URI",
      default: "ghcr.io/kubewarden/policies/cel-policy:latest",
      description: "The CEL policy module to use",
    },
  },
});
