import * as v from "valibot";
import { parse } from "yaml";
import { markdownTable, type ReferenceDocument, referenceDocument } from "./document.ts";

const Metadata = v.object({
  rules: v.optional(v.array(v.object({ resources: v.array(v.string()) })), []),
  mutating: v.optional(v.boolean(), false),
  policyType: v.optional(v.string(), "kubernetes"),
  hostCapabilities: v.nullish(v.array(v.string()), []),
  contextAwareResources: v.nullish(v.array(v.object({ apiVersion: v.string(), kind: v.string() })), []),
  annotations: v.optional(v.record(v.string(), v.string()), {}),
});
type Metadata = v.InferOutput<typeof Metadata>;

const METADATA_FILE = /^policies\/(?<name>[^/]+)\/metadata\.yml$/;

const HEADER = [
  "Policy",
  "What it does",
  "Requests for",
  "Mutates",
  "Reads",
  "Host capabilities",
  "Severity",
];

const INTRO = [
  "Each folder of `policies/` is one policy. Its README tells settings and messages, its form is what user interfaces show",
  "for the settings. `npm run policies` builds and checks all.",
].join("\n");

/** The table of our policies, from each `policies/<name>/metadata.yml`. */
export function policiesDocument(files: ReadonlyMap<string, string>): ReferenceDocument {
  const rows = [...files].flatMap(([path, text]) => {
    const name = METADATA_FILE.exec(path)?.groups?.["name"];
    return name === undefined ? [] : [[...rowOf(name, readMetadata(path, text)), settingsOf(name, files)]];
  });
  return referenceDocument("policies", "Policies", `${INTRO}\n\n${markdownTable(HEADER, rows)}`);
}

function readMetadata(path: string, text: string): Metadata {
  const read = v.safeParse(Metadata, parse(text));
  if (!read.success) throw new Error(`${path}: ${v.summarize(read.issues)}`);
  return read.output;
}

function rowOf(name: string, metadata: Metadata): string[] {
  const { mutating, hostCapabilities, contextAwareResources, annotations } = metadata;
  return [
    `[${name}](../../policies/${name})`,
    annotations["io.kubewarden.policy.description"] ?? "",
    requestsOf(metadata),
    mutating ? "yes" : "no",
    contextAwareResources.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(", "),
    hostCapabilities.map((capability) => `\`${capability}\``).join(", "),
    annotations["io.kubewarden.policy.severity"] ?? "",
  ];
}

/** The resources of all rules, each once. */
function requestsOf({ policyType, rules }: Metadata): string {
  if (policyType === "raw") return "raw requests";
  const resources = new Set(rules.flatMap((rule) => rule.resources));
  return [...resources].map((resource) => (resource === "*" ? "everything" : resource)).join(", ");
}

/** Links to what tells the settings; the form is generated along with this table, wherever there is code. */
function settingsOf(name: string, files: ReadonlyMap<string, string>): string {
  const links = [
    { text: "README", file: "README.md", madeFrom: "README.md" },
    { text: "form", file: "questions-ui.yml", madeFrom: "policy.ts" },
  ];
  const present = links.filter(({ madeFrom }) => files.has(`policies/${name}/${madeFrom}`));
  return present.map(({ text, file }) => `[${text}](../../policies/${name}/${file})`).join(", ");
}
