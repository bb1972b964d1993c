import * as v from "valibot";
import type { Operation } from "./audited-policy.ts";

/** What the scanner says that a policy says of an object. */
export interface AuditVerdict {
  /** unique name */
  readonly policy: string;
  readonly operation: Operation;
  readonly result: "pass" | "fail" | "error";
  readonly message: string;
  /** the policy would change the object */
  readonly isMutationPending: boolean;
}

/** What a run of the scanner with `--output-scan` tells. */
export interface LoggedReports {
  /** by {@link objectKey}, also where no policy was asked */
  readonly verdicts: ReadonlyMap<string, readonly AuditVerdict[]>;
  /** lines of warnings and errors */
  readonly complaints: readonly string[];
}

const Line = v.looseObject({ level: v.string(), report: v.optional(v.string()) });
const Report = v.looseObject({
  scope: v.looseObject({ kind: v.string(), namespace: v.optional(v.string(), ""), name: v.string() }),
  results: v.optional(
    v.array(
      v.looseObject({
        policy: v.string(),
        result: v.picklist(["pass", "fail", "error"]),
        message: v.optional(v.string(), ""),
        properties: v.looseObject({
          operation: v.optional(v.picklist(["CREATE", "UPDATE"]), "CREATE"),
          "mutation-pending": v.exactOptional(v.literal("true")),
        }),
      }),
    ),
    [],
  ),
});

/** @example objectKey({ kind: "Pod", namespace: "shop", name: "web" }) // "Pod shop/web" */
export function objectKey(object: { kind: string; namespace: string; name: string }): string {
  return `${object.kind} ${object.namespace}/${object.name}`;
}

/** Reads the log of a run. */
export function readLoggedReports(log: string): LoggedReports {
  const lines = log.split("\n").filter((line) => line !== "");
  const read = lines.map((line) => ({ line, ...v.parse(Line, JSON.parse(line)) }));
  const reports = read.flatMap(({ report }) =>
    report === undefined ? [] : [v.parse(Report, JSON.parse(report))],
  );
  return {
    verdicts: new Map(reports.map(({ scope, results }) => [objectKey(scope), results.map(verdictOf)])),
    complaints: read.filter(({ level }) => level !== "info").map(({ line }) => line),
  };
}

type Result = v.InferOutput<typeof Report>["results"][number];

function verdictOf({ policy, result, message, properties }: Result): AuditVerdict {
  const { operation, "mutation-pending": pending } = properties;
  return { policy, operation, result, message, isMutationPending: pending === "true" };
}
