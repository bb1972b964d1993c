import { open } from "node:fs/promises";
import { createLogger, type Logger } from "@kubewarden-ts/base";
import { fileStamps } from "@kubewarden-ts/base/node";
import { commandDefiner, docsCommand } from "@kubewarden-ts/cli";
import { createConnections, registryCredentials, withEnvironmentProxies } from "@kubewarden-ts/oci";
import type { EvaluatorOptions } from "@kubewarden-ts/policy-evaluation";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { builtinNames } from "@kubewarden-ts/rego/node";
import { createLogWriter, wantsColor } from "@kubewarden-ts/telemetry";
import { type ServerConfig, toConfig } from "./config.ts";
import { readPolicies, readSources, readVerification } from "./configuration-files.ts";
import { type Background, startInBackground } from "./daemon/background.ts";
import { claimPidFile } from "./daemon/pid-file.ts";
import { serverFlags } from "./flags.ts";
import type { ConnectHost } from "./host/connect-host.ts";
import { moduleDownloads } from "./modules/module-downloads.ts";
import { openModuleStore } from "./modules/open-module-store.ts";
import { reloadRequests } from "./reload/reload-requests.ts";
import { type ReloadableEvaluator, reloadablePolicies } from "./reload/reloadable-policies.ts";
import { type ServedPolicies, startServer } from "./serve.ts";
import { startFailureText } from "./start-failure.ts";
import { observeHost } from "./telemetry/observed-host.ts";
import { type Observers, observePolicies } from "./telemetry/observed-policies.ts";
import { startTelemetry } from "./telemetry/start-telemetry.ts";
import { openTrustRoot } from "./verification/open-trust-root.ts";

