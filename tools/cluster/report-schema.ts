// What reports say, version by version (audit-and-reports.md 4.1).
import type { StructuralSchema } from "@kubewarden-ts/api/crds";
import { severities } from "../../apps/audit-scanner/src/reports/report.ts";
import { coreTypeSchema } from "../../packages/api/src/crds/core-types.ts";

/** The versions that are served, of both kinds of reports. */
export type ReportSchemaVersion =
  | "openreports.io/v1alpha1"
  | "wgpolicyk8s.io/v1alpha1"
  | "wgpolicyk8s.io/v1alpha2"
  | "wgpolicyk8s.io/v1beta1";

type Fields = Readonly<Record<string, StructuralSchema>>;

const outcomes = ["pass", "fail", "warn", "error", "skip"] as const;
const earlySeverities = ["high", "low", "medium"] as const;

/** The schema of a whole report; `metadata` is the API server's own. */
export function reportSchema(version: ReportSchemaVersion): StructuralSchema {
  const isOpen = version === "openreports.io/v1alpha1";
  const schema = object("What policies say about an object, or about a set of objects.", {
    apiVersion: string("Group and version of this object's schema."),
    kind: string("Kind of the object."),
    metadata: { type: "object" },
    ...(isOpen && { source: string("The tool that wrote the report."), configuration }),
    scope: objectReference("The object that the report is about."),
    scopeSelector: labelSelector("Labels of the objects that the report is about."),
    summary: object("How many results there are of each kind.", summaryFields),
    results: array("What each policy says.", resultSchema(version)),
  });
  return isOpen ? schema : withoutMergeMarks(schema);
}

function resultSchema(version: ReportSchemaVersion): StructuralSchema {
  const isEarly = version === "wgpolicyk8s.io/v1alpha1";
  const fields = {
    policy: string("Name of the policy."),
    rule: string("Name of the rule of the policy."),
    category: string("What the policy is about."),
    message: string("What the policy says, for people."),
    severity: picklist("How much it matters.", isEarly ? earlySeverities : severities),
    scored: { type: "boolean", description: "Whether the result counts." },
    resources: array("The objects that the result is about, if not the report's.", objectReference()),
    resourceSelector: labelSelector("Labels of the objects that the result is about."),
    ...(isEarly ? earlyFields : laterFields),
  };
  return object(undefined, fields, ["policy"]);
}

const earlyFields: Fields = {
  status: picklist("What came out.", outcomes),
  data: texts("What else the tool tells."),
};

const laterFields: Fields = {
  source: string("The tool that asked the policy."),
  result: picklist("What came out.", outcomes),
  timestamp: object(
    "When the policy was asked.",
    {
      seconds: { type: "integer", format: "int64", description: "Since 1970, in UTC." },
      nanos: { type: "integer", format: "int32", description: "Nanoseconds within the second." },
    },
    ["nanos", "seconds"],
  ),
  properties: texts("What else the tool tells."),
};

const configuration = object(
  "How the report was made.",
  {
    limits: object("What was left out.", {
      maxResults: { type: "integer", description: "The most results in one report." },
      statusFilter: array("The results that are kept.", picklist(undefined, outcomes)),
    }),
  },
  ["limits"],
);

const summaryFields: Fields = Object.fromEntries(
  outcomes.map((outcome) => [outcome, { type: "integer", description: `How often it was ${outcome}.` }]),
);

function objectReference(description?: string): StructuralSchema {
  const fields = {
    apiVersion: string("Group and version of the object."),
    kind: string("Kind of the object."),
    namespace: string("Namespace of the object."),
    name: string("Name of the object."),
    uid: string("UID of the object."),
    resourceVersion: string("State of the object that was looked at."),
    fieldPath: string("The part of the object that was looked at."),
  };
  return { ...object(description, fields), "x-kubernetes-map-type": "atomic" };
}

/** The definitions of wgpolicyk8s.io have none: who applies such a report owns single fields of a reference or selector. */
function withoutMergeMarks(schema: StructuralSchema): StructuralSchema {
  const { items, properties, ...facts } = schema;
  const { "x-kubernetes-list-type": _list, "x-kubernetes-map-type": _map, ...rest } = facts;
  return {
    ...rest,
    ...(items && { items: withoutMergeMarks(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, withoutMergeMarks(field)]),
      ),
    }),
  };
}

function labelSelector(description: string): StructuralSchema {
  return { ...coreTypeSchema("LabelSelector"), description };
}

function texts(description: string): StructuralSchema {
  return { type: "object", description, additionalProperties: { type: "string" } };
}

function string(description: string): StructuralSchema {
  return { type: "string", description };
}

function picklist(description: string | undefined, values: readonly string[]): StructuralSchema {
  return { type: "string", ...(description !== undefined && { description }), enum: values };
}

function array(description: string, items: StructuralSchema): StructuralSchema {
  return { type: "array", description, items };
}

function object(
  description: string | undefined,
  properties: Fields,
  required: readonly string[] = [],
): StructuralSchema {
  return {
    type: "object",
    ...(description !== undefined && { description }),
    properties,
    ...(required.length > 0 && { required }),
  };
}
