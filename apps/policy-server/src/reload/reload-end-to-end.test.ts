import { hash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../../../policies/build.ts";
import { podReview, rejected } from "../testing/reviews.ts";
import { post, startedProgram } from "../testing/started-program.ts";

const denied = "Privileged container is not allowed";
const privileged = podReview({ privileged: true });

let module = "";
beforeAll(async () => {
  const [file] = await buildPolicies({ only: ["pod-privileged"] });
  module = `file://${file?.path}`;
});
const psp = () => ({ module });

describe("a reload", () => {
  it("puts other policies in place, without a moment in which nothing answers", async () => {
    await using reloading = await startedProgram({ a: psp(), b: psp() });
    await reloading.reload(JSON.stringify({ a: { ...psp(), message: "other" }, c: psp() }));
    expect(reloading.logs().at(-1)?.fields).toMatchObject({ message: "policies reloaded" });
    expect((await post(reloading, "/validate/a", privileged)).json).toMatchObject({
      response: { status: { message: "other" } },
    });
    expect((await post(reloading, "/validate/b", privileged)).status).toBe(404);
    expect((await post(reloading, "/validate/c", privileged)).json).toEqual(rejected(denied));
  });

  it.each([
    ["a file that cannot be read", "p: [", "policies cannot be reloaded"],
    ["a policy that cannot be had", '{"p": {"module": "file:///nowhere.wasm"}}', "policies reloaded"],
  ])("leaves what works in place: %s", async (_what, text, message) => {
    await using reloading = await startedProgram({ p: psp() });
    await reloading.reload(text);
    expect(reloading.logs().at(-1)?.fields.message).toBe(message);
    expect((await post(reloading, "/validate/p", privileged)).json).toEqual(rejected(denied));
  });
});

describe("policies that are watched", () => {
  it("are read again whenever their file changes, without being asked", async () => {
    const psp = (message: string) => ({ module, message });
    await using watching = await startedProgram({ p: psp("one") }, ["--watch-policies"]);
    for (const message of ["two", "three"]) {
      await watching.rewrite(JSON.stringify({ p: psp(message) }));
      expect((await post(watching, "/validate/p", privileged)).json).toMatchObject({
        response: { status: { message } },
      });
    }
  });
});

describe("metrics", () => {
  it("say how reloads ended and which policies are not what the file says", async () => {
    await using scraped = await startedProgram({ p: psp(), q: psp() }, ["--enable-prometheus-metrics"]);
    const samples = async () => {
      const response = await fetch(`http://127.0.0.1:${scraped.readinessPort}/metrics`);
      const text = await response.text();
      return text.split("\n").filter((line) => /^kubewarden_policy_(state|reloads)/.test(line));
    };
    const states = (p: string, q: string) => [
      `kubewarden_policy_state{policy_name="p",state="${p}"} 1`,
      `kubewarden_policy_state{policy_name="q",state="${q}"} 1`,
    ];
    expect(await samples()).toEqual(states("active", "active"));
    await scraped.reload(JSON.stringify({ p: { module: "file:///nowhere.wasm" }, q: psp() }));
    const partly = 'kubewarden_policy_reloads_total{outcome="partly-applied"} 1';
    expect(await samples()).toEqual([partly, ...states("outdated", "active")]);
    await scraped.reload("p: [");
    const refused = 'kubewarden_policy_reloads_total{outcome="refused"} 1';
    expect(await samples()).toEqual([partly, refused, ...states("outdated", "active")]);
  });
});

describe("GET /policies", () => {
  const digestOf = (text: string) => `sha256:${hash("sha256", text)}`;
  const policies = async ({ readinessPort }: { readinessPort: number }) => {
    const response = await fetch(`http://127.0.0.1:${readinessPort}/policies`);
    const text = await response.text();
    return { status: response.status, body: response.ok ? JSON.parse(text) : text };
  };

  it("is there only when it is switched on", async () => {
    await using silent = await startedProgram({ p: psp() });
    expect(await policies(silent)).toEqual({ status: 404, body: "" });
  });

  it("says which revision answers, and what is wrong with the one that was to follow", async () => {
    await using told = await startedProgram({ p: psp() }, ["--enable-policy-status"]);
    const { body: first } = await policies(told);
    expect(first).toEqual({
      policies: [
        {
          ...{ id: "p", kind: "policy", mode: "protect", state: "active" },
          revision: expect.stringMatching(/^[0-9a-f]{64}$/),
          module: {
            digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            settingsDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          },
        },
      ],
      policiesDigest: digestOf(JSON.stringify({ p: psp() })),
    });
    const changed = '{"p": {"module": "file:///nowhere.wasm"}}';
    await told.reload(changed);
    const errors = [expect.stringContaining("/nowhere.wasm")];
    expect((await policies(told)).body).toEqual({
      policies: [{ ...first.policies[0], state: "outdated", errors }],
      policiesDigest: digestOf(changed),
      lastReload: { at: expect.stringMatching(/^\d{4}-.*Z$/), outcome: "partly-applied", errors },
    });
    await told.reload("p: [");
    expect((await policies(told)).body).toMatchObject({
      policiesDigest: digestOf(changed),
      lastReload: { outcome: "refused" },
    });
  });
});
