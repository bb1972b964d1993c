import { isGroup } from "@kubewarden-ts/api/policies";
import type { Verdict } from "../verdict.ts";
import type { Answer } from "./answer.ts";
import type { Question } from "./evaluator.ts";
import type { PolicyResponse } from "./policy-answer.ts";

/**
 * What an answer means (audit-and-reports.md 2.9, 2.10).
 * @param atMs - when it came
 */
export function verdictOfAnswer({ policy, operation }: Question, answer: Answer, atMs: number): Verdict {
  const known = { policy, operation, atMs };
  if (answer.kind === "failure") {
    const message = `the policy server ${JSON.stringify(policy.server.name)} gave no verdict: ${answer.text}`;
    return { ...known, result: "error", message };
  }
  const { response, revision, reads } = answer;
  return {
    ...known,
    ...judged(response, isGroup(policy.policy)),
    ...(revision !== undefined && { revision }),
    ...(reads !== undefined && { reads }),
  };
}

type Judged = Pick<Verdict, "result" | "message" | "failedMembers" | "mutationPending">;

function judged(response: PolicyResponse, ofGroup: boolean): Judged {
  const { allowed, patch, status } = response;
  const message = status?.message ?? "";
  if (status?.code === 500) {
    const result = "error";
    return {
      result,
      message: message || "the policy could not be evaluated, and the policy server does not say why",
    };
  }
  if (allowed) return { result: "pass", message, ...(changesSomething(patch) && { mutationPending: true }) };
  const causes = causesOf(response);
  const failed = ofGroup ? causes.filter(({ member }) => member !== undefined) : [];
  return {
    result: "fail",
    message: withCauses(message, causes, ofGroup),
    ...(failed.length > 0 && {
      failedMembers: Object.fromEntries(failed.map((each) => [each.member, each.message])),
    }),
  };
}

interface Cause {
  readonly field: string;
  /** of a group: the member that refused */
  readonly member: string | undefined;
  readonly message: string;
}

const memberField = "spec.policies.";

function causesOf({ status }: PolicyResponse): readonly Cause[] {
  return (status?.details?.causes ?? []).map(({ field, message }) => ({
    field: field ?? "",
    member: field?.startsWith(memberField) ? field.slice(memberField.length) : undefined,
    message: message ?? "",
  }));
}

/** @example "not allowed here (signed: no signature; small: 3 replicas are too many)" */
function withCauses(message: string, causes: readonly Cause[], ofGroup: boolean): string {
  const texts = causes.map((cause) => {
    const place = (ofGroup ? cause.member : undefined) ?? cause.field;
    return [place, cause.message].filter((text) => text !== "").join(": ");
  });
  const told = texts.filter((text) => text !== "" && text !== message).join("; ");
  if (told === "") return message;
  return message === "" ? told : `${message} (${told})`;
}

/** A patch that changes nothing is `[]`. */
function changesSomething(patch: string): boolean {
  return patch !== "" && !/^\[\s*\]$/.test(Buffer.from(patch, "base64").toString().trim());
}
