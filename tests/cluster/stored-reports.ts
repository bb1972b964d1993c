import type { ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { reportTypes } from "../../apps/audit-scanner/src/reports/report-kinds.ts";

const Stored = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  scope: v.looseObject({ kind: v.string(), namespace: v.optional(v.string(), ""), name: v.string() }),
  summary: v.looseObject({}),
  results: v.optional(
    v.array(
      v.looseObject({
        policy: v.string(),
        result: v.string(),
        properties: v.record(v.string(), v.string()),
      }),
    ),
    [],
  ),
});

/** All reports, by UID of their object, without what differs between runs of the same outcome. */
export async function storedReports(objects: ObjectClient): Promise<Record<string, object>> {
  const { namespaced, cluster } = reportTypes("openreports");
  const found = [...(await objects.list(namespaced)), ...(await objects.list(cluster))];
  return Object.fromEntries(
    found.map((report) => [report.metadata.name, outcomeOf(v.parse(Stored, report))]),
  );
}

/** A run with `--incremental` keeps how it knows that a result holds. */
const ofIncremental = new Set(["policy-revision", "reads"]);

function outcomeOf({ scope, summary, results }: v.InferOutput<typeof Stored>): object {
  return {
    ...{ scope, summary },
    results: results.map(({ timestamp: _when, properties, ...result }) => ({
      ...result,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !ofIncremental.has(name))),
    })),
  };
}

/** Removes all reports. */
export async function deleteReports(objects: ObjectClient): Promise<void> {
  const { namespaced, cluster } = reportTypes("openreports");
  for (const type of [namespaced, cluster]) {
    for (const { metadata } of await objects.list(type)) await objects.delete(type, metadata);
  }
}
