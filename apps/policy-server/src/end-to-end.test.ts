import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildPolicies } from "../../../policies/build.ts";
import { wapcGuests } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { accepted, podReview, rejected } from "./testing/reviews.ts";
import { type EndedProgram, type RunningProgram, startProgram } from "./testing/running-program.ts";
import { post, startedProgram } from "./testing/started-program.ts";

const denied = "Privileged container is not allowed";
const privileged = podReview({ privileged: true });
const unprivileged = podReview();

let modules: Record<string, string> = {};
let server: RunningProgram;

beforeAll(async () => {
  const files = await buildPolicies({ only: ["pod-privileged", "raw-validation"] });
  modules = Object.fromEntries(files.map(({ name, path }) => [name, `file://${path}`]));
  server = await startedProgram(
    {
      psp: { module: modules["pod-privileged"] },
      monitored: { module: modules["pod-privileged"], policyMode: "monitor" },
      messaged: { module: modules["pod-privileged"], message: "Custom error message" },
      deeds: {
        module: modules["raw-validation"],
        settings: { validUsers: ["tonio"], validActions: ["eats"], validResources: ["hay"] },
      },
      group: {
        expression: "a() && true",
        message: "The group policy rejected your request",
        policies: { a: { module: modules["pod-privileged"] } },
      },
    },
    ["--always-accept-admission-reviews-on-namespace=safe"],
  );
});
afterAll(() => server?.stop());

async function failedProgram(policies: object, argv: string[] = []): Promise<EndedProgram> {
  const started = await startProgram({ policies: JSON.stringify(policies), argv }, startEvaluator);
  if ("exit" in started) return started;
  await started.stop();
  throw new Error("the program started");
}

describe("the routes", () => {
  it.each([
    ["policy-server 1: rejects", "/validate/psp", privileged, rejected(denied)],
    ["policy-server 2: accepts", "/validate/psp", unprivileged, accepted],
    ["policy-server 6: accepts in monitor mode", "/validate/monitored", privileged, accepted],
    ["policy-server 7: audits monitor mode as it is", "/audit/monitored", privileged, rejected(denied)],
    ["policy-server 7: audits without custom message", "/audit/messaged", privileged, rejected(denied)],
    ["policy-server 49: evaluates a member alone", "/validate/group%2Fa", privileged, rejected(denied)],
    [
      "policy-server 18: accepts everything in one namespace",
      "/validate/psp",
      podReview({ privileged: true, namespace: "safe" }),
      accepted,
    ],
    ["ignores other queries", "/validate/psp?x=%%", unprivileged, accepted],
    ["takes the caller's deadline", "/validate/psp?timeout=10s", unprivileged, accepted],
  ])("%s", async (_row, path, body, json) => {
    expect(await post(server, path, body)).toEqual({ status: 200, json });
  });

  it("policy-server 17: tells the custom message first", async () => {
    const causes = [{ reason: null, message: denied, field: null }];
    const { json } = await post(server, "/validate/messaged", privileged);
    expect(json).toMatchObject({
      response: { status: { message: "Custom error message", details: { causes } } },
    });
  });

  it("policy-server 21: tells the causes of a group's rejection", async () => {
    const causes = [{ reason: null, message: denied, field: "spec.policies.a" }];
    const { json } = await post(server, "/validate/group", privileged);
    expect(json).toMatchObject({
      response: { status: { message: "The group policy rejected your request", details: { causes } } },
    });
  });

  it.each<[string, unknown, object]>([
    [
      "the request",
      { uid: "r1", user: "tonio", action: "eats", resource: "hay" },
      { uid: "r1", allowed: true },
    ],
    [
      "without a uid",
      { user: "tonio", action: "eats", resource: "banana" },
      { uid: "", allowed: false, status: { message: "this request is not accepted" } },
    ],
    [
      "with a uid that is no text",
      { uid: 7, user: "tonio", action: "eats", resource: "hay" },
      { uid: "", allowed: true },
    ],
    ...["hello", 5, true, null, ["uid"]].map((request): [string, unknown, object] => [
      JSON.stringify(request),
      request,
      { uid: "", allowed: false, status: { message: "cannot unmarshal request" } },
    ]),
  ])("policy-server 38: answers a raw request: %s", async (_row, request, response) => {
    const json = { response: { ...response, auditAnnotations: null, warnings: null } };
    expect(await post(server, "/validate_raw/deeds", { request })).toEqual({ status: 200, json });
  });

  it.each(["/validate", "/audit", "/validate_raw"])(
    "policy-server 12: %s of an unknown policy",
    async (route) => {
      expect(await post(server, `${route}/x`, unprivileged)).toEqual({
        status: 404,
        json: { message: "unknown policy: x", status: 404 },
      });
    },
  );

  it.each([
    ["{", 400, /^Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1$/],
    [
      "{}",
      422,
      /^Failed to deserialize the JSON body into the target type: missing field `request` at line 1 /,
    ],
    [{ request: { uid: 1 } }, 422, /uid/],
  ])("policy-server 13, 14: answers %j with %i", async (body, status, message) => {
    for (const id of ["psp", "group", "unknown"]) {
      const answer = await post(server, `/validate/${id}`, body);
      expect(answer).toEqual({ status, json: { message: expect.stringMatching(message), status } });
    }
  });

  it("policy-server 49: an id with two slashes", async () => {
    expect(await post(server, "/validate/a%2Fb%2Fc", unprivileged)).toEqual({
      status: 500,
      json: { message: "Something went wrong", status: 500 },
    });
  });

  it("policy-server 6: logs what monitor mode let through", async () => {
    await post(server, "/validate/monitored", podReview({ privileged: true, uid: "logged" }));
    const line = server.logs().find(({ fields }) => fields.message === "policy evaluation (monitor mode)");
    expect(line).toMatchObject({
      fields: {
        ...{ policy_id: "monitored", allowed_to_mutate: false },
        response: expect.stringMatching(`allowed: false.*${denied}`),
      },
      spans: [
        { name: "request", method: "POST" },
        // nothing names this machine
        { name: "validation", policy_id: "monitored", host: "unknown" },
      ],
    });
  });
});

