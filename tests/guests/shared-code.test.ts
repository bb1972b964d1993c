import { readFile } from "node:fs/promises";
import {
  createGuest,
  defaultLimits,
  type Guest,
  type GuestEnvironment,
  type PreparedModule,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";

const environment: GuestEnvironment = {
  now: () => 0,
  monotonic: () => 1,
  fillRandom: (bytes) => void bytes.fill(7),
  sleep: () => ({ done: Promise.resolve(), cancel: () => {} }),
};
const options = { environment, limits: defaultLimits, hostCallsMayWait: false };
const host = {
  call: () => new Uint8Array(),
  print() {},
  suspended() {},
  resumed() {},
};

const privileged = {
  ...{ uid: "1", operation: "CREATE", kind: { group: "", version: "v1", kind: "Pod" } },
  object: {
    metadata: { labels: { owner: "me" } },
    spec: { containers: [{ name: "a", image: "a", securityContext: { privileged: true } }] },
  },
};
const questions = [
  ["validate_settings", { mandatory_labels: ["cost-center"] }],
  ["validate_settings", { run_as_user: { rule: "RunAsAny" } }],
  ["validate", { settings: { mandatory_labels: ["cost-center"] }, request: privileged }],
  ["validate", { settings: {}, request: privileged }],
] as const;

/** What a guest answers to one question, whatever it is. */
async function ask(guest: Guest, [operation, payload]: (typeof questions)[number]): Promise<string> {
  const pieces = [new TextEncoder().encode(JSON.stringify(payload))];
  const result = await guest.call({ operation, pieces }, host);
  return result.kind === "answer" ? new TextDecoder().decode(result.bytes) : result.text;
}

describe("policies in TypeScript", () => {
  let modules: PreparedModule[];
  beforeAll(async () => {
    const files = await buildPolicies({ only: ["pod-privileged", "labels", "user-group-psp"] });
    modules = await Promise.all(
      files.map(async ({ path }) => prepareModule(await readFile(path), "wapc", options)),
    );
  });

  it("are the same code, which V8 then compiles and keeps once", () => {
    expect(modules.map(({ code }) => code)).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{64}$/)));
    expect(new Set(modules.map(({ code }) => code)).size).toBe(1);
  });

  it("policy-runtime 6: answer alike in an instance of their own and in one that was another policy's", async () => {
    const guest = createGuest(modules[0]!, options);
    const answers = new Set<string>();
    for (const question of questions) {
      for (const module of modules) {
        expect(guest.become(module)).toBe(true);
        const answer = await ask(guest, question);
        expect(answer).toBe(await ask(createGuest(module, options), question));
        answers.add(answer);
      }
    }
    expect(answers.size).toBe(5);
  });
});
