import * as v from "valibot";

const text = v.nullish(v.string());
const list = <Item extends v.GenericSchema>(item: Item) => v.nullish(v.array(item), () => []);

/** How one API server is reached. */
export const KubeconfigCluster = v.object({
  server: v.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": v.nullish(v.boolean()),
  "tls-server-name": text,
  "proxy-url": text,
});
export type KubeconfigCluster = v.InferOutput<typeof KubeconfigCluster>;

/** A program that prints credentials. */
export const KubeconfigExec = v.object({
  apiVersion: v.string(),
  command: v.string(),
  args: list(v.string()),
  env: list(v.object({ name: v.string(), value: v.string() })),
  installHint: text,
  interactiveMode: text,
  provideClusterInfo: v.nullish(v.boolean()),
});
export type KubeconfigExec = v.InferOutput<typeof KubeconfigExec>;

/** Who we are for an API server. */
export const KubeconfigUser = v.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  as: text,
  "as-uid": text,
  "as-groups": list(v.string()),
  "as-user-extra": v.nullish(v.record(v.string(), v.array(v.string()))),
  exec: v.nullish(KubeconfigExec),
  "auth-provider": v.nullish(
    v.object({ name: v.string(), config: v.nullish(v.record(v.string(), v.string())) }),
  ),
});
export type KubeconfigUser = v.InferOutput<typeof KubeconfigUser>;

const KubeconfigContext = v.object({ cluster: v.string(), user: text, namespace: text });
export type KubeconfigContext = v.InferOutput<typeof KubeconfigContext>;

/** One kubeconfig file, as far as a client needs it. */
export const KubeconfigDocument = v.object({
  "current-context": text,
  clusters: list(v.object({ name: v.string(), cluster: KubeconfigCluster })),
  contexts: list(v.object({ name: v.string(), context: KubeconfigContext })),
  users: list(v.object({ name: v.string(), user: v.nullish(KubeconfigUser) })),
});
export type KubeconfigDocument = v.InferOutput<typeof KubeconfigDocument>;
