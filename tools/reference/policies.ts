import * as v from "valibot";
import { parse } from "yaml";
import { markdownTable, type ReferenceDocument, referenceDocument } from "./document.ts";

const Metadata = v.object({
  mutating: v.optional(v.boolean(), false),
  policyType: v.optional(v.string(), "kubernetes"),
  hostCapabilities: v.optional(v.array(v.string()), []),
  annotations: v.optional(v.record(v.string(), v.string()), {}),
});

const METADATA_FILE = /^policies\/(?<name>[^/]+)\/metadata\.yml$/;

/** The table of our policies, from each `policies/<name>/metadata.yml`. */
export function policiesDocument(files: ReadonlyMap<string, string>): ReferenceDocument {
  const rows = [...files].flatMap(([path, text]) => {
    const name = METADATA_FILE.exec(path)?.groups?.["name"];
    return name === undefined ? [] : [rowOf(name, path, text)];
  });
  const header = ["Policy", "What it does", "Requests", "Mutates", "Host capabilities"];
  const intro = "Each folder of `policies/` is one policy; its `README.md` tells its settings.";
  return referenceDocument("policies", "Policies", `${intro}\n\n${markdownTable(header, rows)}`);
}

function rowOf(name: string, path: string, text: string): string[] {
  const read = v.safeParse(Metadata, parse(text));
  if (!read.success) throw new Error(`${path}: ${v.summarize(read.issues)}`);
  const { mutating, policyType, hostCapabilities, annotations } = read.output;
  const description = annotations["io.kubewarden.policy.description"] ?? "";
  const capabilities = hostCapabilities.map((capability) => `\`${capability}\``).join(", ");
  return [
    `[${name}](../../policies/${name})`,
    description,
    policyType,
    mutating ? "yes" : "no",
    capabilities,
  ];
}
