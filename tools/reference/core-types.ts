import * as v from "valibot";
import type { ReferringSchema } from "../../packages/api/src/crds/core-types.ts";
import { intOrStringStructure, quantityStructure } from "../../packages/api/src/int-or-string.ts";
import type { ApiClient } from "../../tests/kubernetes/api-client.ts";

/** A type in the OpenAPI document of an API server, as far as we read it. */
export interface OpenApiType {
  type?: string;
  format?: string;
  default?: unknown;
  required?: string[];
  properties?: Record<string, OpenApiType>;
  items?: OpenApiType;
  additionalProperties?: OpenApiType;
  allOf?: { $ref: string }[];
  $ref?: string;
  [extension: `x-kubernetes-${string}`]: unknown;
}

/** Types that our own kinds have fields of; those that they refer to come along. */
export const wantedCoreTypes = ["Affinity", "EnvVar", "PodSecurityContext", "SecurityContext", "Toleration"];

const REFERENCE = /^#\/components\/schemas\/(?<name>.*)$/;
/** Types that are written in more than one way; a CustomResourceDefinition takes these words for them. */
const scalars: Readonly<Record<string, ReferringSchema>> = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": intOrStringStructure,
  "io.k8s.apimachinery.pkg.api.resource.Quantity": quantityStructure,
};

const Version = v.object({ gitVersion: v.string() });
const Document = v.object({ components: v.object({ schemas: v.record(v.string(), v.looseObject({})) }) });

/** What `core-types.json` holds: the release that was asked, and its types. */
export async function fetchCoreTypes(
  client: Pick<ApiClient, "request">,
): Promise<{ kubernetes: string; types: Record<string, ReferringSchema> }> {
  const { gitVersion } = v.parse(Version, (await client.request("/version")).body);
  const { components } = v.parse(Document, (await client.request("/openapi/v3/api/v1")).body);
  return { kubernetes: gitVersion, types: coreTypesOf(components.schemas) };
}

/**
 * The types that our kinds use, as a CustomResourceDefinition can say them: without descriptions, without the values that
 * newer releases may add to, and with a default only where an absent field has one.
 * @param document - `components.schemas` of `/openapi/v3/api/v1`
 */
export function coreTypesOf(
  document: Readonly<Record<string, OpenApiType>>,
): Record<string, ReferringSchema> {
  const found: Record<string, ReferringSchema> = {};
  const waiting = wantedCoreTypes.map((name) => `io.k8s.api.core.v1.${name}`);
  for (const name of waiting) {
    const type = document[name];
    if (type === undefined) throw new Error(`the API server does not describe ${name}`);
    const refer = (to: string): string => {
      if (!waiting.includes(to)) waiting.push(to);
      return shortName(to);
    };
    found[shortName(name)] ??= convert(type, refer);
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function convert(type: OpenApiType, refer: (name: string) => string): ReferringSchema {
  const name = referenceOf(type);
  if (name !== undefined) return scalars[name] ?? { $ref: refer(name) };
  const { properties, items, additionalProperties, required = [] } = type;
  return {
    ...(type.type !== undefined && { type: type.type }),
    ...(type.format !== undefined && { format: type.format }),
    ...extensionsOf(type),
    ...(items && { items: convert(items, refer) }),
    ...(additionalProperties && { additionalProperties: convert(additionalProperties, refer) }),
    ...(properties && { properties: convertProperties(properties, required, refer) }),
    ...(required.length > 0 && { required: required.toSorted() }),
  };
}

function convertProperties(
  properties: Readonly<Record<string, OpenApiType>>,
  required: readonly string[],
  refer: (name: string) => string,
): Record<string, ReferringSchema> {
  const converted = Object.keys(properties)
    .toSorted()
    .map((name) => {
      const type = properties[name] ?? {};
      const { default: fallback } = type;
      const isDefault = fallback !== undefined && typeof fallback !== "object" && !required.includes(name);
      return [name, { ...convert(type, refer), ...(isDefault && { default: fallback }) }] as const;
    });
  return Object.fromEntries(converted);
}

/** Lists and maps; how strategic merge patches work on them is not for a CustomResourceDefinition. */
function extensionsOf(type: OpenApiType): ReferringSchema {
  const names = ["x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (type[name] === undefined ? [] : [[name, type[name]] as const])),
  );
}

function referenceOf({ $ref, allOf }: OpenApiType): string | undefined {
  return REFERENCE.exec($ref ?? allOf?.[0]?.$ref ?? "")?.groups?.["name"];
}

/** `io.k8s.api.core.v1.Affinity` is `Affinity`. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
