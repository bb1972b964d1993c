import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answering, type WapcGuestName, wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import {
  type OtlpCollector,
  type ReceivedExport,
  startGrpcCollector,
} from "../../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { podReview } from "../testing/reviews.ts";
import { post, startedProgram } from "../testing/started-program.ts";

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

/** The patch of this one holds data of the Secret. */
const mutating = answering(
  JSON.stringify({ accepted: true, mutated_object: { ...secret, data: { copy: data.password } } }),
);
const guests = { mutating, ...pick("accept", "reject-with-code", "echo", "trap") };

function pick(...names: WapcGuestName[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, wapcGuests[name]]));
}

let output = "";
const patches: string[] = [];
let received: readonly ReceivedExport[] = [];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-secret-"));
  const policies: Record<string, object> = {};
  for (const [name, text] of Object.entries(guests)) {
    await writeFile(join(folder, name), asPolicy(assemble(text)));
    for (const policyMode of ["monitor", "protect"]) {
      policies[`${name}-${policyMode}`] = { module: `file://${join(folder, name)}`, policyMode };
    }
  }
  await using collector: OtlpCollector = await startGrpcCollector();
  const started = await startedProgram(policies, ["--log-level=trace", "--enable-metrics"], {
    KUBEWARDEN_LOG_FMT: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  });
  const { request } = podReview() as { request: object };
  const kind = { group: "", version: "v1", kind: "Secret" };
  const body = JSON.stringify({
    request: { ...request, kind, operation: "UPDATE", object: secret, oldObject: secret },
  });
  for (const id of Object.keys(policies)) {
    for (const route of ["validate", "audit"]) {
      const { json } = await post(started, `/${route}/${id}`, body);
      const { patch } = Object(json).response;
      if (patch !== undefined) patches.push(patch);
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
    expect(patches).not.toEqual([]);
    for (const kept of [data.password, ...patches]) expect(output).not.toContain(kept);
    expect(output).not.toContain("very secret");
  });

  it("is in no span of a policy that does not say it itself, and in no metric", () => {
    expect(received.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["metrics", "traces"]));
    const sent = JSON.stringify(received);
    expect(sent).toContain("reject-with-code-monitor");
    for (const kept of [data.password, ...patches]) expect(sent).not.toContain(kept);
    expect(sent).not.toContain("very secret");
  });
});
