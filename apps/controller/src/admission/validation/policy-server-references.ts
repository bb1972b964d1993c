import type { ResourceType } from "@kubewarden-ts/api";
import { type ConfigMap, configMaps, type Secret, secrets } from "@kubewarden-ts/api/core";
import type { PolicyServerSpec } from "@kubewarden-ts/api/policies";
import { errorText } from "@kubewarden-ts/base";
import { type FieldError, invalid } from "../field-error.ts";
import { quoted } from "../quoted.ts";
import type { ClusterLookUp } from "./findings.ts";

const secretType = "kubernetes.io/dockerconfigjson";
const trustConfigKey = "sigstore-trust-config";

/** What a PolicyServer refers to must be there, and fit (controller.md 2.3); it is asked for anew each time. */
export async function referenceErrors(
  { imagePullSecret = "", sigstoreTrustConfig = "" }: PolicyServerSpec,
  lookUp: ClusterLookUp,
): Promise<FieldError[]> {
  const [secret, trust] = await Promise.all([
    imagePullSecret === "" ? undefined : pullSecretProblem(imagePullSecret, lookUp),
    sigstoreTrustConfig === "" ? undefined : trustConfigProblem(sigstoreTrustConfig, lookUp),
  ]);
  return [
    ...(secret === undefined ? [] : [invalid("spec.imagePullSecret", imagePullSecret, secret)]),
    ...(trust === undefined ? [] : [invalid("spec.sigstoreTrustConfig", sigstoreTrustConfig, trust)]),
  ];
}

async function pullSecretProblem(name: string, lookUp: ClusterLookUp): Promise<string | undefined> {
  const found = await read<Secret>(secrets, name, lookUp);
  if (typeof found === "string") return `cannot get spec.imagePullSecret: ${found}`;
  if (found.type === secretType) return undefined;
  return `spec.imagePullSecret secret ${quoted(name)} is not of type ${secretType}`;
}

async function trustConfigProblem(name: string, lookUp: ClusterLookUp): Promise<string | undefined> {
  const found = await read<ConfigMap>(configMaps, name, lookUp);
  if (typeof found === "string") return `cannot get spec.sigstoreTrustConfig ConfigMap: ${found}`;
  if (Object.hasOwn(found.data ?? {}, trustConfigKey)) return undefined;
  return `spec.sigstoreTrustConfig ConfigMap ${quoted(name)} does not contain required key ${quoted(trustConfigKey)}`;
}

/** The object, or why there is none to be had. */
async function read<T extends Secret | ConfigMap>(
  type: ResourceType<T>,
  name: string,
  { objects, deploymentsNamespace: namespace, signal }: ClusterLookUp,
): Promise<T | string> {
  try {
    return (
      (await objects.get(type, { name, namespace }, { signal })) ?? `${type.kind} ${quoted(name)} not found`
    );
  } catch (error) {
    return errorText(error);
  }
}
