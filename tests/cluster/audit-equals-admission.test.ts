import { isDeepStrictEqual } from "node:util";
import { mapConcurrent } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type AdmissionAnswer, askAdmission } from "./admission-answers.ts";
import { type AuditedCluster, startAuditedCluster } from "./audited-cluster.ts";
import { tellsOwnMessage } from "./audited-policy.ts";
import { policiesOfAllClasses } from "./audited-policy-classes.ts";
import { atOnce, createJudged, type JudgedObject } from "./judged-objects.ts";
import { type AuditVerdict, type LoggedReports, objectKey, readLoggedReports } from "./logged-reports.ts";

const soak = process.env["KUBEWARDEN_TS_SOAK"] === "1";
/** All pairs of the objects and the policies that are about them, or a seeded choice. */
const pairs = soak ? Number.POSITIVE_INFINITY : 2000;
const ofEachKind = 120;
const seed = soak ? Date.now() : 27;
/** How many of a hundred must be refused, and how many let through, or nothing was compared. */
const leastPercent = 5;

describe.skipIf(requires("kubernetes-controllers").skip)("the audit scanner and admission", () => {
  let audited: AuditedCluster;
  let objects: readonly JudgedObject[];
  let reports: LoggedReports;

  beforeAll(async () => {
    const policies = policiesOfAllClasses;
    audited = await startAuditedCluster(policies);
    objects = await createJudged(audited.cluster, { policies, pairs, ofEachKind, shared: 100, seed });
    await audited.createPolicies();
    const { exitCode, stdout, stderr } = await audited.scan(
      ...["--all-operations", "--expand-wildcards"],
      ...["--disable-store", "--output-scan", "--loglevel", "info"],
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    reports = readLoggedReports(stdout);
  }, 900_000);
  afterAll(() => audited?.[Symbol.asyncDispose]());

  const verdictsOf = (judged: JudgedObject): readonly AuditVerdict[] =>
    reports.verdicts.get(titleOf(judged)) ?? [];

  it("has verdicts of all policies, and nothing to warn of", () => {
    expect(reports.complaints).toEqual([]);
    const errors = objects.flatMap(verdictsOf).filter(({ result }) => result === "error");
    expect(errors).toEqual([]);
  });

  it("audit-and-reports 19, 20: asks the policies whose rules and selectors are about an object, once for each operation", () => {
    const questions = objects.map((each) => ({
      object: titleOf(each),
      asked: verdictsOf(each)
        .map(({ policy, operation }) => `${operation} ${policy}`)
        .sort(),
      meant: each.operations.flatMap((operation) => each.judges.map((policy) => `${operation} ${policy}`)),
    }));
    const wrong = questions.filter(({ asked, meant }) => !isDeepStrictEqual(asked, meant));
    expect(wrong.slice(0, 20), `seed ${seed}: ${wrong.length} of ${questions.length}`).toEqual([]);
  });

  it(`audit-and-reports 1: says of ${soak ? "all" : pairs} pairs of object and policy what the API server says`, {
    timeout: 1_800_000,
  }, async ({ annotate }) => {
    const questions = objects.flatMap((judged) =>
      judged.operations.map((operation) => ({ judged, operation })),
    );
    const compared = await mapConcurrent(questions, atOnce, async ({ judged, operation }) => {
      const answer = await askAdmission(audited.cluster.client, judged, {
        operation,
        version: judged.comesAs,
      });
      const verdicts = verdictsOf(judged).filter((verdict) => verdict.operation === operation);
      return {
        judged,
        question: `${operation} ${titleOf(judged)}`,
        answer,
        admission: admissionOutcome(answer),
        audit: auditOutcome(verdicts, answer),
      };
    });
    const disagreements = compared
      .filter(({ admission, audit }) => admission !== audit)
      .map(({ question, admission, audit }) => ({ question, admission, audit }));
    const counted = objects.filter((each) => each.class !== "shared" && each.judges.length > 0).length;
    const title = `seed ${seed}: ${disagreements.length} disagree of ${counted} pairs`;
    expect(disagreements.slice(0, 20), title).toEqual([]);
    expect(counted).toBeGreaterThanOrEqual(Math.min(pairs, 2000));

    const ofPairs = compared.filter(({ judged }) => judged.judges.length > 0);
    const shares = Map.groupBy(ofPairs, ({ judged }) => judged.class)
      .entries()
      .map(([name, found]) => ({ name, ...percentages(found.map(({ answer }) => answer)) }))
      .toArray();
    await annotate(`${title}; of a hundred: ${JSON.stringify(shares)}`);
    // none may be rare, or nothing was compared
    const rare = shares.filter(({ name, refused, admitted, changed }) => {
      const least = name === "mutating" ? Math.min(refused, admitted, changed) : Math.min(refused, admitted);
      return least < leastPercent;
    });
    expect(rare).toEqual([]);
  });
});

function titleOf({ object: { kind }, namespace, name }: JudgedObject): string {
  return objectKey({ kind, namespace, name });
}

function percentages(answers: readonly AdmissionAnswer[]) {
  const share = (isMeant: (answer: AdmissionAnswer) => boolean): number =>
    Math.round((100 * answers.filter(isMeant).length) / answers.length);
  return {
    refused: share(({ kind }) => kind === "denied"),
    admitted: share((answer) => answer.kind === "admitted" && !answer.isChanged),
    changed: share((answer) => answer.kind === "admitted" && answer.isChanged),
  };
}

const admittedWithChanges = "admitted with changes";

const withOwnMessage = new Set(
  policiesOfAllClasses.filter(({ row }) => tellsOwnMessage(row)).map(({ uniqueName }) => uniqueName),
);

function refusal(policy: string, message: string): string {
  return withOwnMessage.has(policy) ? `${policy}: ${message}` : policy;
}

function admissionOutcome(answer: AdmissionAnswer): string {
  switch (answer.kind) {
    case "admitted":
      return answer.isChanged ? admittedWithChanges : "admitted";
    case "denied":
      return refusal(answer.webhook, answer.message);
    case "invalid":
    case "other":
      return answer.message;
  }
}

/**
 * The API server tells one refusal of several: the report must have that one. What it takes only without the changes of a
 * policy, such as Pods of Windows with capabilities, is nothing that a policy's verdict tells: it has to be pending only.
 */
function auditOutcome(verdicts: readonly AuditVerdict[], answer: AdmissionAnswer): string {
  const isPending = verdicts.some(({ isMutationPending }) => isMutationPending);
  if (answer.kind === "invalid" && isPending) return answer.message;
  const refusals = verdicts.filter(({ result }) => result !== "pass");
  const webhook = answer.kind === "denied" ? answer.webhook : undefined;
  const found = refusals.find(({ policy }) => policy === webhook) ?? refusals[0];
  if (found !== undefined) return refusal(found.policy, found.message);
  return isPending ? admittedWithChanges : "admitted";
}
