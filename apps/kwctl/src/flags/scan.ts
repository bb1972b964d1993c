import { defineFlags } from "@kubewarden-ts/cli";
import { limitFlags } from "@kubewarden-ts/policy-evaluation";
import { pullFlags } from "./pull.ts";
import { sourcesFlags } from "./sources.ts";
import { verificationFlags } from "./verification.ts";

/** Flags of the commands that evaluate many policies and end with a report: `scan` and `test`. */
export const reportedEvaluationFlags = defineFlags({
  "policy-timeout": {
    type: "number",
    valueName: "SECONDS",
    min: 1,
    max: 86_400,
    default: 10,
    description: "Interrupt an evaluation after this time, in seconds",
  },
  ...limitFlags,
  ...pullFlags,
  ...sourcesFlags,
  ...verificationFlags,
});

const outputs = ["text", "json", "junit", "sarif"] as const;
export type ScanOutput = (typeof outputs)[number];

export const scanFlags = defineFlags({
  policy: {
    type: "string",
    short: "p",
    valueName: "PATH",
    required: true,
    repeatable: true,
    description: "File or folder with policy resources (ClusterAdmissionPolicy and its like)",
  },
  output: {
    type: "enum",
    short: "o",
    valueName: "FORMAT",
    values: outputs,
    default: "text",
    description: "Output format",
  },
  "fail-on": {
    type: "enum",
    valueName: "SEVERITY",
    values: ["error", "warning", "never"],
    default: "error",
    description: "What makes the exit code 1: violations, also those of policies in monitor mode, or nothing",
  },
  namespace: {
    type: "string",
    short: "n",
    valueName: "NAME",
    default: "default",
    description: "Namespace of objects and policies that need one and name none",
  },
  "skip-untyped": {
    type: "boolean",
    description: "Leave documents without apiVersion and kind out, instead of counting them as errors",
  },
  jobs: {
    type: "number",
    short: "j",
    valueName: "NUM",
    min: 1,
    max: 256,
    description: "Threads that evaluate policies; without, as many as there are processors",
  },
  "allow-context-aware": {
    type: "boolean",
    description: "Grant access to the Kubernetes resources that the policies list",
  },
  "allowed-host-capabilities": {
    type: "string",
    valueName: "PATTERN",
    greedy: true,
    description:
      "Host capabilities the policies may use, such as 'oci/*'; all without the flag, none without a pattern",
  },
  ...reportedEvaluationFlags,
});
