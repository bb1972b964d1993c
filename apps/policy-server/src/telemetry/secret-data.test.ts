import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import {
  type OtlpCollector,
  type ReceivedExport,
  startGrpcCollector,
} from "../../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { podReview } from "../testing/reviews.ts";
import { startProgram } from "../testing/running-program.ts";

const data = { password: Buffer.from("very secret").toString("base64") };
const lastApplied = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ data }) };
const secret = {
  ...{
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: "default", annotations: lastApplied },
  },
  ...{ data, stringData: { token: "very secret" } },
};

/** The guest answers with another object: all of the Secret is in the patch, as what is removed or what stood there. */
const guests = ["accept", "reject-with-code", "mutate-other", "echo", "trap"] as const;

let output = "";
let received: readonly ReceivedExport[] = [];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-secret-"));
  const policies: Record<string, object> = {};
  for (const name of guests) {
    await writeFile(join(folder, name), asPolicy(assemble(wapcGuests[name])));
    for (const policyMode of ["monitor", "protect"]) {
      policies[`${name}-${policyMode}`] = { module: `file://${join(folder, name)}`, policyMode };
    }
  }
  await using collector: OtlpCollector = await startGrpcCollector();
  const started = await startProgram(
    {
      policies: JSON.stringify(policies),
      argv: ["--log-level=trace", "--enable-metrics"],
      env: { KUBEWARDEN_LOG_FMT: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    },
    startEvaluator,
  );
  if ("exit" in started) throw new Error(started.stderr);
  const { request } = podReview() as { request: object };
  const kind = { group: "", version: "v1", kind: "Secret" };
  const body = JSON.stringify({
    request: { ...request, kind, operation: "UPDATE", object: secret, oldObject: secret },
  });
  for (const id of Object.keys(policies)) {
    for (const route of ["validate", "audit"]) {
      const url = `http://127.0.0.1:${started.port}/${route}/${id}`;
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body });
      expect(response.status).toBe(200);
    }
  }
  const ended = await started.stop();
  output = ended.stdout + ended.stderr;
  received = collector.received;
});
afterAll(() => rm(folder, { recursive: true }));

describe("the data of a Secret", () => {
  it("is in no line of the log, whatever its level and the mode of the policy", () => {
    expect(output).toContain("policy evaluation (monitor mode)");
    expect(output).toContain("finished processing request");
    expect(output).not.toContain(data.password);
    expect(output).not.toContain("very secret");
  });

  it("is in no span of a policy that does not say it itself, and in no metric", () => {
    expect(received.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["metrics", "traces"]));
    const sent = JSON.stringify(received);
    expect(sent).toContain("reject-with-code-monitor");
    expect(sent).not.toContain(data.password);
    expect(sent).not.toContain("very secret");
  });
});
