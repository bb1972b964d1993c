import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readClientTls } from "../../apps/audit-scanner/src/evaluation/client-tls.ts";
import { createEvaluator } from "../../apps/audit-scanner/src/evaluation/create-evaluator.ts";
import { pod, question } from "../../apps/audit-scanner/src/evaluation/testing/questions.ts";
import { type WapcGuestName, wapcGuests } from "../guests/text/wapc.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { bundledProgram } from "./bundled-program.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";

const { signal } = new AbortController();
const started = new AsyncDisposableStack();
let folder = "";
let server: RunningServer;

const guests: readonly WapcGuestName[] = ["accept", "reject-with-code", "mutate-other", "trap"];
const member = (name: string) => ({ module: moduleOf(name) });
const moduleOf = (name: string) => `file://${folder}/${name}.wasm`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-evaluation-"));
  started.defer(() => rm(folder, { recursive: true }));
  const program = started.use(await bundledProgram("policy-server"));
  for (const name of guests) {
    await writeFile(join(folder, `${name}.wasm`), asPolicy(assemble(wapcGuests[name]), { mutating: true }));
  }
  const root = issueCertificate("root", { authority: true });
  const client = issueCertificate("scanner", { issuer: root });
  const own = issueCertificate("policy-server", { issuer: root });
  const files = { "ca.crt": root.cert, "tls.crt": own.cert, "tls.key": own.key };
  const others = { "client.crt": client.cert, "client.key": client.key };
  for (const [name, text] of Object.entries({ ...files, ...others }))
    await writeFile(join(folder, name), text);
  const policies = {
    "clusterwide-accept": member("accept"),
    "clusterwide-monitored": { ...member("reject-with-code"), policyMode: "monitor", message: "custom" },
    "clusterwide-mutating": { ...member("mutate-other"), allowedToMutate: true },
    "clusterwide-trap": member("trap"),
    "clusterwide-group-g": {
      policies: { good: member("accept"), bad: member("reject-with-code") },
      expression: "good() && bad()",
      message: "not here",
    },
  };
  const args = [
    ...["--ignore-kubernetes-connection-failure", `--cert-file=${folder}/tls.crt`],
    ...[`--key-file=${folder}/tls.key`, `--client-ca-file=${folder}/ca.crt`, "--max-body-bytes=20000"],
  ];
  server = started.use(await startServerProgram(program.path, { policies, args }));
});
afterAll(() => started.disposeAsync());

const names = ["accept", "monitored", "mutating", "trap", "group-g", "none"].map(
  (each) => `clusterwide-${each}`,
);

async function verdicts(batch: boolean, padding = 0) {
  const tls = await readClientTls({
    extraCaFile: join(folder, "ca.crt"),
    clientCertFile: join(folder, "client.crt"),
    clientKeyFile: join(folder, "client.key"),
  });
  await using evaluator = createEvaluator({ tls, log: silentLogger, batch });
  const url = `https://localhost:${server.port}`;
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    x: "x".repeat(padding),
  });
  const questions = names.map((name) => question(name, url));
  return await evaluator.evaluate(pod("web", { bytes: Buffer.from(text) }), questions, signal);
}

describe.each([
  ["one by one", false],
  ["in a batch", true],
])("audit-and-reports 8, 11, 13, 32: our policy server asked %s by mutual TLS", (_row, batch) => {
  it("says what each policy says", async () => {
    const said = await verdicts(batch);
    expect(said.map(({ policy, result }) => [policy.uniqueName, result])).toEqual([
      ["clusterwide-accept", "pass"],
      ["clusterwide-monitored", "fail"],
      ["clusterwide-mutating", "pass"],
      ["clusterwide-trap", "error"],
      ["clusterwide-group-g", "fail"],
      ["clusterwide-none", "error"],
    ]);
    expect(said[1]?.message).toBe("no");
    expect(said[2]?.mutationPending).toBe(true);
    expect(said[3]?.message).toContain("Guest call failure: wasm trap: unreachable");
    expect(said[4]).toMatchObject({ message: "not here (bad: no)", failedMembers: { bad: "no" } });
    expect(said[5]?.message).toContain("it answered HTTP 404: unknown policy: clusterwide-none; ");
  });

  it("an object that is too big is an error for each policy", async () => {
    for (const { result, message } of await verdicts(batch, 30_000)) {
      expect(result).toBe("error");
      expect(message).toContain("it answered HTTP 413");
    }
  });
});

it("architecture 5: a batch tells revisions and reads, and judges as single questions do", async () => {
  const [together, alone] = [await verdicts(true), await verdicts(false)];
  const plain = (said: Awaited<ReturnType<typeof verdicts>>) =>
    said.map(({ atMs: _, revision: __, reads: ___, policy: ____, ...rest }) => rest);
  expect(plain(together)).toEqual(plain(alone));
  // the last one is not there
  expect(together.slice(0, 5).map(({ reads }) => reads)).toEqual(Array(5).fill([]));
  for (const { revision } of together.slice(0, 5)) expect(revision).toMatch(/\S/);
});
