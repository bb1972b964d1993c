import * as v from "valibot";
import { ProtocolError } from "./errors.ts";
import { compareCodePoints } from "./json/code-point-order.ts";
import { JsonObject } from "./json-object.ts";
import { schemaProblems } from "./schema-problems.ts";
import { StringMap } from "./string-map.ts";

/** Name of the Wasm custom section that holds the metadata (policy-runtime 1.1). Of several, the first counts. */
export const metadataSectionName = "io.kubewarden.metadata";

/** How a module is run; a new mode is a new entry here. */
export const executionModes = ["kubewarden-wapc", "opa", "gatekeeper", "wasi"] as const;
export type ExecutionMode = (typeof executionModes)[number];

/** https://semver.org, the full form. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(\+[\da-zA-Z-]+(\.[\da-zA-Z-]+)*)?$/;

const PolicyRule = v.object({
  apiGroups: v.array(v.string()),
  apiVersions: v.array(v.string()),
  resources: v.array(v.string()),
  operations: v.array(v.picklist(["CREATE", "UPDATE", "DELETE", "CONNECT", "*"])),
});
/** Which requests a policy wants to see. */
export type PolicyRule = v.InferOutput<typeof PolicyRule>;

const ContextAwareResource = v.object({ apiVersion: v.string(), kind: v.string() });
/** Kubernetes objects that a policy may ask for. */
export type ContextAwareResource = v.InferOutput<typeof ContextAwareResource>;

/**
 * What a policy says of itself (policy-runtime 1.2). Unknown fields are ignored, `null` counts as absent where a field
 * has no default; lists that stand for sets come out sorted, without duplicates.
 */
export const PolicyMetadata = v.pipe(
  JsonObject,
  v.object({
    protocolVersion: optionalField(v.picklist(["v1", "Unknown"])),
    rules: v.array(PolicyRule),
    annotations: optionalField(v.pipe(StringMap, v.transform(sortedRecord))),
    mutating: v.boolean(),
    backgroundAudit: v.optional(v.boolean(), true),
    executionMode: v.optional(v.picklist(executionModes), "kubewarden-wapc"),
    policyType: v.optional(v.picklist(["kubernetes", "raw"]), "kubernetes"),
    contextAwareResources: v.optional(
      v.pipe(v.array(ContextAwareResource), v.transform(sortedResources)),
      [],
    ),
    hostCapabilities: optionalField(v.pipe(v.array(v.string()), v.transform(sortedTexts))),
    minimumKubewardenVersion: optionalField(
      v.pipe(v.string(), v.regex(SEMVER, "a semantic version (X.Y.Z)")),
    ),
  }),
);
export type PolicyMetadata = v.InferOutput<typeof PolicyMetadata>;

/**
 * Reads metadata from JSON text.
 * @throws {ProtocolError} `METADATA_INVALID`; the message has one line `path: expected X, received Y` per finding
 */
export function parseMetadata(text: string): PolicyMetadata {
  return toMetadata(parseJson(text));
}

/**
 * Reads the content of the custom section `metadataSectionName`.
 * @throws {ProtocolError} `METADATA_INVALID`, with the message of policy-runtime 1.1
 */
export function parseMetadataSection(content: Uint8Array): PolicyMetadata {
  try {
    return parseMetadata(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content));
  } catch (cause) {
    const detail = cause instanceof ProtocolError ? cause.message : "invalid UTF-8";
    const message = `cannot deserialize custom section \`${metadataSectionName}\` of wasm module: ${detail}`;
    throw new ProtocolError(message, { code: "METADATA_INVALID", cause });
  }
}

/**
 * Checks a value that came from JSON or YAML, and fills in the defaults.
 * @throws {ProtocolError} `METADATA_INVALID`; the message has one line `path: expected X, received Y` per finding
 */
export function toMetadata(value: unknown): PolicyMetadata {
  const result = v.safeParse(PolicyMetadata, value);
  if (result.success) return result.output;
  throw new ProtocolError(schemaProblems(result.issues).join("\n"), { code: "METADATA_INVALID" });
}

/** The metadata as compact JSON with the keys in their canonical order; absent ones are left out. */
export function formatMetadata(metadata: PolicyMetadata): string {
  const { protocolVersion, rules, annotations, mutating, backgroundAudit, executionMode, policyType } =
    metadata;
  return JSON.stringify({
    protocolVersion,
    rules: rules.map(({ apiGroups, apiVersions, resources, operations }) => ({
      apiGroups,
      apiVersions,
      resources,
      operations,
    })),
    annotations: annotations && sortedRecord(annotations),
    mutating,
    backgroundAudit,
    executionMode,
    policyType,
    contextAwareResources: sortedResources(metadata.contextAwareResources),
    hostCapabilities: metadata.hostCapabilities && sortedTexts(metadata.hostCapabilities),
    minimumKubewardenVersion: metadata.minimumKubewardenVersion,
  });
}

/** `null` counts as absent. */
function optionalField<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ProtocolError(message, { code: "METADATA_INVALID", cause });
  }
}

function sortedRecord(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareCodePoints(a, b)));
}

function sortedTexts(texts: string[]): string[] {
  return [...new Set(texts)].sort(compareCodePoints);
}

function sortedResources(resources: ContextAwareResource[]): ContextAwareResource[] {
  const unique = new Map(
    resources.map(({ apiVersion, kind }) => [JSON.stringify([apiVersion, kind]), { apiVersion, kind }]),
  );
  return [...unique.values()].sort(
    (a, b) => compareCodePoints(a.apiVersion, b.apiVersion) || compareCodePoints(a.kind, b.kind),
  );
}
