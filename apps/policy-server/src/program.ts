import { open } from "node:fs/promises";
import { createLogger, type Logger, systemClock } from "@kubewarden-ts/base";
import { commandDefiner, docsCommand } from "@kubewarden-ts/cli";
import { createConnections, withEnvironmentProxies } from "@kubewarden-ts/oci";
import type { Evaluator, EvaluatorOptions } from "@kubewarden-ts/policy-evaluation";
import { fetchModule } from "@kubewarden-ts/policy-store";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { createLogWriter, wantsColor } from "@kubewarden-ts/telemetry";
import { type ServerConfig, toConfig } from "./config.ts";
import { readPolicies, readSources } from "./configuration-files.ts";
import { serverFlags } from "./flags.ts";
import type { ConnectHost } from "./host/connect-host.ts";
import type { PolicyEvaluator } from "./http/policy-routes.ts";
import { createPolicyReloads } from "./reload/policy-reloads.ts";
import { type ServedPolicies, startServer } from "./serve.ts";
import { startFailureText } from "./start-failure.ts";
import { observeHost } from "./telemetry/observed-host.ts";
import { type Observers, observePolicies } from "./telemetry/observed-policies.ts";
import { startTelemetry } from "./telemetry/start-telemetry.ts";

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
}

type ReloadableEvaluator = PolicyEvaluator & Pick<Evaluator, "reload" | "status"> & AsyncDisposable;

type Environment = Readonly<Record<string, string | undefined>>;

const name = `policy-server ${KUBEWARDEN_VERSION}`;

/** The command line of `policy-server`. */
export const policyServer = commandDefiner<ProgramDeps>()({
  name: "policy-server",
  // the list of built-in functions follows once Rego policies can be run
  version: { short: name, long: `${name}\n\nOpen Policy Agent/Gatekeeper implemented builtins:` },
  summary: "Kubewarden policy server: answers the AdmissionReviews of a Kubernetes API server",
  flags: serverFlags,
  subcommands: { docs: docsCommand({ open }) },
  async run({ flags, env, stdout, stderr, shutdown, reload, cpus, isTerminal, startEvaluator, connectHost }) {
    try {
      const config = toConfig(flags, { cpus });
      const color = wantsColor({ isTTY: isTerminal }, { noColor: !config.logColor, env });
      const write = createLogWriter({ format: config.logFormat, color, write: (text) => stdout.write(text) });
      const log = createLogger({ level: config.logLevel, target: "policy_server", write });
      const warn = (line: string): void => void stderr.write(`${line}\n`);
      await serveUntil(shutdown, config, { env, log, warn, reload, startEvaluator, connectHost });
      return 0;
    } catch (error) {
      // asked to stop while starting: what fails then is what was stopped
      if (shutdown.aborted) return 0;
      stderr.write(startFailureText(error));
      return 1;
    }
  },
});

async function serveUntil(
  shutdown: AbortSignal,
  config: ServerConfig,
  {
    env,
    log,
    warn,
    reload,
    startEvaluator,
    connectHost,
  }: { env: Environment; log: Logger; warn: (line: string) => void } & Pick<
    ProgramDeps,
    "reload" | "startEvaluator" | "connectHost"
  >,
): Promise<void> {
  const policies = await readPolicies(config.policiesPath);
  const sources = withEnvironmentProxies(await readSources(config.sourcesPath), env);
  await using telemetry = await startTelemetry(config, { env, log });
  await using connections = createConnections(sources);
  const { dockerConfigFolder, ignoreKubernetesFailure } = config;
  await using host = await connectHost({
    ...{ sources, dockerConfigFolder, ignoreKubernetesFailure, env, log, warn },
  });
  const { workers, continueOnErrors, alwaysAcceptNamespace, timeoutProtection, limits, snapshotGoCommands } =
    config;
  const fetchOptions = { signal: shutdown, connections, maxBytes: config.maxModuleBytes };
  const server = await startServer(config, {
    ...{ log, telemetry, hostName: env["HOSTNAME"] || "unknown" },
    startEvaluator: async () => {
      const evaluator = await startEvaluator({
        ...{ policies, workers, continueOnErrors, alwaysAcceptNamespace, timeoutProtection, log },
        ...{ limits, snapshotGoCommands },
        fetchModule: (url) => fetchModule(url, fetchOptions),
        defaultTimeoutMs: timeoutProtection ? config.policyTimeoutMs : undefined,
        serveCapability: observeHost(host.serve, telemetry.metrics),
        observer: telemetry.observer,
      });
      const served = reloadable(evaluator, config, { log, reload, shutdown });
      return telemetry.observer === undefined ? served : observed(served, telemetry);
    },
  });
  await aborted(shutdown);
  log.info("shutting down");
  await server.shutDown();
}

/** Has the policies read again when somebody asks for it. */
function reloadable(
  evaluator: ReloadableEvaluator,
  { policiesPath: path, policyStatus }: ServerConfig,
  { log, reload, shutdown }: { log: Logger; reload: EventTarget; shutdown: AbortSignal },
): ServedPolicies {
  const read = () => readPolicies(path);
  const reloads = createPolicyReloads({ evaluator, read, path, log, clock: systemClock });
  reload.addEventListener("reload", () => void reloads.reload(), { signal: shutdown });
  if (!policyStatus) return evaluator;
  return {
    admission: evaluator.admission,
    raw: evaluator.raw,
    auditBatch: evaluator.auditBatch,
    describe: () => ({ policies: evaluator.status(), lastReload: reloads.last() }),
    [Symbol.asyncDispose]: () => evaluator[Symbol.asyncDispose](),
  };
}

function observed(policies: ServedPolicies, observers: Observers): ServedPolicies {
  return {
    ...observePolicies(policies, observers),
    describe: policies.describe,
    [Symbol.asyncDispose]: () => policies[Symbol.asyncDispose](),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
