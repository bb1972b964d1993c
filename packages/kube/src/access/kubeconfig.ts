import { dirname, resolve } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { parse } from "yaml";
import { KubeError } from "../errors.ts";
import {
  type KubeconfigCluster,
  type KubeconfigContext,
  KubeconfigDocument,
  type KubeconfigUser,
} from "./kubeconfig-schema.ts";

/** Reads a whole file. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/** An entry with the file it stands in: paths in it are relative to that file's folder. */
interface Entry<Value> {
  readonly value: Value;
  readonly file: string;
}

interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, Entry<KubeconfigContext>>;
  readonly clusters: ReadonlyMap<string, Entry<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Entry<KubeconfigUser>>;
}

/** The cluster and user that the current context names, paths made absolute. */
export interface SelectedContext {
  readonly name: string;
  readonly file: string;
  readonly namespace: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser | undefined;
  /** folder that the path of a credential plugin is relative to */
  readonly userFolder: string;
}

/**
 * Reads kubeconfig files and merges them as kubectl does: of equal names, and of current contexts, the first wins.
 * @param paths - missing files are passed over
 * @returns `undefined` where no file exists, or none names a current context
 * @throws {KubeError} `KUBE_CONFIG_INVALID`, naming file and field
 */
export async function readKubeconfig(
  paths: readonly string[],
  readFile: ReadFile,
): Promise<SelectedContext | undefined> {
  const read = await Promise.all(paths.map((path) => readDocument(path, readFile)));
  const documents = read.filter((document) => document !== undefined);
  const kubeconfig = merge(documents);
  return kubeconfig.currentContext === undefined
    ? undefined
    : select(kubeconfig, kubeconfig.currentContext, paths);
}

async function readDocument(
  path: string,
  readFile: ReadFile,
): Promise<Entry<KubeconfigDocument> | undefined> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readFile(path));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw invalid(`cannot read kubeconfig ${path}: ${osErrorText(cause)}`);
  }
  const result = v.safeParse(KubeconfigDocument, parseYaml(path, text) ?? {});
  if (result.success) return { value: result.output, file: path };
  throw invalid(`kubeconfig ${path}: ${schemaProblems(result.issues).join(", ")}`);
}

/** Whether a failed read means that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(`kubeconfig ${path} is not YAML: ${osErrorText(cause)}`);
  }
}

function merge(documents: readonly Entry<KubeconfigDocument>[]): Kubeconfig {
  const contexts = new Map<string, Entry<KubeconfigContext>>();
  const clusters = new Map<string, Entry<KubeconfigCluster>>();
  const users = new Map<string, Entry<KubeconfigUser>>();
  for (const { value, file } of documents) {
    for (const { name, context } of value.contexts) addFirst(contexts, name, { value: context, file });
    for (const { name, cluster } of value.clusters) addFirst(clusters, name, { value: cluster, file });
    for (const { name, user } of value.users) {
      if (user !== null && user !== undefined) addFirst(users, name, { value: user, file });
    }
  }
  const current = documents.map(({ value }) => value["current-context"]).find((name) => !isBlank(name));
  return { currentContext: current ?? undefined, contexts, clusters, users };
}

function addFirst<Value>(entries: Map<string, Value>, name: string, value: Value): void {
  if (!entries.has(name)) entries.set(name, value);
}

function select(kubeconfig: Kubeconfig, name: string, paths: readonly string[]): SelectedContext {
  const files = paths.join(", ");
  const context = kubeconfig.contexts.get(name);
  if (context === undefined) throw invalid(`kubeconfig ${files}: there is no context "${name}"`);
  const { cluster: clusterName, user: userName, namespace } = context.value;
  const cluster = kubeconfig.clusters.get(clusterName);
  if (cluster === undefined) {
    throw invalid(
      `kubeconfig ${files}: context "${name}" names the cluster "${clusterName}", which is missing`,
    );
  }
  const user = isBlank(userName) ? undefined : kubeconfig.users.get(userName ?? "");
  if (!isBlank(userName) && user === undefined) {
    throw invalid(`kubeconfig ${files}: context "${name}" names the user "${userName}", which is missing`);
  }
  return {
    name,
    file: context.file,
    namespace: isBlank(namespace) ? "default" : (namespace ?? "default"),
    cluster: withAbsolutePaths(cluster, ["certificate-authority"]),
    user: user && withAbsolutePaths(user, ["client-certificate", "client-key", "tokenFile"]),
    userFolder: dirname(user?.file ?? context.file),
  };
}

function withAbsolutePaths<Value extends object>(
  { value, file }: Entry<Value>,
  fields: readonly (keyof Value)[],
): Value {
  const absolute = { ...value };
  for (const field of fields) {
    const path = value[field];
    if (typeof path === "string" && path !== "") {
      Object.assign(absolute, { [field]: resolve(dirname(file), path) });
    }
  }
  return absolute;
}

function isBlank(value: string | null | undefined): boolean {
  return value === undefined || value === null || value === "";
}

function invalid(message: string): KubeError {
  return new KubeError(message, { code: "KUBE_CONFIG_INVALID" });
}
