import { type Clock, createLogger, errorText, type Logger, printable } from "@kubewarden-ts/base";
import { commandDefiner, type Output, pflagWords, runProgram } from "@kubewarden-ts/cli";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { readScannerConfig, type ScannerConfig } from "./config.ts";
import { scannerFlags } from "./flags.ts";
import { createProgressBar, type ProgressBar } from "./output/progress-bar.ts";
import { runScanner } from "./process/run-scanner.ts";
import { createSlogWriter } from "./process/slog-writer.ts";
import { stopSignals } from "./process/stop-signals.ts";

/** What the program needs of its process. */
export interface ProgramDeps {
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
  readonly clock: Clock;
  /** There when standard error is a terminal: its width in characters. */
  readonly terminalColumns?: (() => number) | undefined;
}

/** Less than the 30 s after which Kubernetes kills a Pod. */
const graceMs = 20_000;

/** The command line of `audit-scanner`. */
export const scannerProgram = commandDefiner<ProgramDeps>()({
  name: "audit-scanner",
  version: { short: `audit-scanner ${KUBEWARDEN_VERSION}` },
  summary: "Kubewarden audit scanner: judges what is in the cluster already, and writes reports",
  description:
    "Reads KUBECONFIG, the Pod's service account or ~/.kube/config. Exit codes: 0 the scan ran, 1 it could not run or not in full, 3 as --fail-on says.",
  flags: scannerFlags,
  async run({ flags, env, stdout, stderr, shutdown, clock, terminalColumns }) {
    try {
      const config = readScannerConfig(flags);
      if (config.isAmbiguous) stderr.write(`${ambiguous}\n`);
      using signals = stopSignals(shutdown, { clock, graceMs });
      using bar = terminalColumns && progressBar(stderr, { columns: terminalColumns, clock });
      const log = scannerLog(config, { output: config.outputFormat === undefined ? stdout : stderr, bar });
      shutdown.addEventListener("abort", () => log.info(stopping), { once: true });
      return await runScanner(config, { env, log, clock, signals, stdout, progress: bar });
    } catch (error) {
      stderr.write(failure(errorText(error)));
      return 1;
    }
  },
});

const stopping = "asked to stop: what is under way is finished, nothing else is begun";
const ambiguous = "Cannot scan cluster wide and only a namespace at the same time";

function progressBar(
  stderr: Output,
  { columns, clock }: { columns: () => number; clock: Clock },
): ProgressBar {
  return createProgressBar({ write: (text) => stderr.write(text), columns, nowMs: () => clock.now() });
}

function scannerLog(
  { logLevel: level }: ScannerConfig,
  { output, bar }: { output: Output; bar: ProgressBar | undefined },
): Logger {
  const write = (text: string): void => void output.write(text);
  const writer = createSlogWriter({ write: (text) => (bar ? bar.above(() => write(text)) : write(text)) });
  return createLogger({ level, target: "scanner", write: writer });
}

/** As scripts know it from upstream (audit-and-reports.md 1.4). */
function failure(message: string): string {
  return `Error on cmd.Execute(): ${printable(message)}\n`;
}

export interface ScannerProcess {
  /** Without the program itself: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Runs the program. @returns the exit code (audit-and-reports.md 1.4) */
export async function runScannerProgram({ argv, ...io }: ScannerProcess, deps: ProgramDeps): Promise<number> {
  const read = pflagWords(scannerFlags, argv);
  if (read.kind === "problem") {
    io.stderr.write(failure(read.message));
    return 1;
  }
  return await runProgram(scannerProgram, { argv: read.words, ...io, deps: () => deps });
}
