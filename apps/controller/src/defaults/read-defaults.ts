import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import type { ConfigMap } from "@kubewarden-ts/api/core";
import {
  type Policy,
  type PolicyServer,
  policiesGroup,
  policyKinds,
  policyServers,
} from "@kubewarden-ts/api/policies";
import { errorText } from "@kubewarden-ts/base";
import * as v from "valibot";
import { parseAllDocuments } from "yaml";

/** The kinds that can be applied by default. */
export const defaultKinds: readonly ResourceType<Policy | PolicyServer>[] = [policyServers, ...policyKinds];

/** An object as the ConfigMap has it. */
export interface DefaultObject {
  readonly type: ResourceType<Policy | PolicyServer>;
  readonly object: Manifest;
}

export interface Defaults {
  readonly objects: readonly DefaultObject[];
  /** what cannot be applied, each with its place */
  readonly problems: readonly string[];
}

const StringMap = v.record(v.string(), v.string());
const Manifest = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({
    name: v.pipe(v.string(), v.nonEmpty()),
    namespace: v.exactOptional(v.string()),
    labels: v.exactOptional(StringMap),
    annotations: v.exactOptional(StringMap),
  }),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/**
 * Reads the ConfigMap of defaults: under each key YAML documents, each an object of our kinds (controller.md 8). What is
 * none is left out and said.
 */
export function readDefaults({ data }: Pick<ConfigMap, "data">): Defaults {
  const objects: DefaultObject[] = [];
  const problems: string[] = [];
  const keys = Object.keys(data ?? {}).sort();
  for (const key of keys) {
    for (const [index, document] of parseAllDocuments(data?.[key] ?? "", { logLevel: "error" }).entries()) {
      try {
        const [syntaxError] = document.errors;
        if (syntaxError !== undefined) throw syntaxError;
        const value: unknown = document.toJS({ maxAliasCount: 100 });
        if (value !== null) objects.push(readObject(value));
      } catch (error) {
        problems.push(`${key}, document ${index + 1}: ${errorText(error)}`);
      }
    }
  }
  return { objects, problems };
}

function readObject(value: unknown): DefaultObject {
  const object = v.parse(Manifest, value);
  const { apiVersion, kind, metadata } = object;
  const type = defaultKinds.find((each) => each.kind === kind && each.apiVersion === apiVersion);
  if (type === undefined) {
    throw new Error(
      `expected a PolicyServer or a policy of ${policiesGroup}/v1, received ${kind} of ${apiVersion}`,
    );
  }
  if (type.namespaced !== (metadata.namespace !== undefined)) {
    const expected = type.namespaced ? "a namespace" : "no namespace";
    throw new Error(`${kind} "${metadata.name}": metadata.namespace: expected ${expected}`);
  }
  return { type, object };
}

/** Of any object: whether two are the same one. */
export function objectId({
  kind,
  metadata: { name, namespace },
}: Pick<KubernetesObject, "kind" | "metadata">): string {
  return JSON.stringify([kind, namespace ?? "", name]);
}
