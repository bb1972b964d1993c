import { mapConcurrent } from "@kubewarden-ts/base";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type AdmissionAnswer, askAdmission, pathOf } from "./admission-answers.ts";
import { type AuditedCluster, startAuditedCluster } from "./audited-cluster.ts";
import { auditedPolicies } from "./audited-policies.ts";
import { atOnce, createJudged, type JudgedObject } from "./judged-objects.ts";

const soak = process.env["KUBEWARDEN_TS_SOAK"] === "1";
const pairs = soak ? 20_000 : 400;
const seed = soak ? Date.now() : 27;

const Results = v.object({
  results: v.array(
    v.looseObject({
      object: v.looseObject({ kind: v.string(), name: v.string(), namespace: v.optional(v.string(), "") }),
      policy: v.looseObject({ uniqueName: v.string() }),
      result: v.picklist(["pass", "fail", "error"]),
      message: v.string(),
    }),
  ),
});
type Result = v.InferOutput<typeof Results>["results"][number];

/** A verdict as text; `undefined` when an object may be there. */
type Refusal = string | undefined;

describe.skipIf(requires("kubernetes-controllers").skip)("the audit scanner and admission", () => {
  let audited: AuditedCluster;
  let objects: readonly JudgedObject[];
  let results: Map<string, readonly Result[]>;

  beforeAll(async () => {
    audited = await startAuditedCluster();
    objects = await createJudged(audited.cluster, { pairs, shared: pairs / 20, seed });
    await audited.createPolicies();
    const { exitCode, stdout, stderr } = await audited.scan("--output-format", "json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const found = v.parse(Results, JSON.parse(stdout)).results;
    results = Map.groupBy(found, ({ object }) => `${object.kind} ${object.namespace}/${object.name}`);
  }, 600_000);
  afterAll(() => audited?.[Symbol.asyncDispose]());

  const resultsOf = ({ object, namespace, name }: JudgedObject): readonly Result[] =>
    results.get(`${object.kind} ${namespace}/${name}`) ?? [];

  it("asks exactly the policies whose rules and selectors are about an object", () => {
    const asked = objects.map((each) => resultsOf(each).map(({ policy }) => policy.uniqueName));
    expect(asked.map((names) => names.sort())).toEqual(objects.map(({ judges }) => judges));
  });

  it(`audit-and-reports 1: says of ${pairs} pairs of object and policy what the API server says`, {
    timeout: 600_000,
  }, async () => {
    const disagreements: object[] = [];
    const counts = { refused: 0, admitted: 0 };
    await mapConcurrent(objects, atOnce, async (each) => {
      const { object, namespace, name } = each;
      const answer = await askAdmission(audited.cluster.client, pathOf(object, namespace), name);
      const admission = refusalOf(answer);
      const audit = auditRefusal(resultsOf(each), answer);
      if (admission !== audit)
        disagreements.push({ name: `${object.kind} ${namespace}/${name}`, admission, audit });
      counts[admission === undefined ? "admitted" : "refused"]++;
    });
    const title = `seed ${seed}: ${disagreements.length} of ${objects.length} disagree`;
    expect(disagreements.slice(0, 20), title).toEqual([]);
    // neither may be rare, or nothing was compared
    expect(Math.min(counts.admitted, counts.refused)).toBeGreaterThan(pairs / 5);
  });
});

const groups = new Set(auditedPolicies.filter(({ isGroup }) => isGroup).map(({ uniqueName }) => uniqueName));

/** The API server tells a group's own message, and the report those of its members. */
function asText(policy: string, message: string): string {
  return groups.has(policy) ? policy : `${policy}: ${message}`;
}

function refusalOf(answer: AdmissionAnswer): Refusal {
  switch (answer.kind) {
    case "admitted":
      return undefined;
    case "denied":
      return asText(answer.webhook, answer.message);
    case "other":
      return answer.message;
  }
}

/** The API server tells one refusal of several: the report must have that one. */
function auditRefusal(results: readonly Result[], answer: AdmissionAnswer): Refusal {
  const refusals = results.filter(({ result }) => result !== "pass");
  const webhook = answer.kind === "denied" ? answer.webhook : undefined;
  const found = refusals.find(({ policy }) => policy.uniqueName === webhook) ?? refusals[0];
  if (found === undefined) return undefined;
  const text = asText(found.policy.uniqueName, found.message);
  return found.result === "error" ? `error: ${text}` : text;
}
