import type * as v from "valibot";
import { PolicyEntry, PolicyGroupEntry } from "../../packages/policy-evaluation/src/policy-entry.ts";
import { markdownTable, type ReferenceDocument, referenceDocument } from "./document.ts";
import { fieldsOf } from "./schema-fields.ts";

const INTRO =
  "`policies.yml` (`--policies`) is a map from policy id to entry. An entry with `module` is a policy, one with `policies` a group.";

/** The fields of `policies.yml`, from the schemas that read it. */
export function policiesFileDocument(): ReferenceDocument {
  const sections = [
    INTRO,
    "## A policy",
    fieldTable(PolicyEntry),
    "## A group",
    fieldTable(PolicyGroupEntry),
  ];
  return referenceDocument("policies-file", "Fields of policies.yml", sections.join("\n\n"));
}

function fieldTable(schema: v.GenericSchema): string {
  const rows = fieldsOf(schema).map(({ path, type, absent }) => [`\`${path}\``, type, absent]);
  return markdownTable(["Field", "Type", "When absent"], rows);
}
