import { createLogger, type LogLevel, type LogLine } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { failure } from "./answer.ts";
import { readClientTls } from "./client-tls.ts";
import { createEvaluator } from "./create-evaluator.ts";
import { logEvaluation } from "./evaluation-log.ts";
import { pod, question } from "./testing/questions.ts";
import { verdictOfAnswer } from "./verdict-of-answer.ts";

const asked = question("clusterwide-p", "http://server.test");
const judged = (allowed: boolean, code = 200) =>
  ({ kind: "response", response: { uid: "", allowed, patch: "", status: { message: "m", code } } }) as const;

function linesOf(answer: Parameters<typeof logEvaluation>[2]["answer"], level: LogLevel) {
  const lines: LogLine[] = [];
  const log = createLogger({ level, target: "scanner", write: (line) => lines.push(line) });
  logEvaluation(log, pod(), { answer, verdict: verdictOfAnswer(asked, answer, 0) });
  return lines.map(({ message, level: written, fields }) => ({ level: written, message, fields }));
}

describe("audit-and-reports 2.12: lines about evaluations", () => {
  const about = {
    ...{ "response.policy": "clusterwide-p", "response.resource": "web" },
    ...{ kind: "Pod", namespace: "default", uid: "uid-of-web" },
  };

  it.each([
    [failure("late"), "error sending AdmissionReview to PolicyServer", "late"],
    [judged(false, 500), "error evaluating Policy in PolicyServer", "m"],
  ])("%j", (answer, message, error) => {
    expect(linesOf(answer, "error")).toEqual([
      {
        ...{ level: "error", message },
        fields: { ...about, error: expect.stringContaining(error), "response.admissionRequest-name": "web" },
      },
    ]);
  });

  it.each([true, false])("a verdict (%s) is a line of debug", (allowed) => {
    const fields = { ...about, "response.uid": "uid-of-web", "response.allowed": allowed };
    expect(linesOf(judged(allowed), "debug")).toEqual([
      { level: "debug", message: "audit review response", fields },
    ]);
    expect(linesOf(judged(allowed), "info")).toEqual([]);
  });

  it.each([
    [true, ["connecting to PolicyServers endpoints without validating TLS connection"]],
    [false, []],
  ])("--insecure-ssl=%s", async (insecure, messages) => {
    const lines: string[] = [];
    const log = createLogger({
      level: "info",
      target: "scanner",
      write: ({ message }) => lines.push(message),
    });
    await using _evaluator = createEvaluator({ tls: await readClientTls({ insecure }, () => []), log });
    expect(lines).toEqual(messages);
  });
});
