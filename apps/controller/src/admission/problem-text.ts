import { schemaProblems } from "@kubewarden-ts/protocol";
import type * as v from "valibot";
import { shortText } from "../policy/short-text.ts";

/**
 * How what comes in is read: up to the first mistake. What the API server sends has none, it has a schema of its own; whoever
 * else sends something could make as many as fit in a review, and each is remembered with where it is.
 */
export const firstProblem = { abortEarly: true } as const;

/** What a schema has found, in one short line. */
export function problemText(issues: readonly v.BaseIssue<unknown>[]): string {
  return shortText(schemaProblems(issues).join(", "));
}
