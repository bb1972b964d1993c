import type { ScannerConfig } from "../config.ts";
import { formatResults } from "../output/format-results.ts";
import type { ProgressBar } from "../output/progress-bar.ts";
import { type ResultRecord, recordResults } from "../output/recorded-result.ts";
import { ignoredNamespaces } from "../scan/namespaces.ts";
import { watchCluster } from "../watch/watch-cluster.ts";
import { expectedObjects } from "./expected-objects.ts";
import { runScan } from "./run-scan.ts";
import { type ScannerDeps, type ScannerParts, startScanner } from "./scanner-parts.ts";

export interface RunScannerDeps extends ScannerDeps {
  readonly stdout: { write(text: string): unknown };
  /** shows how far a scan is */
  readonly progress?: Pick<ProgressBar, "update" | "expect"> | undefined;
}

/** `--fail-on` found something. */
export const findingsExitCode = 3;

/**
 * Scans once, or with `--watch` until the process is asked to stop.
 * @returns the exit code: 0, or 3 when `--fail-on` says so
 * @throws what stands in audit-and-reports.md 1.4 as exit code 1
 */
export async function runScanner(config: ScannerConfig, deps: RunScannerDeps): Promise<number> {
  await using parts = await startScanner(config, deps);
  if (config.watch) {
    const { kubewardenNamespace } = config.scan;
    await watchCluster(config.part, {
      ...{ ...deps, parts, kubewardenNamespace },
      ignored: ignoredNamespaces(config.scan),
    });
    return 0;
  }
  return await scanOnce(config, parts, deps);
}

async function scanOnce(
  { part, outputFormat, failOn }: ScannerConfig,
  parts: ScannerParts,
  { signals, stdout, progress }: RunScannerDeps,
): Promise<number> {
  let record: ResultRecord | undefined;
  const context = parts.newRun({
    onProgress: progress?.update,
    wrapSink(sink) {
      if (outputFormat === undefined) return sink;
      const recording = recordResults(sink);
      record = recording.record;
      return recording.sink;
    },
  });
  // it may come late or never: the scan does not wait for it
  if (progress !== undefined)
    void expectedObjects(context, part, signals.stop).then(progress.expect, () => {});
  await runScan(context, [part], signals.stop);
  const { pass, fail, error } = context.tally.totals;
  const found = error > 0 || (failOn === "fail" && fail > 0);
  const exitCode = failOn !== undefined && found ? findingsExitCode : 0;
  if (outputFormat !== undefined && record !== undefined) {
    const summary = { objects: context.tally.totals.done, pass, fail, error };
    stdout.write(formatResults(outputFormat, record.results(), { summary, exitCode }));
  }
  return exitCode;
}
