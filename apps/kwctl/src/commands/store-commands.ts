import { policyUri, uriOrShaPrefix } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { notAvailable } from "../not-available.ts";

// Commands around the local store and registries: their tables are complete, their deeds come with the store.

export const digest = notAvailable("digest", {
  summary: "Fetch digest from the OCI manifest of a policy",
  args: [policyUri],
  flags: { ...sourcesFlags },
});

export const load = notAvailable("load", {
  summary: "Load policies from a tarball",
  flags: {
    input: { type: "string", valueName: "FILE", required: true, description: "Load policies from tarball" },
  },
});

export const policies = notAvailable("policies", { summary: "Lists all downloaded policies" });

export const pull = notAvailable("pull", {
  summary: "Pulls a Kubewarden policy from a given URI",
  args: [policyUri],
  flags: {
    "output-path": {
      type: "string",
      short: "o",
      valueName: "PATH",
      description: "Output file. If not provided will be downloaded to the Kubewarden store",
    },
    ...sourcesFlags,
    ...verificationFlags,
  },
});

export const push = notAvailable("push", {
  summary: "Pushes a Kubewarden policy to an OCI registry",
  args: [
    { name: "<policy>", description: "Policy to push: its path, URI or SHA prefix in the store" },
    { name: "<uri>", description: "Where to push it: registry://…" },
  ],
  flags: {
    force: { type: "boolean", short: "f", description: "Push also a policy that is not annotated" },
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["text", "json"],
      default: "text",
      description: "Output format",
    },
    ...sourcesFlags,
  },
});

export const rm = notAvailable("rm", {
  summary: "Removes a Kubewarden policy from the store",
  args: [uriOrShaPrefix],
});

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

export const verify = notAvailable("verify", {
  summary: "Verify a Kubewarden policy from a given URI using Sigstore",
  args: [policyUri],
  flags: { ...sourcesFlags, ...verificationFlags },
});
