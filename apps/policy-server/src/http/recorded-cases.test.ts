import { isUtf8 } from "node:buffer";
import { silentLogger } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { readAdmissionReview, readRawReview } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../../../../tests/support/requirements.ts";
import { accepted, type FakeCall, fakeEvaluator } from "../testing/fake-evaluator.ts";
import { type Recorded, type RecordedResponse, readRecorded, replay } from "../testing/recorded.ts";
import { type HttpServer, startHttpServer } from "./listener.ts";
import { policyRoutes } from "./policy-routes.ts";
import { readinessRoutes } from "./readiness-routes.ts";

const byPosition = "lists are not read as structs by position: 422 (policy-server 19.6)";
const ofEvaluator =
  "whether a policy with a broken module is known is for the evaluator, which is a fake here";

/** Where the answer is another than upstream's, and why. */
const differences = new Map([
  ["body-trailing-comma", "the whole body is checked before its shape: 400"],
  ["body-deep-200", "nesting is followed deeper than upstream's 127 levels: 200"],
  ["body-list-too-long", byPosition],
  ["body-list-positional", byPosition],
  ["body-list-positional-nulls", byPosition],
  ["request-kind-as-list", byPosition],
  ["raw-mutation-body-list", byPosition],
  ["raw-body-list-object", byPosition],
  ["raw-body-list-two", byPosition],
  ["group-broken-module-privileged-no-owner", ofEvaluator],
  ["always-accept-no-module", ofEvaluator],
  ["always-accept-audit-no-module", ofEvaluator],
]);

const shared = requires("shared-data");
const nothing: Recorded = { servers: {}, cases: [], startup: [] };
const recorded = shared.skip ? nothing : readRecorded();

/** Decides what the HTTP layer leaves to the evaluator, but runs no policy: every known one accepts. */
function evaluatorOf(server: string) {
  const policies = recorded.servers[server]?.policies ?? {};
  const isKnown = (id: string): boolean => {
    const [name = "", member] = id.split("/");
    const entry = Object.hasOwn(policies, name) ? policies[name] : undefined;
    return member === undefined ? entry !== undefined : Object.hasOwn(entry?.policies ?? {}, member);
  };
  return fakeEvaluator(({ origin, policyId, body }: FakeCall): Evaluation => {
    const bytes = Buffer.from(body, "latin1");
    const read = origin === "raw" ? readRawReview(bytes, { isUtf8 }) : readAdmissionReview(bytes, { isUtf8 });
    if (read.kind === "malformed") return read;
    if (policyId.split("/").length > 2) return { kind: "invalid-policy-id" };
    return isKnown(policyId) ? accepted({ uid: read.uid }) : { kind: "unknown-policy" };
  });
}

describe.skipIf(shared.skip)("recorded cases", () => {
  it("finds the recording", () => {
    expect(recorded.cases.length).toBeGreaterThan(300);
  });

  const servers = new Map<string, HttpServer>();

  beforeAll(async () => {
    const common = { host: "127.0.0.1", port: 0, maxBodyBytes: 2 * 1024 * 1024, log: silentLogger };
    for (const name of Object.keys(recorded.servers)) {
      const routes = policyRoutes({ evaluator: evaluatorOf(name), log: silentLogger });
      servers.set(name, await startHttpServer({ ...common, routes }));
    }
    servers.set(
      "readiness",
      await startHttpServer({ ...common, routes: readinessRoutes({ isReady: () => true }) }),
    );
  });
  afterAll(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
  });

  // where upstream does not always answer the same, policies decide
  const single = recorded.cases.filter(({ response }) => response !== undefined);
  it.each(single)("$id", async ({ id, server, listener, request, response }) => {
    const port = servers.get(listener ?? server)?.port ?? 0;
    const answer = await replay(port, request);
    const expected = decidedByHttp(response);
    if (differences.has(id)) expect(decidedByHttp(answer)).not.toBe(expected);
    else expect(decidedByHttp(answer)).toBe(expected);
  });
});

/**
 * What the HTTP layer decides of an answer: all of an error, nothing of an evaluation's result. The texts about bodies
 * are compared where bodies are read, in `protocol`; upstream's plain texts are JSON here.
 */
function decidedByHttp(response: RecordedResponse | undefined): string {
  const { status = 0, contentType, allow, text = "", json } = response ?? {};
  if (status === 200) return JSON.stringify({ status, contentType });
  if (contentType === undefined) return JSON.stringify({ status, allow, text });
  const body = json ?? (contentType === "application/json" ? JSON.parse(text) : { message: text, status });
  const isAboutBody = /^Failed to (parse|deserialize) the/.test(body.message);
  return JSON.stringify({ status, body: isAboutBody ? "about the body" : body });
}
