import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { metadataSectionName, parseMetadataSection } from "@kubewarden-ts/protocol";
import { customSections, readModule } from "@kubewarden-ts/wasm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textPolicy } from "../../apps/kwctl/src/testing/text-policy.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { type KwctlFolder, kwctlFolder } from "./kwctl-in-folder.ts";

const metadata = {
  rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
  mutating: false,
};
const silent = { exitCode: 0, stdout: "", stderr: "" };

const started = new AsyncDisposableStack();
let folder: KwctlFolder;
beforeAll(async () => {
  folder = started.use(await kwctlFolder(started.use(await bundledProgram("kwctl"))));
  await folder.write("pod.json", requests.plain);
  await folder.write("README.md", "# Usage\n");
});
afterAll(() => started.disposeAsync());

/** Annotates `policy.wasm` as the tests of Kubewarden's policies do. */
async function annotate(module: Uint8Array, more: object = {}) {
  await folder.write("policy.wasm", module);
  await folder.write("metadata.yml", JSON.stringify({ ...metadata, ...more }));
  const files = ["-m", "metadata.yml", "-u", "README.md", "-o", "annotated.wasm", "policy.wasm"];
  return await folder.kwctl(["annotate", "--no-color", ...files]);
}

async function annotatedMetadata() {
  const module = readModule(await readFile(join(folder.path, "annotated.wasm")));
  const [section] = customSections(module, metadataSectionName);
  return parseMetadataSection(section ?? expect.fail("there is no metadata"));
}

describe("kwctl annotate", () => {
  it.each<[string, Uint8Array, boolean]>([
    ["accepts", textPolicy(), true],
    ["rejects", textPolicy({ validate: '{"accepted":false}' }), false],
  ])("kwctl-and-oci 17: makes a module that runs, and %s", async (_row, module, allowed) => {
    expect(await annotate(module)).toEqual(silent);
    const { exitCode, stdout } = await folder.kwctl(["run", "annotated.wasm", "-r", "pod.json"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`"allowed":${allowed}`);
    expect(await annotatedMetadata()).toMatchObject({
      protocolVersion: "v1",
      annotations: { "io.kubewarden.policy.usage": "# Usage\n" },
    });
  });

  it.skipIf(requires("opa").skip).each([
    ["opa", "opa-labels"],
    ["gatekeeper", "gatekeeper-labels"],
  ] as const)(
    "kwctl-and-oci 17, 27: takes Rego in the mode %s, and runs it",
    async (executionMode, guest) => {
      expect(await annotate(await readFile(guestModulePath(guest)), { executionMode })).toEqual(silent);
      expect(await annotatedMetadata()).toMatchObject({ executionMode, protocolVersion: "Unknown" });
      const { exitCode, stdout } = await folder.kwctl(["run", "annotated.wasm", "-r", "pod.json"]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('"allowed":true');
    },
  );

  const undeclared = "host capabilities used by the policy but not declared in metadata";
  const undetected = "host capabilities declared in metadata but not detected in the policy";
  const module = textPolicy({ looksUpHost: true, prints: "crypto v1/is_certificate_trusted" });
  it.each<[string, string[], string[]]>([
    ["all that are used", ["net/v1/dns_lookup_host", "crypto/v1/is_certificate_trusted"], []],
    [
      "others",
      ["oci/v2/verify", "kubernetes/can_i"],
      [
        `${undeclared} capabilities={"crypto/v1/is_certificate_trusted", "net/v1/dns_lookup_host"}`,
        `${undetected} capabilities={"kubernetes/can_i", "oci/v2/verify"}`,
      ],
    ],
  ])("kwctl-and-oci 17, 27: compares declared host capabilities: %s", async (_row, declared, warnings) => {
    const { exitCode, stdout, stderr } = await annotate(module, { hostCapabilities: declared });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    const lines = stderr.split("\n").slice(0, -1);
    expect(lines.map((line) => line.replace(/^\S+ {2}WARN \S+: /, ""))).toEqual(warnings);
  });
});
