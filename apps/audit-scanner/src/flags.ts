import { defineFlags } from "@kubewarden-ts/cli";
import { outputFormats } from "./output/output-format.ts";
import { reportKinds } from "./reports/report-kinds.ts";

const scopeFlags = defineFlags({
  namespace: {
    type: "string",
    short: "n",
    valueName: "NAMESPACE",
    description: "Scan this namespace alone, and nothing cluster-wide",
  },
  cluster: { type: "boolean", short: "c", description: "Scan what is in no namespace alone" },
  "ignore-namespaces": {
    type: "list",
    short: "i",
    valueName: "NAMESPACES",
    description: "Comma separated namespaces that are not scanned; can be given several times",
  },
  "all-operations": {
    type: "boolean",
    description:
      "kubewarden-ts only: also ask policies that look at UPDATE, with the object as before and after",
  },
  "expand-wildcards": {
    type: "boolean",
    description: "kubewarden-ts only: have * in rules stand for what the API server serves, as in admission",
  },
});

const policyServerFlags = defineFlags({
  "kubewarden-namespace": {
    type: "string",
    short: "k",
    valueName: "NAMESPACE",
    default: "kubewarden",
    description: "Namespace of the policy servers; never scanned unless --namespace names it",
  },
  "policy-server-url": {
    type: "string",
    short: "u",
    valueName: "URL",
    description: "Ask all policy servers there, in place of their Services: for a scanner out of the cluster",
  },
  "extra-ca": {
    type: "string",
    short: "f",
    valueName: "FILE",
    description: "PEM file with authorities to trust besides those of the system",
  },
  "client-cert": {
    type: "string",
    valueName: "FILE",
    description: "PEM certificate to show to policy servers; with --client-key",
  },
  "client-key": { type: "string", valueName: "FILE", description: "PEM key of --client-cert" },
  "insecure-ssl": { type: "boolean", description: "Do not verify the certificates of policy servers" },
});

const reportFlags = defineFlags({
  "report-kind": {
    type: "enum",
    values: reportKinds,
    default: "policyreport",
    description: "Which reports to write: those of openreports.io or of wgpolicyk8s.io",
  },
  "disable-store": {
    type: "boolean",
    description: "Create, change and delete nothing in the cluster",
  },
  incremental: {
    type: "boolean",
    description:
      "kubewarden-ts only: keep results of objects and policies that did not change since the last run with this flag",
  },
});

const limitFlags = defineFlags({
  "parallel-namespaces": {
    type: "number",
    min: 1,
    default: 1,
    valueName: "COUNT",
    description: "Namespaces at once",
  },
  "parallel-resources": {
    type: "number",
    min: 1,
    default: 100,
    valueName: "COUNT",
    description: "Objects at once, for each namespace at once and for what is cluster-wide",
  },
  "parallel-policies": {
    type: "number",
    min: 1,
    default: 5,
    valueName: "COUNT",
    description: "Policies at once, for each object of a namespace",
  },
  "page-size": {
    type: "number",
    min: 1,
    default: 100,
    valueName: "COUNT",
    description: "Objects that one request lists",
  },
});

const outputFlags = defineFlags({
  loglevel: {
    type: "string",
    short: "l",
    valueName: "LEVEL",
    default: "info",
    description: "debug, info, warning or error; trace, warn and fatal are understood too",
  },
  "output-scan": { type: "boolean", short: "o", description: "Log each report, as JSON in a line" },
  "output-format": {
    type: "enum",
    values: outputFormats,
    valueName: "FORMAT",
    description:
      "kubewarden-ts only: write all results to standard output in the end; the log goes to standard error",
  },
  "fail-on": {
    type: "enum",
    values: ["fail", "error"],
    valueName: "RESULT",
    description:
      "kubewarden-ts only: end with exit code 3 when there is a result fail or error, or with `error` only when there is an error",
  },
  watch: {
    type: "boolean",
    description: "kubewarden-ts only: keep reports current until asked to stop; implies --incremental",
  },
});

/** Flags of upstream's scanner (audit-and-reports.md 1.1), and ours. */
export const scannerFlags = defineFlags({
  ...scopeFlags,
  ...policyServerFlags,
  ...reportFlags,
  ...limitFlags,
  ...outputFlags,
});
