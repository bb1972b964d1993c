import { defineCommand } from "../define-command.ts";
import { uriOrShaPrefix } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { notAvailable } from "../not-available.ts";
import { scaffoldPsp } from "./scaffold-psp.ts";

// The tables of kwctl-and-oci.md 7.

const admissionRequest = notAvailable("scaffold admission-request", {
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

const artifacthub = notAvailable("scaffold artifacthub", {
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

const manifest = notAvailable("scaffold manifest", {
  summary: "Output a Kubernetes resource manifest",
  args: [uriOrShaPrefix],
  flags: {
    type: {
      type: "enum",
      short: "t",
      valueName: "VALUE",
      values: ["ClusterAdmissionPolicy", "AdmissionPolicy"],
      required: true,
      description: "Kubewarden Custom Resource type",
    },
    "settings-path": {
      type: "string",
      short: "s",
      valueName: "PATH",
      conflictsWith: ["settings-json"],
      description: "File containing the settings for this policy",
    },
    "settings-json": {
      type: "string",
      valueName: "VALUE",
      description: "JSON string containing the settings for this policy",
    },
    title: { type: "string", valueName: "VALUE", description: "Policy title" },
    "allow-context-aware": {
      type: "boolean",
      description:
        "Uses the policy metadata to define which Kubernetes resources can be accessed by the policy",
    },
    ...sourcesFlags,
    ...verificationFlags,
  },
});

const vap = notAvailable("scaffold vap", {
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

const verificationConfig = notAvailable("scaffold verification-config", {
  summary: "Output a default Sigstore verification configuration file",
});

export const scaffold = defineCommand({
  summary: "Scaffold a Kubernetes resource or configuration file",
  subcommands: {
    "admission-request": admissionRequest,
    artifacthub,
    manifest,
    psp: scaffoldPsp,
    vap,
    "verification-config": verificationConfig,
  },
});