/** What the program needs of its process. */
export interface ProgramDeps {
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
  /** Has an event `reload` when the policies are to be read again. */
  readonly reload: EventTarget;
  /** CPUs the process may use. */
  readonly cpus: number;
  /** Whether logs go to a terminal. */
  readonly isTerminal: boolean;
  readonly startEvaluator: (options: EvaluatorOptions) => Promise<ReloadableEvaluator>;
  readonly connectHost: ConnectHost;
  /** What `--daemon` needs. */
  readonly background: Background;
  readonly pid: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const name = `policy-server ${KUBEWARDEN_VERSION}`;
const builtinsTitle = "Open Policy Agent/Gatekeeper implemented builtins:";

/** The command line of `policy-server`. */
export const policyServer = commandDefiner<ProgramDeps>()({
  name: "policy-server",
  version: {
    short: name,
    long: [name, "", builtinsTitle, ...builtinNames.map((each) => `  - ${each}`)].join("\n"),
  },
  summary: "Kubewarden policy server: answers the AdmissionReviews of a Kubernetes API server",
  flags: serverFlags,
  subcommands: { docs: docsCommand({ open }) },
  async run({ flags, env, stdout, stderr, cpus, isTerminal, background, ...deps }) {
    const fail = (text: string): number => {
      stderr.write(text);
      if (background.role === "server") background.report({ kind: "failed", stderr: text });
      return 1;
    };
    try {
      const config = toConfig(flags, { cpus });
      const color = wantsColor({ isTTY: isTerminal }, { noColor: !config.logColor, env });
      const write = createLogWriter({ format: config.logFormat, color, write: (text) => stdout.write(text) });
      const log = createLogger({ level: config.logLevel, target: "policy_server", write });
      const warn = (line: string): void => void stderr.write(`${line}\n`);
      if (config.daemon !== undefined && background.role === "starter") {
        // what is wrong with them shows before any file is written
        await readPolicies(config.policiesPath);
        await readSources(config.sourcesPath);
        await readVerification(config.verificationPath);
        const { spawn } = background;
        const failure = await startInBackground(config.daemon, { spawn, log, shutdown: deps.shutdown });
        return failure === undefined || deps.shutdown.aborted ? 0 : fail(failure);
      }
      await using _pidFile = await ownPidFile(config, log, { background, pid: deps.pid });
      const onReady = () => background.role === "server" && background.report({ kind: "ready" });
      await serveUntil(deps.shutdown, config, { env, log, warn, onReady, ...deps });
      return 0;
    } catch (error) {
      // asked to stop while starting: what fails then is what was stopped
      return deps.shutdown.aborted ? 0 : fail(startFailureText(error));
    }
  },
});

/** In the background, the pid file is held for as long as the server runs. */
async function ownPidFile(
  { daemon }: ServerConfig,
  log: Logger,
  { background, pid }: Pick<ProgramDeps, "background" | "pid">,
): Promise<AsyncDisposable | undefined> {
  if (daemon === undefined || background.role === "starter") return undefined;
  const pidFile = await claimPidFile(daemon.pidFile, pid);
  log.info("Detached from shell, now running in background.");
  return pidFile;
}

async function serveUntil(
  shutdown: AbortSignal,
  config: ServerConfig,
  {
    env,
    log,
    warn,
    onReady,
    reload,
    startEvaluator,
    connectHost,
  }: { env: Environment; log: Logger; warn: (line: string) => void; onReady: () => void } & Pick<
    ProgramDeps,
    "reload" | "startEvaluator" | "connectHost"
  >,
): Promise<void> {
  const onReloadRequest = reloadRequests(reload, shutdown);
  // Before it is read: a change in between is then seen as one.
  const stamps = await fileStamps([config.policiesPath]);
  const { policies, digest } = await readPolicies(config.policiesPath);
  const sources = withEnvironmentProxies(await readSources(config.sourcesPath), env);
  const verification = await readVerification(config.verificationPath);
  await using telemetry = await startTelemetry(config, { env, log });
  await using connections = createConnections(sources);
  const trustRoot = await openTrustRoot(config, { connections, log });
  const { dockerConfigFolder: configured, ignoreKubernetesFailure } = config;
  const credentials = registryCredentials({ configured, env, log });
  await using host = await connectHost({
    ...{ sources, credentials, trustRoot, ignoreKubernetesFailure, env, log, warn },
  });
  const signatures = verification && { config: verification, trustRoot };
  await using store = openModuleStore(config, { connections, credentials, signatures, log });
  const { workers, continueOnErrors, alwaysAcceptNamespace, timeoutProtection, limits, snapshotGoCommands } =
    config;
  const fetchModule = moduleDownloads({ store, verifies: signatures !== undefined, log, signal: shutdown });
  const server = await startServer(config, {
    ...{ log, telemetry, hostName: env["HOSTNAME"] || "unknown" },
    startEvaluator: async () => {
      const download = { download_dir: config.downloadFolder, policies_count: policies.size };
      log.info("policies download", { ...download, status: "init" });
      const starting = startEvaluator({
        ...{ policies, workers, continueOnErrors, alwaysAcceptNamespace, timeoutProtection, log },
        ...{ limits, snapshotGoCommands, maxPendingBytes: config.maxPendingBytes },
        fetchModule,
        defaultTimeoutMs: timeoutProtection ? config.policyTimeoutMs : undefined,
        serveCapability: observeHost(host.serve, telemetry.metrics),
        observer: telemetry.observer,
      });
      const evaluator = await unlessAborted(starting, shutdown);
      const { metrics } = telemetry;
      const reloading = { log, metrics, onReloadRequest, stamps, digest };
      const served = reloadablePolicies(evaluator, config, reloading);
      return telemetry.observer === undefined ? served : observed(served, telemetry);
    },
  });
  onReady();
  await aborted(shutdown);
  log.info("shutting down");
  await server.shutDown();
}

function observed(policies: ServedPolicies, observers: Observers): ServedPolicies {
  return {
    ...observePolicies(policies, observers),
    describe: policies.describe,
    [Symbol.asyncDispose]: () => policies[Symbol.asyncDispose](),
  };
}

/** Policies may take as long as their limits to start, or for ever without limits; whoever asks to stop does not wait. */
async function unlessAborted<T extends AsyncDisposable>(
  starting: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const first = await Promise.race([starting, aborted(signal)]);
  if (first !== undefined) return first;
  starting.then((started) => started[Symbol.asyncDispose]()).catch(() => {});
  throw signal.reason;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
