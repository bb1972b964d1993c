import type { ScannedPart } from "../config.ts";
import { ScannerError } from "../errors.ts";
import { ScanError } from "../scan/errors.ts";
import { scanAllNamespaces } from "../scan/scan-all-namespaces.ts";
import { scanCluster } from "../scan/scan-cluster.ts";
import type { ScanContext } from "../scan/scan-context.ts";
import { scanNamespace } from "../scan/scan-namespace.ts";

/**
 * Scans what the command line asks for, and tells in one line what it came to (audit-and-reports.md 1.3, step 8).
 * @throws {ScanError} when some or all of it could not be scanned
 * @throws {ScannerError} `SCANNER_STOPPED` once `signal` is aborted
 */
export async function runScan(
  context: ScanContext,
  parts: readonly ScannedPart[],
  signal: AbortSignal,
): Promise<void> {
  await tellingTotals(context, signal, async () => {
    for (const part of parts) await scanPart(context, part, signal);
  });
}

/**
 * Runs a scan, and tells in one line what it came to.
 * @throws {ScannerError} `SCANNER_STOPPED` once `signal` is aborted; what the scan threw otherwise
 */
export async function tellingTotals<T>(
  context: ScanContext,
  signal: AbortSignal,
  scan: () => Promise<T>,
): Promise<T> {
  const startMs = context.clock.now();
  try {
    return await scan();
  } catch (error) {
    if (!signal.aborted || error instanceof ScanError) throw error;
    throw new ScannerError("stopped before the scan was over: no old report was deleted", {
      code: "SCANNER_STOPPED",
      cause: error,
    });
  } finally {
    tellTotals(context, startMs, signal.aborted);
  }
}

async function scanPart(context: ScanContext, part: ScannedPart, signal: AbortSignal): Promise<void> {
  switch (part.kind) {
    case "cluster":
      return await scanCluster(context, signal);
    case "namespace":
      return await scanNamespace(context, part.name, signal);
    case "everything":
      await scanCluster(context, signal);
      return await scanAllNamespaces(context, signal);
  }
}

function tellTotals({ clock, tally, log, runUid }: ScanContext, startMs: number, stopped: boolean): void {
  const { done, pass, fail, error, reused, unlisted, unstored } = tally.totals;
  log.info(stopped ? "audit stopped" : "audit finished", {
    ...{
      RunUID: runUid,
      objects: done,
      pass,
      fail,
      error,
      "results-reused": reused,
      "lists-failed": unlisted,
      "reports-failed": unstored,
    },
    "duration-ms": Math.round(clock.now() - startMs),
  });
}
