// `npm run bench -- <name>`: measures this checkout on this machine.
import { defineCommand, runProgram } from "@kubewarden-ts/cli";
import { auditBench } from "./audit/audit.ts";
import { auditScaleBench } from "./audit/scale.ts";
import { controllerBench } from "./controller/controller.ts";
import { formatReport, type Report, writeReport } from "./report.ts";
import { runtimeBench } from "./runtime/runtime.ts";
import { sdkBench } from "./sdk/sdk.ts";
import { checkBench } from "./server/check.ts";
import { policyServerBundle, policyServerSource } from "./server/measured-server.ts";
import { noisyBench } from "./server/noisy.ts";
import { type ServerBenchOptions, serverBench } from "./server/server.ts";
import { waitingBench } from "./server/waiting.ts";
import { startBench } from "./start/start.ts";

interface Options extends ServerBenchOptions {
  readonly noisy: boolean;
  readonly waiting: boolean;
  readonly scale: boolean;
  readonly evaluations: number;
}

const benches = new Map<string, (options: Options) => Promise<Report>>([
  ["runtime", runtimeBench],
  ["server", serverVariant],
  ["start", startBench],
  ["sdk", sdkBench],
  ["controller", controllerBench],
  ["audit", ({ scale }) => (scale ? auditScaleBench() : auditBench())],
]);

function serverVariant(options: Options): Promise<Report> {
  if (options.noisy) return noisyBench(options);
  return options.waiting ? waitingBench() : serverBench(options);
}

const bench = defineCommand({
  name: "npm run bench --",
  summary: "Measures this checkout: runtime, server, start, sdk, controller, audit",
  args: [
    {
      name: "[name]",
      description: "runtime, server, start, sdk, controller or audit; server when only --check is given",
    },
  ],
  flags: {
    noisy: { type: "boolean", description: "server: latency beside a policy that never ends" },
    waiting: { type: "boolean", description: "server: many requests that wait for their host" },
    scale: {
      type: "boolean",
      description: "audit: 1, 10 and 100 thousand objects, against a fake API server",
    },
    check: {
      type: "boolean",
      description: "server: compare CPU time per request with tests/load/baseline.json",
    },
    "write-baseline": {
      type: "boolean",
      description: "server: measure as --check does, and accept the figures",
    },
    bundled: {
      type: "boolean",
      description: "server, runtime: the bundle of npm run bundle in place of the sources",
    },
    evaluations: {
      type: "number",
      min: 2000,
      max: 10_000_000,
      default: 10_000,
      description: "runtime: evaluations after which memory is looked at",
    },
    seconds: { type: "number", min: 1, max: 60, default: 2, description: "Length of one measurement" },
    json: { type: "string", valueName: "FILE", description: "Also write the figures to FILE" },
  },
  async run({ args: [name], flags, stdout, stderr }) {
    const { report, passed } = await reportOf(name, flags);
    stdout.write(formatReport(report));
    if (flags.json !== undefined) await writeReport(flags.json, report);
    if (passed) return 0;
    stderr.write("CPU time per request has grown\n");
    return 1;
  },
});

async function reportOf(
  name: string | undefined,
  flags: Omit<Options, "script"> & { bundled: boolean; check: boolean; "write-baseline": boolean },
): Promise<{ report: Report; passed: boolean }> {
  const accept = flags["write-baseline"];
  const options = { ...flags, script: flags.bundled ? policyServerBundle : policyServerSource };
  if (flags.check || accept) {
    if (name !== undefined && name !== "server")
      throw new Error(`there is no baseline of ${name}, only of server`);
    return await checkBench({ ...options, accept });
  }
  const chosen = benches.get(name ?? "");
  if (chosen === undefined)
    throw new Error(`there is no bench ${name ?? ""}: ${[...benches.keys()].join(", ")}`);
  return { report: await chosen(options), passed: true };
}

// What was started ends with us: see child-process.ts.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const { argv, env, stdout, stderr } = process;
process.exitCode = await runProgram(bench, { argv: argv.slice(2), env, stdout, stderr });
