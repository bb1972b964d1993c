import { errorText } from "@kubewarden-ts/base";
import type { Settings, SettingsValue } from "@kubewarden-ts/policy-evaluation";
import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { FileSystem } from "../../define-command.ts";
import { invalidInput } from "../../errors.ts";
import { readYamlDocuments } from "../../run/yaml-documents.ts";
import { readUserText } from "../../user-file.ts";

const Types = v.object({
  apiVersion: v.pipe(v.string(), v.nonEmpty()),
  kind: v.pipe(v.string(), v.nonEmpty()),
});
const Name = v.pipe(
  v.nullish(v.string()),
  v.transform((name) => name || undefined),
);
const Metadata = v.pipe(JsonObject, v.object({ name: Name, namespace: Name }));
const Facts = v.object({ metadata: v.nullish(Metadata, {}) });

/** A Kubernetes object, and what a request repeats of it. */
export interface RequestObject {
  /** The whole object; whole numbers are `bigint`, others `number`. */
  readonly object: Settings;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/**
 * Reads a file with one Kubernetes object, in YAML or JSON.
 * @throws {KwctlError} naming the file
 */
export async function readObjectFile(path: string, files: FileSystem): Promise<RequestObject> {
  const text = await readUserText(files, path, `Cannot open object file ${path}`);
  return toRequestObject(readObject(text, path), path);
}

function readObject(text: string, path: string): Settings {
  let documents: SettingsValue[];
  try {
    documents = readYamlDocuments(text);
  } catch (error) {
    throw invalidInput(`Cannot parse object file ${path}: ${errorText(error)}`);
  }
  const [object] = documents;
  if (documents.length > 1) {
    throw invalidInput(
      `Cannot use object file ${path}: expected one object, received ${documents.length} documents`,
    );
  }
  if (typeof object === "object" && object !== null && !Array.isArray(object)) return object;
  throw invalidInput(`Cannot use object file ${path}: expected one object, received something else`);
}

function toRequestObject(object: Settings, path: string): RequestObject {
  const types = v.safeParse(Types, object);
  if (!types.success) throw invalidInput(`object defined inside of ${path} is missing types`);
  const facts = v.safeParse(Facts, object);
  if (!facts.success) {
    throw invalidInput(`Cannot use object file ${path}: ${schemaProblems(facts.issues).join(", ")}`);
  }
  const { apiVersion, kind } = types.output;
  const [version = "", group = "", ...rest] = apiVersion.split("/").reverse();
  if (rest.length > 0) throw invalidInput(`Cannot use object file ${path}: "${apiVersion}" is no apiVersion`);
  const { name, namespace } = facts.output.metadata;
  return { object, group, version, kind, name, namespace };
}
