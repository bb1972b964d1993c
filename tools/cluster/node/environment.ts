import { join } from "node:path";
import type { Container, EnvironmentVariable, RunnablePod } from "./pod-spec.ts";
import type { VolumeSources } from "./volumes.ts";

export interface EnvironmentOptions {
  readonly pod: RunnablePod;
  readonly container: Container;
  readonly podIP: string;
  /** path in the container to the folder that stands for it */
  readonly mounts: ReadonlyMap<string, string>;
  readonly sources: VolumeSources;
}

/**
 * The environment of a container that runs as a process of this machine: later entries win, `$(NAME)` is replaced by
 * what came before, and paths below a mount lead to the folder that stands for it.
 * @throws {Error} when a Secret, ConfigMap or key that an entry needs is not there
 */
export function containerEnvironment(options: EnvironmentOptions): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const variable of options.container.env) {
    const value = valueOfVariable(variable, options);
    if (value === undefined) continue;
    environment[variable.name] = onThisMachine(expanded(value, environment), options.mounts);
  }
  return environment;
}

function valueOfVariable({ name, value, valueFrom }: EnvironmentVariable, options: EnvironmentOptions) {
  const { pod, podIP, sources } = options;
  if (valueFrom === undefined) return value ?? "";
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldOf(pod, podIP, fieldRef.fieldPath);
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) throw new Error(`env ${name}: our node knows no such valueFrom`);
  const text =
    secretKeyRef === undefined
      ? sources.configMap(reference.name)?.data?.[reference.key]
      : decoded(sources.secret(reference.name)?.data?.[reference.key]);
  if (text !== undefined || reference.optional === true) return text;
  const kind = secretKeyRef === undefined ? "ConfigMap" : "Secret";
  throw new Error(`env ${name}: ${kind} ${reference.name} has no key ${reference.key}`);
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString();
}

function fieldOf({ metadata, spec }: RunnablePod, podIP: string, path: string): string {
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "status.podIP":
    case "status.hostIP":
      return podIP;
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName;
    default:
      throw new Error(`our node knows no field ${path}`);
  }
}

function expanded(value: string, environment: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\(([\w.-]+)\)/g, (text, name) => environment[name] ?? text);
}

/** Also for lists of paths, as `KUBEWARDEN_CLIENT_CA_FILE` has them. */
function onThisMachine(value: string, mounts: ReadonlyMap<string, string>): string {
  if (!value.startsWith("/")) return value;
  return value
    .split(",")
    .map((path) => {
      const found = [...mounts].find(([mount]) => path === mount || path.startsWith(`${mount}/`));
      return found === undefined ? path : join(found[1], path.slice(found[0].length));
    })
    .join(",");
}
