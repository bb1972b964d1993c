import type { LosslessObject, LosslessValue } from "@kubewarden-ts/protocol";
import {
  type FieldPath,
  type ManifestDocument,
  type Position,
  readManifestStream,
} from "./manifest-stream.ts";

/** Where something stands. */
export interface Place extends Position {
  /** As the user named it; `-` is standard input. */
  readonly file: string;
}

/** What kept a part of the input from being looked at. */
export interface InputProblem {
  readonly place: Place;
  readonly message: string;
}

/** A Kubernetes object of a manifest. */
export interface ManifestObject {
  readonly value: LosslessObject;
  readonly apiVersion: string;
  /** `""` for the core group */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** `undefined` where the API server makes one up. */
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly place: Place;
  /** The template it was rendered from, where Helm names it. */
  readonly template: string | undefined;
  /** Where a field of the object stands; see {@link ManifestDocument}. */
  readonly locate: ManifestDocument["locate"];
}

export interface ReadObjects {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly InputProblem[];
  /** Documents without `apiVersion` and `kind` that were left out because the user said so. */
  readonly skipped: number;
}

export interface ReadObjectsOptions {
  readonly file: string;
  /** Leave documents without `apiVersion` and `kind` out: values of Helm, settings of other programs. */
  readonly skipUntyped: boolean;
}

/** Reads the objects of a file, those of lists one by one. */
export function readManifestObjects(text: string, options: ReadObjectsOptions): ReadObjects {
  const objects: ManifestObject[] = [];
  const problems: InputProblem[] = [];
  let skipped = 0;
  const problem = ({ line, column }: Position, message: string): void => {
    problems.push({ place: { file: options.file, line, column }, message });
  };
  const visit = (document: ManifestDocument, value: LosslessValue, path: FieldPath): void => {
    const place = document.locate(path);
    const typed = typeOf(value);
    if (typed === undefined) {
      if (options.skipUntyped) skipped++;
      else problem(place, "expected a Kubernetes object, received a document without apiVersion and kind");
      return;
    }
    const items = itemsOf(typed);
    if (items !== undefined) {
      for (const [index, item] of items.entries()) visit(document, item, [...path, "items", index]);
      return;
    }
    const read = readObject(typed, { document, path, file: options.file });
    if (typeof read === "string") problem(place, read);
    else objects.push(read);
  };
  for (const entry of readManifestStream(text)) {
    if (entry.kind === "fault") problem(entry, entry.message);
    else visit(entry, entry.value, []);
  }
  return { objects, problems, skipped };
}

interface Typed {
  readonly value: LosslessObject;
  readonly apiVersion: string;
  readonly kind: string;
}

function typeOf(value: LosslessValue): Typed | undefined {
  if (!(value instanceof Map)) return undefined;
  const [apiVersion, kind] = [value.get("apiVersion"), value.get("kind")];
  const isTyped =
    typeof apiVersion === "string" && typeof kind === "string" && apiVersion !== "" && kind !== "";
  return isTyped ? { value, apiVersion, kind } : undefined;
}

/** The items of `List`, `PodList` and their like; in the typed ones they need not say what they are, as for `kubectl`. */
function itemsOf({ value, apiVersion, kind }: Typed): LosslessValue[] | undefined {
  const items = value.get("items");
  if (!kind.endsWith("List") || !Array.isArray(items)) return undefined;
  const itemKind = kind.slice(0, -"List".length);
  if (itemKind === "") return items;
  return items.map((item) => {
    if (!(item instanceof Map) || typeOf(item) !== undefined) return item;
    return new Map([...item, ["apiVersion", apiVersion], ["kind", itemKind]]);
  });
}

/** The object, or what is wrong with it. */
function readObject(
  { value, apiVersion, kind }: Typed,
  { document, path, file }: { document: ManifestDocument; path: FieldPath; file: string },
): ManifestObject | string {
  const metadata = value.get("metadata") ?? new Map();
  if (!(metadata instanceof Map)) return `metadata of ${kind}: expected a mapping`;
  const [name, namespace, labels = null] = ["name", "namespace", "labels"].map((key) => metadata.get(key));
  if (!isAbsentOrText(name)) return `metadata.name of ${kind}: expected a string`;
  const title = name ? `${kind} ${name}` : kind;
  if (!isAbsentOrText(namespace)) return `metadata.namespace of ${title}: expected a string`;
  const texts = labels === null ? {} : textsOf(labels);
  if (texts === undefined) return `metadata.labels of ${title}: expected a mapping of strings`;
  const parts = apiVersion.split("/");
  if (parts.length > 2) return `apiVersion of ${title}: expected GROUP/VERSION`;
  const [group = "", version = ""] = parts.length === 1 ? ["", apiVersion] : parts;
  const { line, column } = document.locate(path);
  return {
    ...{ value, apiVersion, group, version, kind, labels: texts },
    name: name || undefined,
    namespace: namespace || undefined,
    place: { file, line, column },
    template: document.source,
    locate(field) {
      const found = document.locate([...path, ...field]);
      return { ...found, matched: Math.max(found.matched - path.length, 0) };
    },
  };
}

function isAbsentOrText(value: LosslessValue | undefined): value is string | null | undefined {
  return value === undefined || value === null || typeof value === "string";
}

function textsOf(value: LosslessValue): Record<string, string> | undefined {
  if (!(value instanceof Map)) return undefined;
  const entries = [...value].filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return entries.length === value.size ? Object.fromEntries(entries) : undefined;
}

/** How messages name an object: `Deployment web/shop`. */
export function objectName({
  kind,
  name,
  namespace,
}: Pick<ManifestObject, "kind" | "name" | "namespace">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name ?? "(unnamed)"}`;
}
