import { availableParallelism } from "node:os";
import { errorReport, type FlagValues, type ProgramContext } from "@kubewarden-ts/cli";
import { limitsOf, StartupError } from "@kubewarden-ts/policy-evaluation";
import { readKeptCatalog } from "../catalog/kept-catalog.ts";
import { defineCommand, type FileSystem, type KwctlDeps } from "../define-command.ts";
import { type ScanOutput, scanFlags } from "../flags/scan.ts";
import { scanSarif } from "../report/sarif.ts";
import { scanJson } from "../report/scan-json.ts";
import { scanJunit } from "../report/scan-junit.ts";
import { scanText } from "../report/scan-text.ts";
import { grantResources } from "../run/context-aware.ts";
import { fetchModules } from "../run/modules.ts";
import { wantedModules } from "../run/policy-definition.ts";
import { checkPatterns, clusterNeed } from "../run/prepare-run.ts";
import type { ScanPolicy } from "../scan/policy-resource.ts";
import { readManifests } from "../scan/read-manifests.ts";
import { readPolicies } from "../scan/read-policies.ts";
import { runScan } from "../scan/run-scan.ts";
import { exitCodeOf, type FailOn, type ScanReport } from "../scan/scan-result.ts";
import { startPolicies, unusablePolicies } from "../scan/start-policies.ts";
import { openModules } from "../store/open-modules.ts";

/** `kwctl scan` */
export const scan = defineCommand({
  summary: "kubewarden-ts only: check manifests against policies",
  description:
    "Exit code 0: no policy rejects an object; 1: one does; 2: something could not be read or judged, or nothing was there.",
  args: [
    {
      name: "<manifests...>",
      description: "YAML or JSON files, folders of them, or - for standard input",
    },
  ],
  flags: { ...scanFlags },
  async run({ args: [paths], flags, stdout, stderr, ...deps }) {
    try {
      const report = await scanManifests(paths, flags, deps);
      const exitCode = exitCodeOf(report, flags["fail-on"]);
      stdout.write(format(report, { output: flags.output, failOn: flags["fail-on"], exitCode }));
      return exitCode;
    } catch (error) {
      stderr.write(errorReport(error instanceof StartupError ? unusablePolicies(error) : error));
      return 2;
    }
  },
});

/** Starts what is asked, and asks it. @throws {Error} when nothing can be judged */
async function scanManifests(
  paths: readonly string[],
  flags: FlagValues<typeof scanFlags>,
  deps: KwctlDeps & Pick<ProgramContext, "env">,
): Promise<ScanReport> {
  const { files, log } = deps;
  const defaultNamespace = flags.namespace;
  const policies = await readScanPolicies(flags, files);
  const manifests = await readManifests({ paths, skipUntyped: flags["skip-untyped"] }, deps);
  await using source = await openModules(flags, deps);
  const wanted = wantedModules(policies.map(({ definition }) => definition));
  const modules = await fetchModules(wanted, source.fetch);
  const allowed = flags["allow-context-aware"];
  const definitions = policies.map(({ definition }) => grantResources(definition, { allowed, modules, log }));
  await using host = await deps.connectHost({
    sources: source.registries.connections.sources,
    dockerConfigFolder: flags["docker-config-json-path"],
    trustConfig: flags["sigstore-trust-config"],
    cluster: clusterNeed(definitions, allowed),
  });
  const workers = flags.jobs ?? workersFor(manifests.objects.length * policies.length);
  await using evaluator = await startPolicies({
    ...{ definitions, modules, workers, log, limits: limitsOf(flags) },
    serveCapability: host.serve,
    timeoutMs: flags["policy-timeout"] * 1000,
  });
  const catalog = (await readKeptCatalog(deps)) ?? new Map();
  return await runScan({ manifests, policies, evaluator, catalog, defaultNamespace, atOnce: 4 * workers });
}

function readScanPolicies(flags: FlagValues<typeof scanFlags>, files: FileSystem): Promise<ScanPolicy[]> {
  const hostCapabilities = flags["allowed-host-capabilities"] ?? ["*"];
  checkPatterns(hostCapabilities);
  return readPolicies(flags.policy, { hostCapabilities, defaultNamespace: flags.namespace }, files);
}

/** A thread takes longer to start than some evaluations take. */
const evaluationsPerWorker = 100;

function workersFor(evaluations: number): number {
  return Math.min(availableParallelism(), Math.ceil(evaluations / evaluationsPerWorker) || 1);
}

function format(
  report: ScanReport,
  { output, failOn, exitCode }: { output: ScanOutput; failOn: FailOn; exitCode: number },
): string {
  switch (output) {
    case "text":
      return scanText(report);
    case "json":
      return scanJson(report);
    case "junit":
      return scanJunit(report, failOn);
    case "sarif":
      return scanSarif(report, exitCode);
  }
}
