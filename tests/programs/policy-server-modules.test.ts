import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type WapcGuestName, wapcGuests } from "../guests/text/wapc.ts";
import { digestOf, pushImage } from "../registry/push.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";

const Answer = v.object({
  response: v.object({
    allowed: v.boolean(),
    status: v.optional(v.object({ message: v.optional(v.string()), code: v.optional(v.number()) })),
  }),
});
const Line = v.object({ level: v.string(), fields: v.looseObject({ message: v.string() }) });
const accepting = moduleOf("accept", { mutating: true });
const rejecting = moduleOf("reject-silently");

function moduleOf(guest: WapcGuestName, metadata = {}): Uint8Array {
  return asPolicy(assemble(wapcGuests[guest]), metadata);
}

describe.skipIf(requires("registry").skip)("a policy server with modules in a real registry", () => {
  const started = new AsyncDisposableStack();
  let program: BundledProgram;
  let registry: Registry;
  let relay: Relay;
  let folder = "";
  beforeAll(async () => {
    program = started.use(await bundledProgram("policy-server"));
    registry = started.use(await startRegistry());
    relay = started.use(await startRelay(registry));
    await push("accepting:v1", accepting);
    await push("settings:v1", moduleOf("reject-settings"));
    await push("bare:v1", assemble(wapcGuests.accept));
    await push("newer:v1", moduleOf("accept", { minimumKubewardenVersion: "99.0.0" }));
  });
  afterAll(() => started.disposeAsync());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "policy-server-modules-"));
    started.defer(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "sources.yml"), JSON.stringify({ insecure_sources: [relay.host] }));
  });

  async function push(image: string, bytes: Uint8Array): Promise<void> {
    const [repository = "", tag = ""] = image.split(":");
    await pushImage(registry, { repository, tag, layers: [{ bytes, mediaType: moduleLayerType }] });
  }
  const args = (...more: string[]) => [
    ...["--ignore-kubernetes-connection-failure", "--sources-path", join(folder, "sources.yml")],
    ...["--policies-download-dir", join(folder, "store"), ...more],
  ];
  const start = (policies: object, ...more: string[]): Promise<RunningServer> =>
    startServerProgram(program.path, { policies, args: args(...more) });
  const image = (name: string): string => `${relay.host}/${name}`;
  const answer = async (server: RunningServer, path: string) =>
    v.parse(Answer, JSON.parse(await server.post(path, requests.plain))).response;
  const fieldsOf = (server: RunningServer, message: string) =>
    server.output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => v.parse(Line, JSON.parse(line)))
      .filter(({ fields }) => fields.message === message)
      .map(({ level, fields: { message: _, ...fields } }): Record<string, unknown> => ({ level, ...fields }));
  /** How often modules were asked for; a relay counts from its start. */
  const blobs = () => relay.count("GET", /\/blobs\//);
  const manifests = () => relay.count("GET", /\/manifests\//);

  it("policy-server 28, 29: downloads a module once for all its policies, and at the next start not at all", async () => {
    const policies = {
      first: { module: `registry://${image("accepting:v1")}` },
      second: { module: `registry://${image("accepting:v1")}` },
      third: { module: image("accepting:v1") },
    };
    const before = [manifests(), blobs()];
    {
      await using server = await start(policies);
      for (const id of ["first", "second", "third"]) {
        expect(await answer(server, `/validate/${id}`)).toEqual({ allowed: true });
      }
      const path = join(folder, "store/registry", relay.host, "accepting:v1");
      expect(await readFile(path)).toEqual(Buffer.from(accepting));
      const download_dir = join(folder, "store");
      expect(fieldsOf(server, "policies download")).toEqual([
        { level: "INFO", download_dir, policies_count: 3, status: "init" },
      ]);
      const sha256sum = digestOf(accepting).replace("sha256:", "");
      expect(
        fieldsOf(server, "policy download").toSorted((a, b) =>
          String(a["name"]).localeCompare(String(b["name"])),
        ),
      ).toEqual([
        { level: "INFO", name: "first", path, sha256sum, mutating: true },
        { level: "INFO", name: "third", path, sha256sum, mutating: true },
      ]);
      expect([manifests(), blobs()].map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
    }
    await using server = await start(policies);
    expect(await answer(server, "/validate/first")).toEqual({ allowed: true });
    expect([manifests(), blobs()].map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
  });

  it("policy-server 28: asks for latest at each start", async () => {
    const policies = { p: { module: image("moving") } };
    await push("moving:latest", accepting);
    {
      await using server = await start(policies);
      expect(await answer(server, "/validate/p")).toEqual({ allowed: true });
    }
    await push("moving:latest", rejecting);
    await using server = await start(policies);
    expect(await answer(server, "/validate/p")).toMatchObject({ allowed: false });
  });

  const bad = () => ({
    good: { module: image("accepting:v1") },
    missing: { module: image("nothing:v1") },
    "missing-too": { module: image("nothing:v1") },
    settings: { module: image("settings:v1") },
    bare: { module: image("bare:v1") },
    newer: { module: image("newer:v1") },
    ftp: { module: "ftp://host.test/p.wasm" },
    group: {
      expression: "good() || bad()",
      message: "the group says no",
      policies: { good: { module: image("accepting:v1") }, bad: { module: image("nothing-either:v1") } },
    },
  });
  const notFound = (name: string, user: string) =>
    `Error while downloading policy '${user}' from ${image(name)}: Fail to interact with OCI registry: Registry error: url http://${image(name).replace("/", "/v2/").replace(":v1", "/manifests/v1")}, envelope: OCI API errors: [OCI API error: manifest unknown]`;
  const noProtocol =
    "Policy is missing protocol version, which is required for KubewardenWapc execution mode";
  const tooNew = "Policy required Kubewarden version 99.0.0 but is running on 1.38.0";

  it("policy-server 23: names all that is wrong, and ends with 1", async () => {
    const policiesFile = join(folder, "policies.yml");
    await writeFile(policiesFile, JSON.stringify(bad()));
    const { exitCode, stdout, stderr } = await runToEnd(program.path, args("--policies", policiesFile), {
      env: { ...bareEnvironment, HOME: folder },
    });
    expect(exitCode).toBe(1);
    expect(stderr.split("\n").filter((line) => line.startsWith("Error: "))).toEqual([
      `Error: ${notFound("nothing:v1", "missing")}`,
      `Error: policy 'missing-too': ${notFound("nothing:v1", "missing")}`,
      "Error: policy 'settings': Policy settings are invalid: not these",
      `Error: policy 'bare': ${noProtocol}`,
      `Error: policy 'newer': ${tooNew}`,
      "Error: Error while downloading policy 'ftp' from ftp://host.test/p.wasm: unknown scheme: ftp",
      `Error: ${notFound("nothing-either:v1", "group/#bad")}`,
    ]);
    expect(stdout).not.toContain("started");
    expect(stdout.match(/policy download failed/g)).toHaveLength(3);
  });

  it("policy-server 24: serves the others when it is told to go on, and says what is wrong to who asks", async () => {
    await using server = await start(bad(), "--continue-on-errors");
    expect(await answer(server, "/validate/good")).toEqual({ allowed: true });
    const rows: [string, string][] = [
      ["missing", `bootstrap failure: missing: ${notFound("nothing:v1", "missing")}`],
      ["missing-too", `bootstrap failure: missing-too: ${notFound("nothing:v1", "missing")}`],
      ["settings", "Policy settings are invalid: not these"],
      ["bare", `bootstrap failure: bare: ${noProtocol}`],
      ["newer", `bootstrap failure: newer: ${tooNew}`],
      ["group", `bootstrap failure: group/bad: ${notFound("nothing-either:v1", "group/#bad")}`],
    ];
    for (const [id, message] of rows) {
      for (const route of ["validate", "audit"]) {
        expect(await answer(server, `/${route}/${id}`)).toEqual({
          allowed: false,
          status: { message, code: 500 },
        });
      }
    }
  });

  it("names the option of a folder that cannot be written to", async () => {
    const policiesFile = join(folder, "policies.yml");
    await writeFile(policiesFile, JSON.stringify({ p: { module: image("accepting:v1") } }));
    await writeFile(join(folder, "store"), "a file in its place");
    const { exitCode, stderr } = await runToEnd(program.path, args("--policies", policiesFile));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `Error: Error while downloading policy 'p' from ${image("accepting:v1")}: cannot write ${join(folder, "store/registry", image("accepting:v1"))}: Not a directory (os error 20): --policies-download-dir must name a folder that can be written to\n`,
    );
  });
});
