import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import type { KubernetesObject } from "@kubewarden-ts/api";
import type { Logger } from "@kubewarden-ts/base";
import { fileStamp } from "@kubewarden-ts/base/node";
import type { ObjectChange } from "@kubewarden-ts/kube";
import { openServerTls, type ServerTls, serverTlsOptions } from "@kubewarden-ts/x509/tls";
import type { ClusterView } from "../cluster-view.ts";
import type { ControllerConfig } from "../config.ts";
import { ControllerError } from "../errors.ts";
import { isCertificate, pairProblem } from "./check.ts";
import { leafPair, webhookSecretName } from "./leaf-secrets.ts";

/** Key of the ConfigMap of `--client-ca-configmap-name`, and the file it is mounted as. */
const clientAuthorityKey = "client-ca.crt";

export interface WebhookCertificateOptions {
  /** where Kubernetes mounts the Secret, and below it the ConfigMap of the client authority */
  readonly folder: string;
  readonly config: Pick<ControllerConfig, "deploymentsNamespace" | "clientCaConfigMapName">;
  readonly view: Pick<ClusterView, "secrets" | "configMaps">;
  readonly log: Logger;
}

/**
 * Certificate of the webhooks for our own kinds, and who may call them (controller.md 5, 6.2): the mounted files, and
 * where there are none what the cluster has, as soon as the leader has made it. With a client authority configured and
 * none found nobody is let in: this waits.
 * @throws {X509Error} for files that cannot be used
 * @throws {ControllerError} `CONTROLLER_CLIENT_CA_MISSING` when the certificate is mounted and the client authority not
 */
export async function webhookCertificates(
  options: WebhookCertificateOptions,
  signal: AbortSignal,
): Promise<ServerTls> {
  const { folder, log } = options;
  const certFile = join(folder, "tls.crt");
  if ((await fileStamp(certFile)) === undefined) {
    log.info("no certificate is mounted: the Secret is read", { file: certFile, secret: webhookSecretName });
    return await storedCertificates(options, signal);
  }
  const clientCaFiles = await clientAuthorityFiles(options);
  return await openServerTls({ certFile, keyFile: join(folder, "tls.key"), clientCaFiles }, log);
}

async function clientAuthorityFiles({ folder, config }: WebhookCertificateOptions): Promise<string[]> {
  if (config.clientCaConfigMapName === undefined) return [];
  const path = join(folder, "client-ca", clientAuthorityKey);
  if ((await fileStamp(path)) !== undefined) return [path];
  const message = `${path}: not found; with --client-ca-configmap-name the ConfigMap must be mounted there`;
  throw new ControllerError(message, { code: "CONTROLLER_CLIENT_CA_MISSING" });
}

async function storedCertificates(
  options: WebhookCertificateOptions,
  signal: AbortSignal,
): Promise<ServerTls> {
  const { log } = options;
  const first = await firstOptions(options, signal);
  return {
    options: first,
    keepCurrent(use) {
      let current = JSON.stringify(first);
      const end = onMaterialChange(options, () => {
        const found = readStored(options);
        if (found.kind === "problem") {
          return log.error("the certificate of the webhooks stays", { problem: found.problem });
        }
        const next = JSON.stringify(found.options);
        if (next === current) return;
        current = next;
        log.info("using another certificate for the webhooks", { secret: webhookSecretName });
        use(found.options);
      });
      return { [Symbol.dispose]: end };
    },
  };
}

async function firstOptions(options: WebhookCertificateOptions, signal: AbortSignal): Promise<TlsOptions> {
  const { promise, resolve, reject } = Promise.withResolvers<TlsOptions>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const look = (): void => {
    const found = readStored(options);
    if (found.kind === "options") resolve(found.options);
    else options.log.debug("the webhooks wait for their certificate", { problem: found.problem });
  };
  const end = onMaterialChange(options, look);
  try {
    if (signal.aborted) stop();
    return await promise;
  } finally {
    end();
    signal.removeEventListener("abort", stop);
  }
}

/** Calls back now, and whenever the Secret or the ConfigMap changes. */
function onMaterialChange({ view, config }: WebhookCertificateOptions, handler: () => void): () => void {
  const onChange = ({ before, after }: ObjectChange<KubernetesObject>): void => {
    const name = (after ?? before)?.metadata.name;
    if (name === webhookSecretName || name === config.clientCaConfigMapName) handler();
  };
  const ends = [view.secrets.onChange(onChange), view.configMaps.onChange(onChange)];
  handler();
  return () => {
    for (const end of ends) end();
  };
}

type Stored =
  | { readonly kind: "options"; readonly options: TlsOptions }
  | { readonly kind: "problem"; readonly problem: string };

function readStored({ view, config }: WebhookCertificateOptions): Stored {
  const { deploymentsNamespace: namespace, clientCaConfigMapName } = config;
  const pair = leafPair(view.secrets.get({ name: webhookSecretName, namespace }));
  const problem = pairProblem(pair);
  if (problem !== undefined) return { kind: "problem", problem: `Secret ${webhookSecretName}: ${problem}` };
  const identity = { cert: pair.certificate, key: pair.key };
  if (clientCaConfigMapName === undefined)
    return { kind: "options", options: serverTlsOptions(identity, []) };
  const authority = view.configMaps.get({ name: clientCaConfigMapName, namespace })?.data?.[
    clientAuthorityKey
  ];
  if (authority === undefined || !isCertificate(authority)) {
    const text = `ConfigMap ${clientCaConfigMapName}: expected a certificate as ${clientAuthorityKey}`;
    return { kind: "problem", problem: text };
  }
  return { kind: "options", options: serverTlsOptions(identity, [authority]) };
}
