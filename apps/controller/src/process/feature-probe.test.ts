import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { KubeError, type KubeErrorCode, type KubeResponse } from "@kubewarden-ts/kube";
import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { probeFeatures } from "./feature-probe.ts";

function answer(document: unknown): KubeResponse {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  return { status: 200, body: new TextEncoder().encode(text) };
}

function documentWith(...fields: string[]): unknown {
  const properties = Object.fromEntries(fields.map((field) => [field, {}]));
  const schemas = { "io.k8s.api.admissionregistration.v1.ValidatingWebhook": { properties } };
  return { openapi: "3.0.0", components: { schemas } };
}

const failed = (code: KubeErrorCode) => new KubeError(code, { code });

/** Probes an API server that answers so, one answer after the other, with a clock that jumps. */
async function probe(...answers: (KubeResponse | Error)[]) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
  const pauses: number[] = [];
  const clock = { ...createFakeClock(), sleep: async (ms: number) => void pauses.push(ms) };
  const paths: string[] = [];
  const get = async (path: string) => {
    paths.push(path);
    const next = answers.shift();
    if (next instanceof Error || next === undefined) throw next ?? new Error("asked too often");
    return next;
  };
  const { signal } = new AbortController();
  const features = await probeFeatures({ get }, { log, clock, signal });
  return { features, lines, pauses, paths };
}

describe("controller 33: what the API server can do", () => {
  it("is read from its own description", async () => {
    const { features, paths } = await probe(answer(documentWith("rules", "matchConditions")));
    expect(features).toEqual({ matchConditions: true });
    expect(paths).toEqual(["/openapi/v3/apis/admissionregistration.k8s.io/v1"]);
  });

  it("is less where the field is not there, and the log says so", async () => {
    const { features, lines } = await probe(answer(documentWith("rules")));
    expect(features).toEqual({ matchConditions: false });
    expect(lines).toMatchObject([{ level: "info", message: expect.stringContaining("no matchConditions") }]);
  });

  it.each<KubeErrorCode>(["KUBE_NOT_FOUND", "KUBE_RESOURCE_UNKNOWN"])(
    "is less where there is no such description (%s)",
    async (code) => {
      expect((await probe(failed(code))).features).toEqual({ matchConditions: false });
    },
  );

  it.each<[string, KubeResponse | Error]>([
    ["is not there", failed("KUBE_UNAVAILABLE")],
    ["forbids it", failed("KUBE_FORBIDDEN")],
    ["answers rubbish", answer("<html>")],
    ["answers something else", answer({ components: { schemas: {} } })],
  ])("is asked again when the API server %s, and never taken for less", async (_row, first) => {
    const { features, lines, pauses } = await probe(first, first, answer(documentWith("matchConditions")));
    expect(features).toEqual({ matchConditions: true });
    expect(pauses).toEqual([1000, 2000]);
    expect(lines.map(({ level }) => level)).toEqual(["error", "error"]);
  });

  it("is not asked any more when the controller stops", async () => {
    const stop = AbortSignal.abort(new Error("stop"));
    const get = async () => Promise.reject(failed("KUBE_ABORTED"));
    const log = createLogger({ level: "error", target: "test", write: () => {} });
    await expect(probeFeatures({ get }, { log, clock: createFakeClock(), signal: stop })).rejects.toThrow(
      "stop",
    );
  });
});
