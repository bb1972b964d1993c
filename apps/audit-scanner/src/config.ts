import type { LogLevel } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { ScannerError } from "./errors.ts";
import type { ClientTlsFiles } from "./evaluation/client-tls.ts";
import type { scannerFlags } from "./flags.ts";
import type { FailOn, OutputFormat } from "./output/output-format.ts";
import type { ReportKind } from "./reports/report-kinds.ts";
import type { ScanOptions } from "./scan/scan-context.ts";

export type ScannerFlags = FlagValues<typeof scannerFlags>;

/** What of the cluster is scanned. */
export type ScannedPart =
  | { readonly kind: "everything" }
  | { readonly kind: "cluster" }
  | { readonly kind: "namespace"; readonly name: string };

/** What the command line says (audit-and-reports.md 1.1). */
export interface ScannerConfig {
  readonly part: ScannedPart;
  /** `--cluster` and `--namespace` were given both: the first one counts (1.3, step 6) */
  readonly isAmbiguous: boolean;
  readonly scan: ScanOptions;
  readonly tls: ClientTlsFiles;
  readonly reportKind: ReportKind;
  readonly store: boolean;
  readonly logLevel: LogLevel;
  /** each report becomes a line of the log */
  readonly logReports: boolean;
  readonly outputFormat: OutputFormat | undefined;
  readonly failOn: FailOn | undefined;
  readonly watch: boolean;
}

/** @throws {ScannerError} `SCANNER_FLAG_INVALID` */
export function readScannerConfig(flags: ScannerFlags): ScannerConfig {
  checkTogether(flags);
  const { namespace, cluster, watch } = flags;
  return {
    part: cluster
      ? { kind: "cluster" }
      : namespace
        ? { kind: "namespace", name: namespace }
        : { kind: "everything" },
    isAmbiguous: cluster && Boolean(namespace),
    scan: scanOptions(flags),
    tls: {
      extraCaFile: flags["extra-ca"] || undefined,
      clientCertFile: flags["client-cert"] || undefined,
      clientKeyFile: flags["client-key"] || undefined,
      insecure: flags["insecure-ssl"],
    },
    reportKind: flags["report-kind"],
    store: !flags["disable-store"],
    logLevel: logLevel(flags.loglevel),
    logReports: flags["output-scan"],
    outputFormat: flags["output-format"],
    failOn: flags["fail-on"],
    watch,
  };
}

function scanOptions(flags: ScannerFlags): ScanOptions {
  return {
    kubewardenNamespace: flags["kubewarden-namespace"],
    policyServerUrl: policyServerUrl(flags["policy-server-url"]),
    ignoredNamespaces: flags["ignore-namespaces"].filter((name) => name !== ""),
    parallelNamespaces: flags["parallel-namespaces"],
    parallelResources: flags["parallel-resources"],
    parallelPolicies: flags["parallel-policies"],
    pageSize: flags["page-size"],
    allOperations: flags["all-operations"],
    expandWildcards: flags["expand-wildcards"],
    // a watch that judged everything anew after each change would be of no use
    incremental: flags.incremental || flags.watch,
  };
}

function checkTogether(flags: ScannerFlags): void {
  const pair = ["client-cert", "client-key"] as const;
  const missing = pair.filter((name) => !flags[name]);
  if (missing.length === 1)
    throw invalid(
      `if any flags in the group [${pair.join(" ")}] are set they must all be set; missing [${missing[0]}]`,
    );
  if (flags["kubewarden-namespace"] === "")
    throw invalid("--kubewarden-namespace: expected the namespace of the policy servers, found nothing");
  if (!flags.watch) return;
  for (const name of ["output-format", "fail-on"] as const)
    if (flags[name]) throw invalid(`--watch and --${name} exclude each other: a watch has no end to report`);
  if (flags["disable-store"])
    throw invalid("--watch and --disable-store exclude each other: a watch keeps the stored reports current");
}

function policyServerUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw invalid(
      `--policy-server-url: expected an http:// or https:// URL without a query, found '${text}'`,
    );
  return text.replace(/\/+$/, "");
}

/** Those of upstream, and what its chart documents besides (audit-and-reports.md 1.1). */
const logLevelNames: Readonly<Record<string, LogLevel>> = {
  ...{ debug: "debug", info: "info", warning: "warn", error: "error" },
  ...{ trace: "debug", warn: "warn", fatal: "error", "": "info" },
};

function logLevel(text: string): LogLevel {
  const level = Object.hasOwn(logLevelNames, text) ? logLevelNames[text] : undefined;
  if (level === undefined)
    throw invalid(`invalid loglevel '${text}': supported values are 'debug', 'info', 'warning' and 'error'`);
  return level;
}

function invalid(message: string): ScannerError {
  return new ScannerError(message, { code: "SCANNER_FLAG_INVALID" });
}
