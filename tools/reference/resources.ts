import { type CustomKind, customKinds } from "../../packages/api/src/crds/kinds.ts";
import { structuralSchema } from "../../packages/api/src/crds/structural-schema.ts";
import { policiesGroup } from "../../packages/api/src/policies/names.ts";
import { markdownTable, type ReferenceDocument, referenceDocument } from "./document.ts";
import { policyConditions, policyServerConditions, reasons, unknownReasons } from "./reasons.ts";
import { structuralFields } from "./structural-fields.ts";

const INTRO = `The kinds of the API group \`${policiesGroup}\`. Their CustomResourceDefinitions are in \`packages/api/crds\`.`;
const FIELDS =
  "Types with a capital letter, such as `Affinity`, are those of a Pod: `kubectl explain pod.spec`.";
const V1ALPHA2 =
  "PolicyServer, ClusterAdmissionPolicy and AdmissionPolicy are also served in v1alpha2, with a warning. It lacks fields, and writing an object through it drops what it lacks. `timeoutSeconds` has no bounds in it.";
const CONDITIONS =
  "`status.conditions` says what the controller found out. `kubectl describe` shows them, and the Events of the object, whose reasons stand here too.";

/**
 * The fields, conditions and reasons of our five kinds, from their schemas.
 * @param files - path to text, of the source code that gives reasons
 * @throws {Error} when the list of reasons and the code differ
 */
export function resourcesDocument(files: ReadonlyMap<string, string>): ReferenceDocument {
  const problems = unknownReasons(files);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const sections = [
    INTRO,
    kindTable(),
    FIELDS,
    ...customKinds.map(kindSection),
    ...["## v1alpha2", V1ALPHA2, v1alpha2Table()],
    ...["## Conditions and Events", CONDITIONS],
    ...["### Conditions of policies and groups", meaningTable("Condition", policyConditions)],
    ...["### Conditions of PolicyServers", meaningTable("Condition", policyServerConditions)],
    ...["### Reasons", meaningTable("Reason", reasons)],
  ];
  return referenceDocument("resources", "Custom resources", sections.join("\n\n"));
}

function kindTable(): string {
  const rows = customKinds.map(({ kind, plural, shortName, namespaced, description, v1alpha2 }) => [
    `[\`${kind}\`](#${kind.toLowerCase()})`,
    `\`${plural}\`, \`${shortName}\``,
    namespaced ? "namespace" : "cluster",
    v1alpha2 === undefined ? "v1" : "v1, v1alpha2",
    description,
  ]);
  return markdownTable(["Kind", "Names", "Scope", "Versions", "Meaning"], rows);
}

function kindSection({ kind, schema, description }: CustomKind): string {
  // types of Kubernetes itself by their name, without their fields
  const { spec = {}, status = {} } =
    structuralSchema(schema, (name) => ({ type: `\`${name}\`` })).properties ?? {};
  const rows = structuralFields({ type: "object", properties: { spec, status }, required: ["spec"] }).map(
    ({ path, type, absent, meaning }) => [`\`${path}\``, type, absent, meaning],
  );
  return [`## ${kind}`, description, markdownTable(["Field", "Type", "When absent", "Meaning"], rows)].join(
    "\n\n",
  );
}

function v1alpha2Table(): string {
  const rows = customKinds.flatMap(({ kind, v1alpha2 }) => {
    const fields = v1alpha2?.lacksFields.toSorted().map((name) => `\`${name}\``);
    return fields === undefined ? [] : [[`\`${kind}\``, fields.join(", ")]];
  });
  return markdownTable(["Kind", "Lacks"], rows);
}

function meaningTable(what: string, meanings: Readonly<Record<string, string>>): string {
  const rows = Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]);
  return markdownTable([what, "Meaning"], rows);
}
