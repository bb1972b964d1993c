import type { Clock } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import { createAuthProvider } from "./auth-provider.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { type Credentials, filesValidForMs, readFileCredentials } from "./credentials.ts";
import { runExecPlugin } from "./exec-plugin.ts";
import type { ReadFile, SelectedContext } from "./kubeconfig.ts";
import { proxyFor } from "./proxy.ts";
import { type Remembered, remembered } from "./remembered.ts";
import type { RunProgram } from "./run-program.ts";

export interface AccessDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly readFile: ReadFile;
  readonly runProgram: RunProgram;
  readonly clock: Clock;
}

/** Plugins are asked anew a little before their credentials end. */
const marginMs = 10_000;

/** Access as the current context of a kubeconfig says. @throws {KubeError} `KUBE_CONFIG_INVALID` */
export function kubeconfigAccess(context: SelectedContext, deps: AccessDeps): ClusterAccess {
  const { cluster, name, file, namespace } = context;
  const server = serverUrl(context);
  const { credentials, forgetCredentials } = credentialsOf(context, deps);
  return {
    server: server.href.replace(/\/+$/, ""),
    origin: `context "${name}" of ${file}`,
    namespace,
    verifyServer: cluster["insecure-skip-tls-verify"] !== true,
    serverName: cluster["tls-server-name"] || undefined,
    proxy: proxyFor(server, cluster["proxy-url"], deps.env),
    credentials,
    forgetCredentials,
  };
}

function serverUrl({ cluster, name, file }: SelectedContext): URL {
  const text = cluster.server.includes("://") ? cluster.server : `https://${cluster.server}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new KubeError(
    `kubeconfig ${file}: server "${cluster.server}" of context "${name}" is no HTTP(S) URL`,
    {
      code: "KUBE_CONFIG_INVALID",
    },
  );
}

function credentialsOf(
  context: SelectedContext,
  deps: AccessDeps,
): Pick<ClusterAccess, "credentials" | "forgetCredentials"> {
  const { cluster, user } = context;
  const { clock, readFile } = deps;
  const files = remembered(
    async () => ({ value: await readFileCredentials(cluster, user, readFile), validForMs: filesValidForMs }),
    { clock, keepLast: { forMs: 10_000 } },
  );
  const plugin = pluginOf(context, files, deps);
  return {
    async credentials(signal) {
      const [fromFiles, fromPlugin] = await Promise.all([files.get(signal), plugin?.get(signal)]);
      return {
        headers: { ...fromPlugin?.headers, ...fromFiles.headers },
        tls: { ...fromFiles.tls, ...fromPlugin?.tls },
      };
    },
    forgetCredentials() {
      files.forget();
      plugin?.forget();
    },
  };
}

/** What gives credentials besides the files, where the user has such an entry. */
function pluginOf(
  { user, cluster, userFolder: folder }: SelectedContext,
  files: Remembered<Credentials>,
  { env, clock, runProgram }: AccessDeps,
): Remembered<Credentials> | undefined {
  if (user?.exec) {
    const { exec } = user;
    return remembered(
      async () => {
        const { ca } = (await files.get()).tls;
        const plugin = { exec, cluster, ca, folder, env };
        const { credentials, expiresAtMs } = await runExecPlugin(plugin, runProgram);
        const validForMs = (expiresAtMs ?? Number.POSITIVE_INFINITY) - marginMs - clock.now();
        return { value: credentials, validForMs };
      },
      { clock },
    );
  }
  if (!user?.["auth-provider"]) return undefined;
  const ask = createAuthProvider(user["auth-provider"]);
  return remembered(async () => ({ value: await ask(), validForMs: marginMs }), { clock });
}
