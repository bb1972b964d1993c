import { defineFlags } from "@kubewarden-ts/cli";
import { limitFlags } from "@kubewarden-ts/policy-evaluation";
import { pullFlags } from "./pull.ts";
import { sourcesFlags } from "./sources.ts";
import { verificationFlags } from "./verification.ts";

/** Flags of the commands that evaluate a policy: `run` and `bench` (kwctl-and-oci.md 8). */
export const runFlags = defineFlags({
  "request-path": {
    type: "string",
    short: "r",
    valueName: "PATH",
    required: true,
    description:
      "File containing the Kubernetes admission request object in JSON format; - for standard input",
  },
  "settings-path": {
    type: "string",
    short: "s",
    valueName: "PATH",
    description: "File containing the settings for this policy, in YAML or JSON",
  },
  "settings-json": {
    type: "string",
    valueName: "VALUE",
    description: "JSON string containing the settings for this policy",
  },
  "execution-mode": {
    type: "enum",
    short: "e",
    valueName: "MODE",
    values: ["opa", "gatekeeper", "kubewarden", "wasi"],
    hiddenValues: ["kubewarden-wapc"],
    description: "The runtime to use to execute this policy",
  },
  raw: { type: "boolean", description: "Validate a raw request" },
  "allow-context-aware": {
    type: "boolean",
    description: "Grant access to the Kubernetes resources defined inside of the policy's metadata",
  },
  "allowed-host-capabilities": {
    type: "string",
    valueName: "PATTERN",
    greedy: true,
    description:
      "Host capabilities the policy may use, such as 'oci/*'; all without the flag, none without a pattern",
  },
  "record-host-capabilities-interactions": {
    type: "string",
    valueName: "FILE",
    conflictsWith: ["replay-host-capabilities-interactions"],
    description: "Record all the policy and host capabilities communications to the given file",
  },
  "replay-host-capabilities-interactions": {
    type: "string",
    valueName: "FILE",
    description:
      "Replay all the policy and host capabilities communications from the given file; nothing is contacted",
  },
  "disable-wasmtime-cache": { type: "boolean", description: "Turn off usage of the compiled code cache" },
  "policy-timeout": {
    type: "number",
    valueName: "SECONDS",
    min: 1,
    max: 86_400,
    description: "kubewarden-ts only: interrupt the evaluation after this time, in seconds; no limit without",
  },
  ...limitFlags,
  ...pullFlags,
  ...sourcesFlags,
  ...verificationFlags,
});
