import { errorText } from "@kubewarden-ts/base";
import type { SettingsValue } from "@kubewarden-ts/policy-evaluation";
import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput } from "../errors.ts";
import type { PolicyDefinition } from "./policy-definition.ts";
import { policyFromSpec, policyKinds } from "./policy-spec.ts";
import { readYamlDocuments } from "./yaml-documents.ts";

const apiVersion = "policies.kubewarden.io/v1";

/**
 * Reads the policies and groups of a file of custom resources, in the order of the file (kwctl-and-oci.md 8.2).
 * @param text - YAML with any number of documents; empty ones are skipped
 * @param path - for messages
 * @param hostCapabilities - patterns that every policy and member is granted
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export function readCustomResources(
  text: string,
  path: string,
  hostCapabilities: readonly string[],
): PolicyDefinition[] {
  const documents = readResourceDocuments(text, path);
  if (documents.length === 0) throw notReference("the file holds no document");
  return documents.map((document) => readCustomResource(document, hostCapabilities));
}

/**
 * The documents of a file of custom resources, none of them looked at.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export function readResourceDocuments(text: string, path: string): Record<string, unknown>[] {
  return readDocuments(text, path).map((document) => {
    const read = v.safeParse(JsonObject, document);
    if (!read.success) throw notReference("the document is not a mapping");
    return read.output;
  });
}

function readDocuments(text: string, path: string): SettingsValue[] {
  try {
    return readYamlDocuments(text);
  } catch (error) {
    throw invalidInput(`Cannot parse YAML file ${JSON.stringify(path)}: ${errorText(error)}`);
  }
}

/** One policy or group. @throws {KwctlError} `KWCTL_INPUT_INVALID` */
export function readCustomResource(
  document: Readonly<Record<string, unknown>>,
  hostCapabilities: readonly string[],
): PolicyDefinition {
  if (document["apiVersion"] !== apiVersion) {
    throw invalidInput(`invalid apiVersion ${optional(document["apiVersion"])}`);
  }
  const kind = policyKinds.find((known) => known === document["kind"]);
  if (kind === undefined) {
    throw invalidInput(`unknown kind ${optional(document["kind"])}, not a Kubewarden policy`);
  }
  const spec = document["spec"];
  if (spec === undefined || spec === null) {
    throw invalidInput(`CRD does not have spec, but it is required for ${kind}`);
  }
  const id = nameOf(document["metadata"]) ?? "crd-without-name";
  return { id, entry: policyFromSpec(spec, { kind, id, hostCapabilities }), contextAware: "entry" };
}

const Named = v.object({ name: v.pipe(v.string(), v.nonEmpty()) });

function nameOf(metadata: unknown): string | undefined {
  const read = v.safeParse(Named, metadata);
  return read.success ? read.output.name : undefined;
}

function notReference(reason: string) {
  return invalidInput(`cannot extract ObjectReference: ${reason}`);
}

/** As Rust shows an optional text. */
function optional(value: unknown): string {
  return typeof value === "string" ? `Some(${JSON.stringify(value)})` : "None";
}