describe("start and stop", () => {
  it("policy-server 23: names every policy that cannot be loaded, and binds nothing", async () => {
    const { exit, stdout, stderr } = await failedProgram({
      fine: { module: modules["pod-privileged"] },
      missing: { module: "file:///nonexistent/x.wasm" },
      unset: { module: modules["raw-validation"] },
    });
    expect(exit).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([
      "Error: Error while downloading policy 'missing' from file:///nonexistent/x.wasm: No such file or directory (os error 2)",
      expect.stringContaining("policy 'unset': Policy settings are invalid: valid_users cannot be empty"),
    ]);
    expect(stdout).not.toContain("started");
  });

  it("policy-server 24: goes on without them when told so", async () => {
    const policies = {
      fine: { module: modules["pod-privileged"] },
      missing: { module: "file:///nonexistent/x.wasm", policyMode: "monitor", message: "Custom" },
      group: {
        expression: "a()",
        message: "m",
        policies: { a: { module: "file:///nonexistent/y.wasm" } },
      },
    };
    await using other = await startedProgram(policies, ["--continue-on-errors"]);
    const ready = await fetch(`http://127.0.0.1:${other.readinessPort}/readiness`);
    expect(ready.status).toBe(200);
    expect(await post(other, "/validate/fine", unprivileged)).toMatchObject({
      json: { response: { allowed: true } },
    });
    for (const [path, name] of [
      ["/validate/missing", "'missing'"],
      ["/audit/missing", "'missing'"],
      ["/validate/group", "group/"],
    ]) {
      const answer = await post(other, path ?? "", unprivileged);
      const status = { code: 500, message: expect.stringContaining(name ?? "") };
      expect(answer).toMatchObject({ status: 200, json: { response: { allowed: false, status } } });
    }
  });

  it("policy-server 25: refuses a wrong capability pattern also then", async () => {
    const policies = { psp: { module: modules["pod-privileged"], hostCapabilities: ["oci*"] } };
    const { exit, stderr } = await failedProgram(policies, ["--continue-on-errors"]);
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr:
        "Error: bootstrap failure: invalid hostCapabilities pattern for policy psp: invalid pattern \"oci*\": wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match\n",
    });
  });

  it("policy-server 22: refuses a group whose expression names an unknown member", async () => {
    const members = { a: { module: modules["pod-privileged"] } };
    const group = { expression: "a() && b()", message: "m", policies: members };
    const { exit, stderr } = await failedProgram({ group });
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr: expect.stringMatching(/^Error: policy 'group': .*\bb\b/),
    });
  });

  it("policy-server 42, 44: starts with an empty file, stops when asked", async () => {
    const other = await startedProgram({});
    expect(await other.stop()).toMatchObject({ exit: 0, stderr: "" });
    await expect(post(other, "/validate/x", "{}")).rejects.toThrow("fetch failed");
  });
});

describe("a policy that hogs the only worker", () => {
  it("policy-server 36: delays neither readiness nor what is answered without a guest", async () => {
    await using busy = await startedProgram({ spin: await spinning() }, [
      "--workers=1",
      "--policy-timeout=2",
    ]);
    const spin = post(busy, "/validate/spin", privileged);
    const url = `http://127.0.0.1:${busy.port}`;
    const quick = await Promise.race([
      spin.then(() => "the hog was first"),
      Promise.all([
        fetch(`http://127.0.0.1:${busy.readinessPort}/readiness`),
        fetch(`${url}/validate/spin`),
        fetch(`${url}/nowhere`),
        fetch(`${url}/validate/spin`, { method: "POST", body: "{}" }),
      ]).then((answers) => answers.map(({ status }) => status)),
    ]);
    expect(quick).toEqual([200, 405, 404, 415]);
    expect((await spin).json).toMatchObject({ response: { allowed: false, status: { code: 500 } } });
  });
});

/** A policy that never ends, as a file. */
async function spinning(): Promise<{ module: string }> {
  const folder = await mkdtemp(join(tmpdir(), "policy-server-spinning-"));
  const path = join(folder, "spin.wasm");
  await writeFile(path, asPolicy(assemble(wapcGuests["loop-in-call"])));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { module: `file://${path}` };
}
