import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import { createPrivateSigstore, createTestKey, layerByKey, putLayers } from "@kubewarden-ts/sigstore/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asPolicy } from "../../../../tests/support/text-guest.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { textPolicy } from "../testing/text-policy.ts";

const repository = "acme/p";
const [one, two, other] = [createTestKey(), createTestKey(), createTestKey()];
const request = {
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  userInfo: {},
  object: {},
};

let home = "";
let registry: FakeRegistry;
let uri = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kwctl-verify-"));
  registry = await startFakeRegistry();
  uri = `registry://${registry.host}/${repository}:v1`;
  const layer = asPolicy(textPolicy());
  const digest = registry.putImage(repository, { tag: "v1", layer, layerType: moduleLayerType });
  const layers = [
    await layerByKey(digest, { key: one, optional: { env: "prod", stable: "true" } }),
    await layerByKey(digest, { key: two, optional: { env: "prod" } }),
  ];
  putLayers(registry, repository, digest, { layers });
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

const pubKey = (key: { publicKey: string }, annotations: object | null = null) => ({
  kind: "pubKey",
  key: key.publicKey,
  annotations,
});

function kwctl(...args: string[]) {
  const files = memoryFiles({
    "/s.yml": JSON.stringify({ insecure_sources: [registry.host] }),
    "/one.pub": one.publicKey,
    "/two.pub": two.publicKey,
    "/other.pub": other.publicKey,
    "/request.json": JSON.stringify(request),
    "/both.yml": JSON.stringify({ allOf: [pubKey(one, { stable: "true" }), pubKey(two, { env: "prod" })] }),
    "/two-of-three.yml": JSON.stringify({
      apiVersion: "v1",
      anyOf: { minimumMatches: 2, signatures: [pubKey(one), pubKey(other), pubKey(two, { stable: "true" })] },
    }),
  });
  return runKwctl([...args, "--sources-path=/s.yml"], { files, home });
}

const missing = "Image verification failed: missing signatures\n";

describe("kwctl verify", () => {
  it.each<[string, string[]]>([
    ["a key", ["-k=/one.pub"]],
    ["two keys", ["-k=/one.pub", "-k=/two.pub"]],
    ["two keys with an annotation", ["-k=/one.pub", "-k=/two.pub", "-a=env=prod"]],
    ["a key with two annotations", ["-k=/one.pub", "-a=env=prod", "-a=stable=true"]],
    ["a file", ["--verification-config-path=/both.yml"]],
  ])("kwctl-and-oci 3: is content with %s", async (_what, args) => {
    const { code, stdout, stderr, lines } = await kwctl("verify", uri, ...args);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "info Policy successfully verified",
    ]);
  });

  it.each<[string, string[], string]>([
    ["another key", ["-k=/other.pub"], missing],
    ["a key too many", ["-k=/one.pub", "-k=/other.pub"], missing],
    ["an annotation of one of two keys", ["-k=/one.pub", "-k=/two.pub", "-a=stable=true"], missing],
    [
      "too few of a list",
      ["--verification-config-path=/two-of-three.yml"],
      "Image verification failed: minimum number of signatures not reached: needed 2, got 1\n",
    ],
  ])("kwctl-and-oci 3, 6: is not content with %s", async (_what, args, text) => {
    const { code, stdout, stderr } = await kwctl("verify", uri, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const start = `Error: Policy ${uri} cannot be validated\n${text}The following constraints were not satisfied:\nkind: pubKey\n`;
    expect(stderr.slice(0, start.length)).toBe(start);
  });

  it("kwctl-and-oci 33: reads what `scaffold verification-config` writes", async () => {
    const { stdout } = await runKwctl(["scaffold", "verification-config"]);
    const { trustConfig } = await createPrivateSigstore();
    const files = memoryFiles({
      "/s.yml": JSON.stringify({ insecure_sources: [registry.host] }),
      ...{ "/scaffolded.yml": stdout, "/trust.json": trustConfig },
    });
    const args = ["--verification-config-path=/scaffolded.yml", "--sigstore-trust-config=/trust.json"];
    const { code, stderr } = await runKwctl(["verify", uri, "--sources-path=/s.yml", ...args], { files });
    expect(code).toBe(1);
    expect(stderr).toContain(`${missing}The following constraints were not satisfied:\nkind: githubAction\n`);
  });

  it("kwctl-and-oci 6: understands a bare reference, and tells of an image without signatures", async () => {
    const name = `${registry.host}/${repository}:v2`;
    registry.putImage(repository, { tag: "v2", layerType: moduleLayerType });
    const { code, stderr } = await kwctl("verify", name, "-k=/one.pub");
    const text = `Error: Policy ${name} cannot be validated\nno signatures found for image: ${name} \n`;
    expect({ code, stderr }).toEqual({ code: 1, stderr: text });
  });
});

describe("commands that pull", () => {
  const commands: [string, string[]][] = [
    ["pull", ["pull"]],
    ["run", ["run", "-r=/request.json"]],
    ["bench", ["bench", "-r=/request.json", "--measurement-time=1", "--warm-up-time=1", "--num-samples=2"]],
    ["scaffold manifest", ["scaffold", "manifest", "-t=ClusterAdmissionPolicy"]],
  ];
  it.each(commands)("kwctl-and-oci 10: kwctl %s takes what is signed", async (_name, command) => {
    const { code, stderr, lines } = await kwctl(...command, uri, "-k=/one.pub");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines.map(({ message }) => message)).toContain("Local checksum successfully verified");
  });

  it.each(commands)("kwctl-and-oci 10: kwctl %s refuses what is not", async (_name, command) => {
    const { code, stdout, stderr } = await kwctl(...command, uri, "-k=/other.pub");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Error: Policy ${uri} cannot be validated\n${missing}`);
    expect(await runKwctl(["policies"], { home })).toMatchObject({ code: 0, stdout: "" });
  });

  it.each(commands)(
    "kwctl-and-oci 10: kwctl %s refuses also what lies in the store, once it is to be signed",
    async (_name, command) => {
      expect(await kwctl("pull", uri)).toMatchObject({ code: 0 });
      const { code, stderr } = await kwctl(...command, uri, "-k=/other.pub");
      expect(code).toBe(1);
      expect(stderr).toContain(missing);
    },
  );
});
