import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import {
  createPrivateSigstore,
  createTestKey,
  layerByIdentity,
  layerByKey,
  putLayers,
} from "@kubewarden-ts/sigstore/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WapcGuestName, wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { startProgram } from "../testing/running-program.ts";
import { post, startedProgram } from "../testing/started-program.ts";

const repository = "acme/p";
const key = createTestKey();

let folder = "";
let registry: FakeRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-verification-"));
  registry = await startFakeRegistry();
  await writeFile(join(folder, "sources.yml"), JSON.stringify({ insecure_sources: [registry.host] }));
  const allOf = [{ kind: "pubKey", key: key.publicKey }];
  await writeFile(join(folder, "verification.yml"), JSON.stringify({ apiVersion: "v1", allOf }));
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const argv = (): string[] => [
  `--sources-path=${join(folder, "sources.yml")}`,
  `--verification-path=${join(folder, "verification.yml")}`,
  `--policies-download-dir=${join(folder, "store")}`,
];

const moduleOf = (guest: WapcGuestName): Uint8Array => asPolicy(assemble(wapcGuests[guest]));

/** Puts a policy under a tag. @returns the address of its module */
async function push(tag: string, guest: WapcGuestName, { signed }: { signed: boolean }): Promise<string> {
  const layer = moduleOf(guest);
  const digest = registry.putImage(repository, { tag, layer, layerType: moduleLayerType });
  if (signed) putLayers(registry, repository, digest, { layers: [await layerByKey(digest, { key })] });
  return `registry://${registry.host}/${repository}:${tag}`;
}

const policies = (modules: Record<string, string>) =>
  Object.fromEntries(Object.entries(modules).map(([id, module]) => [id, { module }]));

describe("a reload", () => {
  it("policy-server 2.4, 27: verifies what it puts in place, and leaves what is verified there", async () => {
    const signed = await push("v1", "accept", { signed: true });
    const unsigned = await push("v2", "reject-silently", { signed: false });
    await using program = await startedProgram(policies({ p: signed }), argv());
    const answer = async (id: string) => (await post(program, `/validate/${id}`)).json;
    expect(await answer("p")).toMatchObject({ response: { allowed: true } });
    await program.reload(JSON.stringify(policies({ p: unsigned, q: unsigned })));
    expect(await answer("p")).toMatchObject({ response: { allowed: true } });
    expect(await answer("q")).toMatchObject({
      response: {
        allowed: false,
        status: {
          message: expect.stringContaining("Policy 'p' cannot be verified: no signatures found for image: "),
        },
      },
    });
    expect(program.logs().map(({ fields }) => fields.message)).toContain("policy cannot be verified");
  });

  it("policy-server 2.4: does not follow a tag to what is not signed", async () => {
    const latest = await push("latest", "accept", { signed: true });
    await using program = await startedProgram(policies({ p: latest }), argv());
    await push("latest", "reject-silently", { signed: false });
    await program.reload(JSON.stringify(policies({ p: latest })));
    expect(program.logs().at(-1)?.fields).toMatchObject({ message: "policies reloaded", failed: ["p"] });
    expect((await post(program, "/validate/p")).json).toMatchObject({ response: { allowed: true } });
    await push("latest", "reject-silently", { signed: true });
    await program.reload(JSON.stringify(policies({ p: latest })));
    expect((await post(program, "/validate/p")).json).toMatchObject({ response: { allowed: false } });
  });
});

