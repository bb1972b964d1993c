import { type LabelSelector, readLabelSelector } from "@kubewarden-ts/api";
import { errorText } from "@kubewarden-ts/base";
import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput, type KwctlError } from "../errors.ts";
import { readCustomResource, readResourceDocuments } from "../run/custom-resource-file.ts";
import type { PolicyDefinition } from "../run/policy-definition.ts";
import type { PolicyScope } from "./policy-match.ts";

/** A policy or group that manifests are checked against. */
export interface ScanPolicy {
  /** As a policy server knows it: `clusterwide-NAME`, `namespaced-NAMESPACE-NAME`, `clusterwide-group-NAME`, … */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly mode: "protect" | "monitor";
  readonly scope: PolicyScope;
  /** There are some: only an API server evaluates them, here the policy is asked whatever they say. */
  readonly hasMatchConditions: boolean;
  readonly definition: PolicyDefinition;
}

export interface PolicyFileOptions {
  readonly path: string;
  readonly hostCapabilities: readonly string[];
  /** Of namespaced policies that name none. */
  readonly defaultNamespace: string;
}

const policiesGroup = "policies.kubewarden.io/";

/**
 * Reads the policies of a file; resources of other groups, and policy servers, may stand beside them.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for what is meant to be a policy and cannot be one
 */
export function readPolicyFile(text: string, options: PolicyFileOptions): ScanPolicy[] {
  return readResourceDocuments(text, options.path)
    .flatMap(itemsOf)
    .filter(({ apiVersion, kind }) => {
      return String(apiVersion).startsWith(policiesGroup) && kind !== "PolicyServer";
    })
    .map((resource) => readPolicy(resource, options));
}

function itemsOf(document: Record<string, unknown>): Record<string, unknown>[] {
  const items = document["items"];
  if (!String(document["kind"]).endsWith("List") || !Array.isArray(items)) return [document];
  return items.filter((item) => v.is(JsonObject, item));
}

const strings = v.array(v.string());
const Rule = v.pipe(
  JsonObject,
  v.object({
    apiGroups: strings,
    apiVersions: strings,
    resources: strings,
    operations: strings,
    scope: v.nullish(v.picklist(["Cluster", "Namespaced", "*"]), "*"),
  }),
);
const Resource = v.pipe(
  JsonObject,
  v.object({
    kind: v.string(),
    metadata: v.pipe(
      JsonObject,
      v.object({ name: v.pipe(v.string(), v.nonEmpty()), namespace: v.nullish(v.string()) }),
    ),
    spec: v.pipe(
      JsonObject,
      v.object({
        rules: v.array(Rule),
        matchPolicy: v.nullish(v.picklist(["Equivalent", "Exact"]), "Equivalent"),
        objectSelector: v.optional(v.unknown()),
        namespaceSelector: v.optional(v.unknown()),
        matchConditions: v.nullish(v.array(v.unknown()), () => []),
      }),
    ),
  }),
);

function readPolicy(resource: Record<string, unknown>, options: PolicyFileOptions): ScanPolicy {
  const definition = readCustomResource(resource, options.hostCapabilities);
  const read = v.safeParse(Resource, resource);
  if (!read.success) throw invalidPolicy(resource, options, schemaProblems(read.issues).join(", "));
  const { kind, metadata, spec } = read.output;
  const { rules, matchPolicy, objectSelector, namespaceSelector, matchConditions } = spec;
  const isClusterWide = kind.startsWith("Cluster");
  const namespace = isClusterWide ? undefined : metadata.namespace || options.defaultNamespace;
  const selector = (name: string, value: unknown): LabelSelector => {
    try {
      return readLabelSelector(value ?? {});
    } catch (error) {
      throw invalidPolicy(resource, options, `spec.${name}: ${errorText(error)}`);
    }
  };
  const id = policyId({ kind, name: metadata.name, namespace });
  return {
    ...{ id, kind, name: metadata.name, namespace },
    mode: definition.entry.policyMode,
    scope: {
      ...{ rules, matchPolicy, namespace },
      objectSelector: selector("objectSelector", objectSelector),
      namespaceSelector: isClusterWide ? selector("namespaceSelector", namespaceSelector) : [],
    },
    hasMatchConditions: matchConditions.length > 0,
    definition: { ...definition, id },
  };
}

/** The name a policy server gives it (controller.md 3). */
function policyId({ kind, name, namespace }: Pick<ScanPolicy, "kind" | "name" | "namespace">): string {
  const group = kind.endsWith("Group") ? "group-" : "";
  return namespace === undefined ? `clusterwide-${group}${name}` : `namespaced-${group}${namespace}-${name}`;
}

function invalidPolicy(
  { kind }: Record<string, unknown>,
  { path }: PolicyFileOptions,
  problem: string,
): KwctlError {
  return invalidInput(`invalid ${String(kind)} in ${path}: ${problem}`);
}

/** How messages name a policy: `AdmissionPolicy shop/labels`. */
export function policyTitle({
  kind,
  name,
  namespace,
}: Pick<ScanPolicy, "kind" | "name" | "namespace">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
