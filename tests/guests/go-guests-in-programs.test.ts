import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { silentLogger } from "@kubewarden-ts/base";
import { type Evaluator, parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy } from "../support/text-guest.ts";

const kwctl = join(import.meta.dirname, "../../apps/kwctl/src/main.ts");
const guests = [
  ["go-wasi", "wasi"],
  ["go-wapc-reactor", "kubewarden-wapc"],
] as const;

function requestOf(labels: Record<string, string>) {
  return {
    uid: "u1",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    operation: "CREATE",
    userInfo: {},
    object: { apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels } },
  };
}

describe.skipIf(requires("go").skip)("policies built by Go, unchanged", () => {
  let folder: string;
  let evaluator: Evaluator;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "go-guests-"));
    const entries = guests.map(async ([name, executionMode]) => {
      const module = asPolicy(await readFile(guestModulePath(name)), { executionMode, mutating: true });
      await writeFile(join(folder, `${name}.wasm`), module);
      return [name, { module: name, allowedToMutate: true }] as const;
    });
    evaluator = await startEvaluator({
      policies: parsePolicies(JSON.stringify(Object.fromEntries(await Promise.all(entries))), "policies.yml"),
      fetchModule: (name) => readFile(join(folder, `${name}.wasm`)),
      workers: 1,
      defaultTimeoutMs: 5000,
      serveCapability: () => Promise.reject(new Error("no host calls here")),
      log: silentLogger,
    });
  });
  afterAll(async () => {
    await evaluator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it.each(
    guests.flatMap(
      ([name]) =>
        [
          [name, "accepts", {}],
          [name, "rejects", { forbidden: "" }],
        ] as const,
    ),
  )("policy-runtime 3, 15: %s %s alike in the policy server and in kwctl", async (name, verdict, labels) => {
    const request = JSON.stringify({ kind: "AdmissionReview", request: requestOf(labels) });
    const evaluation = await evaluator.admission("validate", name, new TextEncoder().encode(request));
    if (evaluation.kind !== "response") throw new Error(JSON.stringify(evaluation));
    expect(evaluation.response.allowed).toBe(verdict === "accepts");

    const requestPath = join(folder, `${name}-${verdict}.json`);
    await writeFile(requestPath, request);
    const args = [kwctl, "run", "--request-path", requestPath, join(folder, `${name}.wasm`)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toEqual(evaluation.response);
  });
});