describe("a start", () => {
  const start = (args: readonly string[]) =>
    startProgram({ policies: "{}", argv: [...argv(), ...args] }, startEvaluator);
  const config = "verification.yml";
  it.each<[string, string, string]>([
    ["another version", "apiVersion: v2\nallOf: []\n", "Not a supported configuration version: Unsupported"],
    [
      "nothing in it",
      "apiVersion: v1\nallOf: null\nanyOf: null\n",
      "config is missing signatures in both allOf and anyOff list",
    ],
    [
      "a constraint without its subject",
      "apiVersion: v1\nallOf: [{kind: genericIssuer, issuer: i}]\n",
      "Not a valid configuration file: missing field `subject`",
    ],
  ])("policy-server 2.4: ends with 1 where the verification file has %s", async (_what, text, problem) => {
    await writeFile(join(folder, config), text);
    expect(await start([])).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(new RegExp(`^Error: ${problem}.* \\(${join(folder, config)}\\)\n$`)),
    });
  });

  it.each<[string, string | undefined, (path: string) => string]>([
    [
      "is not there",
      undefined,
      (path) => `could not read Sigstore trust config file ${path}: No such file or directory (os error 2)`,
    ],
    ["has no root", "{}", (path) => `Sigstore trust config file ${path} missing trusted_root field`],
  ])("policy-server 2.5: ends with 1 where the trust configuration %s", async (_what, text, problem) => {
    const path = join(folder, "trust.json");
    if (text !== undefined) await writeFile(path, text);
    expect(await start([`--sigstore-trust-config=${path}`])).toMatchObject({
      exit: 1,
      stderr: `Error: ${problem(path)}\n`,
    });
  });

  it("policy-server 2.4, 27: a module that is no image is refused", async () => {
    const path = join(folder, "p.wasm");
    await writeFile(path, moduleOf("accept"));
    const modules = JSON.stringify(policies({ p: `file://${path}` }));
    expect(await startProgram({ policies: modules, argv: argv() }, startEvaluator)).toMatchObject({
      exit: 1,
      stderr: "Error: Policy 'p' cannot be verified: Invalid OCI image reference: invalid reference format\n",
    });
  });

  const refused = async (module: string) =>
    await startProgram({ policies: JSON.stringify(policies({ p: module })), argv: argv() }, startEvaluator);
  const stored = (): Promise<string[]> => readdir(join(folder, "store")).catch(() => []);

  it("policy-server 27: an image without signatures is refused", async () => {
    expect(await refused(await push("v1", "accept", { signed: false }))).toMatchObject({
      exit: 1,
      stderr: `Error: Policy 'p' cannot be verified: no signatures found for image: ${registry.host}/${repository}:v1 \n`,
    });
    expect(await stored()).toEqual([]);
  });

  it("policy-server 27: an image with another annotation is refused", async () => {
    const allOf = [{ kind: "pubKey", key: key.publicKey, annotations: { env: "prod" } }];
    await writeFile(join(folder, config), JSON.stringify({ apiVersion: "v1", allOf }));
    const text = "Error: Policy 'p' cannot be verified: Image verification failed: missing signatures\n";
    expect(await refused(await push("v1", "accept", { signed: true }))).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining(text),
    });
    expect(await stored()).toEqual([]);
  });

  it("policy-server 27: a tampered file is refused where the signed one cannot be had", async () => {
    const module = await push("v1", "accept", { signed: true });
    await putIntoStore(module, moduleOf("reject-silently"));
    registry.intercept = ({ url }) =>
      url.endsWith(sha256(moduleOf("accept"))) ? { status: 404, body: "" } : undefined;
    const digests = `Got ${sha256(moduleOf("reject-silently"))} instead of ${sha256(moduleOf("accept"))}`;
    const text = `Error: Verification of policy p failed: The digest of the local file doesn't match with the one reported inside of the signed manifest. ${digests}`;
    expect(await refused(module)).toMatchObject({ exit: 1, stderr: expect.stringContaining(text) });
  });

  it("policy-server 24, 27: a policy answers with an error, and never runs, where there is no trust root", async () => {
    const allOf = [{ kind: "genericIssuer", issuer: "https://issuer.test", subject: { equal: "somebody" } }];
    await writeFile(join(folder, config), JSON.stringify({ apiVersion: "v1", allOf }));
    const layer = moduleOf("accept");
    const digest = registry.putImage(repository, { tag: "v1", layer, layerType: moduleLayerType });
    const sigstore = await createPrivateSigstore();
    const identity = { issuer: "https://issuer.test", subject: "somebody" };
    putLayers(registry, repository, digest, {
      layers: [await layerByIdentity(digest, { sigstore, identity })],
    });
    const module = `registry://${registry.host}/${repository}:v1`;
    await putIntoStore(module, layer);
    const args = [...argv(), "--continue-on-errors", `--sigstore-cache-dir=${join(folder, "no-cache")}`];
    // nobody listens there
    const env = { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
    await using program = await startedProgram(policies({ p: module }), args, env);
    const text = "bootstrap failure: p: Policy 'p' cannot be verified: Error building Sigstore trust root: ";
    expect((await post(program, "/validate/p")).json).toMatchObject({
      response: { allowed: false, status: { message: expect.stringContaining(text) } },
    });
  });
});

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function putIntoStore(module: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, "store", module.replace("://", "/"));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
