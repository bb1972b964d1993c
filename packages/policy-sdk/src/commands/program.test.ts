import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "@kubewarden-ts/cli";
import { parseMetadata } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicy } from "../build/index.ts";
import { load } from "../testing/index.ts";
import { checkPolicy } from "./check-policy.ts";
import { program } from "./program.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}.ts`, import.meta.url));
const metadata = (more: object) =>
  parseMetadata(JSON.stringify({ protocolVersion: "v1", rules: [], mutating: true, ...more }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-sdk-command-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function policySdk(...argv: string[]) {
  const written = { stdout: "", stderr: "" };
  const output = (stream: keyof typeof written) => ({
    write(text: string | Uint8Array) {
      written[stream] += text;
    },
  });
  const io = { argv, env: {}, stdout: output("stdout"), stderr: output("stderr") };
  return { code: await runProgram(program, io), ...written };
}

describe("policy-sdk build", () => {
  it("writes a file that runs, with its metadata and README", async () => {
    const metadataPath = join(folder, "metadata.yml");
    await writeFile(metadataPath, "rules: []\nmutating: true\nannotations: {a: b}\n");
    await writeFile(join(folder, "README.md"), "# Relabels\n");
    const out = join(folder, "policy.wasm");
    const { code, stdout } = await policySdk(
      "build",
      "--entry",
      fixture("relabel"),
      "--out",
      out,
      "--metadata",
      metadataPath,
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/policy\.wasm: \d+ bytes\n$/)]);
    const wasm = await readFile(out);
    const [section] = WebAssembly.Module.customSections(
      new WebAssembly.Module(wasm),
      "io.kubewarden.metadata",
    );
    expect(parseMetadata(new TextDecoder().decode(section))).toMatchObject({
      protocolVersion: "v1",
      executionMode: "kubewarden-wapc",
      mutating: true,
      annotations: { a: "b", "io.kubewarden.policy.usage": "# Relabels\n" },
    });
    const object = { apiVersion: "v1", kind: "Pod" };
    expect(await (await load(wasm)).run({ object })).toEqual({
      accepted: true,
      mutatedObject: { ...object, metadata: { labels: { checked: "yes" } } },
    });
  });

  it.each([
    ["mutating: yes-please\nrules: []\n", /metadata\.yml: mutating: /],
    ["rules: [\n", /metadata\.yml: /],
    [
      "mutating: false\nrules: []\nexecutionMode: wasi\n",
      /executionMode: expected kubewarden-wapc for ABI wapc, received wasi/,
    ],
  ])("exits with 1 and a line per problem for metadata %j", async (text, problem) => {
    const path = join(folder, "bad", "metadata.yml");
    await cp(fixture("relabel"), join(folder, "bad", "policy.ts"));
    await writeFile(path, text);
    const { code, stderr } = await policySdk("build", "--entry", fixture("relabel"), "--metadata", path);
    expect([code, stderr]).toEqual([1, expect.stringMatching(problem)]);
  });

  it("exits with 2 for a wrong command line", async () => {
    expect((await policySdk("build", "--abi", "component")).code).toBe(2);
  });
});

describe("policy-sdk check", () => {
  it("policies-and-sdk 13: exits with 1 and one line per finding", async () => {
    const path = join(folder, "check.yml");
    await writeFile(path, "rules: []\nmutating: false\nhostCapabilities: [oci/v1/verify]\n");
    expect(await policySdk("check", "--entry", fixture("deeds"), "--metadata", path)).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        `${path}: hostCapabilities: the policy uses net/v1/dns_lookup_host, which is not declared\n`,
        `${path}: hostCapabilities: oci/v1/verify is declared, but the policy does not use it\n`,
        `${path}: mutating: is false, but the policy calls mutate\n`,
      ].join(""),
    });
  });

  it("policies-and-sdk 13: refuses rules that mix * with names", async () => {
    const path = join(folder, "rules.yml");
    const rule =
      '{ apiGroups: ["*", "apps"], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }';
    await writeFile(path, `rules: [${rule}]\nmutating: true\n`);
    const { code, stderr } = await policySdk("check", "--entry", fixture("relabel"), "--metadata", path);
    const text = `${path}: rules[0].apiGroups: No other elements can be defined when '*' is used\n`;
    expect([code, stderr]).toEqual([1, text]);
  });

  it.each([
    ["deeds", { hostCapabilities: ["net/v1/dns_lookup_host"] }, []],
    ["deeds", { hostCapabilities: ["net/*"] }, []],
    ["relabel", {}, []],
    ["levels", { mutating: false }, []],
    ["levels", {}, ["mutating: is true, but the policy never calls mutate"]],
    ["relabel", { mutating: false }, ["mutating: is false, but the policy calls mutate"]],
  ])("policies-and-sdk 13: finds in %s with %j: %j", async (name, more, expected) => {
    const { wasm } = await buildPolicy({ entry: fixture(name), abi: "wapc" });
    expect(checkPolicy(wasm, metadata(more))).toEqual(expected);
  });
});

describe("policy-sdk questions", () => {
  it("policies-and-sdk 13: writes what check then compares, and check finds what was changed", async () => {
    const inner = join(folder, "questions");
    await mkdir(inner);
    const file = join(inner, "questions-ui.yml");
    const metadataPath = join(inner, "metadata.yml");
    const grant = "rules: []\nmutating: true\nhostCapabilities: [net/v1/dns_lookup_host]\n";
    await writeFile(metadataPath, grant);
    const entry = fixture("deeds");
    const { code } = await policySdk("questions", "--entry", entry, "--out", file);
    expect(code).toBe(0);
    const check = () => policySdk("check", "--entry", entry, "--metadata", metadataPath);
    expect(await check()).toEqual({ code: 0, stdout: "", stderr: "" });
    await writeFile(file, (await readFile(file, "utf8")).replace("type: enum", "type: string"));
    expect(await check()).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^.*questions-ui\.yml: .*: type: expected "enum", received "string"\n$/),
    });
  });
});
