import { items, member, members, textMember } from "./json-member.ts";

/** A kind that a document describes. */
export interface DescribedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** JSON Schema, as Kubernetes has it. */
  readonly schema: unknown;
  /** The document, which references in the schema point into. */
  readonly document: unknown;
}

/** The kinds of an OpenAPI document of version 2 or 3, or of a CustomResourceDefinition; none of anything else. */
export function kindsIn(document: unknown): DescribedKind[] {
  if (textMember(document, "kind") === "List") return items(member(document, "items")).flatMap(kindsIn);
  if (textMember(document, "kind") === "CustomResourceDefinition") return kindsOfDefinition(document);
  const schemas = member(document, "definitions") ?? member(member(document, "components"), "schemas");
  return members(schemas).flatMap(([, schema]) => {
    const [first, ...others] = items(member(schema, "x-kubernetes-group-version-kind"));
    // Kinds of many groups, such as DeleteOptions, are no objects.
    if (first === undefined || others.length > 0) return [];
    const [group = "", version = "", kind = ""] = ["group", "version", "kind"].map(
      (key) => textMember(first, key) ?? "",
    );
    return isObjectSchema(schema) ? [{ group, version, kind, schema, document }] : [];
  });
}

/** Lists have kinds too, but none that is admitted. */
function isObjectSchema(schema: unknown): boolean {
  const metadata = member(member(schema, "properties"), "metadata");
  return metadata !== undefined && !JSON.stringify(metadata).includes("ListMeta");
}

function kindsOfDefinition(document: unknown): DescribedKind[] {
  const spec = member(document, "spec");
  const kind = textMember(member(spec, "names"), "kind");
  if (kind === undefined) return [];
  return items(member(spec, "versions")).flatMap((entry) => {
    const version = textMember(entry, "name");
    const schema = member(member(entry, "schema"), "openAPIV3Schema");
    if (version === undefined || member(entry, "served") === false) return [];
    return [{ group: textMember(spec, "group") ?? "", version, kind, schema, document }];
  });
}
