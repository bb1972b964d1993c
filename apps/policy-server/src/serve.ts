import { type Logger, osErrorText, silentLogger } from "@kubewarden-ts/base";
import { openServerTls } from "@kubewarden-ts/x509/tls";
import type { ServerConfig } from "./config.ts";
import { ServerError } from "./errors.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./http/listener.ts";
import { type PolicyEvaluator, policyRoutes } from "./http/policy-routes.ts";
import { profilingRoutes } from "./http/profiling-routes.ts";
import { readinessRoutes } from "./http/readiness-routes.ts";
import { startProfiler } from "./profiling/profiler.ts";
import type { Telemetry } from "./telemetry/start-telemetry.ts";

/** How long running evaluations may take once the server was told to stop; Kubernetes waits 30 s before it kills. */
const drainTimeoutMs = 25_000;

export interface ServeDeps {
  readonly log: Logger;
  /** Name of this machine, in the spans of logs. */
  readonly hostName?: string;
  readonly telemetry?: Pick<Telemetry, "tracer" | "prometheus">;
  /** Loads the policies; called once everything else that can be wrong was looked at. */
  readonly startEvaluator: () => Promise<ServedPolicies>;
}

/** Policies that are loaded. */
export type ServedPolicies = PolicyEvaluator &
  AsyncDisposable & {
    /** What `GET /policies` answers; without it there is no such route. */
    readonly describe?: (() => unknown) | undefined;
  };

/** A server that answers. */
export interface PolicyServer extends AsyncDisposable {
  readonly port: number;
  readonly readinessPort: number;
  /**
   * Reports not ready, refuses new connections, lets running evaluations finish, and closes everything.
   * @param timeoutMs - for the running evaluations, in milliseconds; 25 s unless told
   */
  shutDown(timeoutMs?: number): Promise<void>;
}

/**
 * Starts the server (policy-server 3): policies first, the API listener when they are ready, the readiness listener
 * last. Certificates are read before the policies, so that a wrong one shows at once and not after all downloads.
 * @throws {ServerError} when certificates are wrong or an address cannot be bound
 * @throws what `startEvaluator` throws
 */
export async function startServer(config: ServerConfig, deps: ServeDeps): Promise<PolicyServer> {
  const { log, startEvaluator, hostName, telemetry } = deps;
  logTimeoutProtection(config, log);
  const tls = config.tls === undefined ? undefined : await openServerTls(config.tls, certsLog(log));
  await using started = new AsyncDisposableStack();
  const stopping = new AbortController();
  // before the policies are loaded: what that allocates is of interest
  const profiler = config.profiling ? started.use(await startProfiler(log)) : undefined;
  const evaluator = started.use(await startEvaluator());
  const state = { ready: true };
  const { host, port, readinessPort, maxBodyBytes } = config;
  const common = { host, maxBodyBytes };
  const profiling = profiler && profilingRoutes({ profiler, log, stopping: stopping.signal });
  const policies = policyRoutes({ evaluator, log, ...(hostName !== undefined && { host: hostName }) });
  const routes = [...policies, ...(profiling ?? [])];
  const observed = { log, tracer: telemetry?.tracer };
  const api = started.use(
    await bind({ ...common, port, routes, ...observed, ...(tls !== undefined && { tls: tls.options }) }),
  );
  if (tls !== undefined) started.use(tls.keepCurrent(api.useTls));
  const probes = readinessRoutes({
    isReady: () => state.ready,
    policies: evaluator.describe,
    metrics: telemetry?.prometheus,
  });
  // probes come every few seconds and are not worth a log line
  const readiness = started.use(
    await bind({ ...common, port: readinessPort, routes: probes, log: silentLogger }),
  );
  log.info("started HTTP server", { addr: host, port: api.port, tls: tls !== undefined });
  log.info("started readiness server", { addr: host, port: readiness.port });
  return runningServer({ api, readiness, state, stopping, log, parts: started.move() });
}

function runningServer({
  api,
  readiness,
  state,
  stopping,
  log,
  parts,
}: {
  api: HttpServer;
  readiness: HttpServer;
  state: { ready: boolean };
  stopping: AbortController;
  log: Logger;
  parts: AsyncDisposableStack;
}): PolicyServer {
  const shutDown = async (timeoutMs = drainTimeoutMs): Promise<void> => {
    state.ready = false;
    stopping.abort();
    const finished = await api.drain(timeoutMs);
    if (!finished) log.warn("evaluations did not finish in time", { timeout_ms: timeoutMs });
    await parts.disposeAsync();
  };
  return {
    port: api.port,
    readinessPort: readiness.port,
    shutDown,
    [Symbol.asyncDispose]: () => shutDown(0),
  };
}

/** Other tools look for lines of this target (policy-server 10). */
function certsLog(log: Logger): Logger {
  return log.child({ target: "policy_server::certs" });
}

function logTimeoutProtection({ timeoutProtection, policyTimeoutMs }: ServerConfig, log: Logger): void {
  if (timeoutProtection) {
    log.info("policy timeout protection is enabled", { execution_limit_seconds: policyTimeoutMs / 1000 });
  } else {
    log.warn("policy timeout protection is disabled");
  }
}

async function bind(options: HttpServerOptions): Promise<HttpServer> {
  try {
    return await startHttpServer(options);
  } catch (cause) {
    const address = `${options.host.includes(":") ? `[${options.host}]` : options.host}:${options.port}`;
    const text = osErrorText(cause);
    throw new ServerError(`${address}: ${text}`, { code: "SERVER_BIND_FAILED" });
  }
}
