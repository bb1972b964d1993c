import { parseMetadataSection } from "@kubewarden-ts/protocol";
import { customSections, readModule } from "@kubewarden-ts/wasm";
import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { regoModule, textPolicy } from "../testing/text-policy.ts";

const metadata = `
rules:
- apiGroups: [""]
  apiVersions: [v1]
  resources: [pods]
  operations: [CREATE]
mutating: false
annotations:
  io.kubewarden.policy.title: test
  io.kubewarden.kwctl: old
`;

function annotate(module: Uint8Array, metadataText: string, more: string[] = []) {
  const files = memoryFiles({ "p.wasm": module, "m.yml": metadataText, "u.md": "# Usage" });
  const argv = ["annotate", "p.wasm", "-m", "m.yml", "-o", "out.wasm", ...more];
  return { files, done: runKwctl(argv, { files }) };
}

function sectionsOf(bytes: Uint8Array | undefined) {
  return customSections(readModule(bytes ?? new Uint8Array()), "io.kubewarden.metadata");
}

describe("kwctl annotate", () => {
  it("kwctl-and-oci 27: adds metadata with version, usage and protocol version", async () => {
    const { files, done } = annotate(textPolicy(), metadata, ["-u", "u.md"]);
    expect(await done).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const [section] = sectionsOf(files.written.get("out.wasm"));
    expect(parseMetadataSection(section ?? new Uint8Array())).toMatchObject({
      protocolVersion: "v1",
      executionMode: "kubewarden-wapc",
      annotations: {
        "io.kubewarden.kwctl": "1.38.0",
        "io.kubewarden.policy.title": "test",
        "io.kubewarden.policy.usage": "# Usage",
      },
    });
  });

  it("kwctl-and-oci 27: annotating twice leaves the newest metadata, and one section", async () => {
    const first = annotate(textPolicy(), metadata);
    await first.done;
    const second = annotate(
      first.files.written.get("out.wasm") ?? new Uint8Array(),
      metadata.replace("title: test", "title: new"),
    );
    await second.done;
    const sections = sectionsOf(second.files.written.get("out.wasm"));
    expect(sections).toHaveLength(1);
    expect(parseMetadataSection(sections[0] ?? new Uint8Array()).annotations).toMatchObject({
      "io.kubewarden.policy.title": "new",
    });
  });

  it("kwctl-and-oci 27: renames Javy's import", async () => {
    const imports =
      '(import "kubewarden:javy/host" "call" (func)) (import "kubewarden:javy/host" "other" (func))';
    const { files, done } = annotate(textPolicy({ imports }), `${metadata}\nexecutionMode: wasi`);
    expect(await done).toMatchObject({ code: 0 });
    const names = readModule(files.written.get("out.wasm") ?? new Uint8Array()).imports.map(
      ({ module, name }) => `${module} ${name}`,
    );
    expect(names).toContain("host call");
    expect(names).toContain("kubewarden:javy/host other");
  });

  it.each<[string, Uint8Array, string, string]>([
    [
      "Rego as waPC",
      regoModule(),
      metadata,
      "Wrong value inside of policy's metadata for 'executionMode'. This policy has been created using Rego",
    ],
    [
      "waPC as Rego",
      textPolicy(),
      `${metadata}\nexecutionMode: opa`,
      "Wrong value inside of policy's metadata for 'executionMode'. The policy has not been created using Rego",
    ],
    [
      "waPC as Gatekeeper",
      textPolicy(),
      `${metadata}\nexecutionMode: gatekeeper`,
      "Wrong value inside of policy's metadata for 'executionMode'. The policy has not been created using Rego",
    ],
    [
      "another protocol",
      textPolicy({ protocolVersion: '"v9"' }),
      metadata,
      "Metadata is invalid: protocolVersion: Must specify a valid protocol version",
    ],
    [
      "an empty rule",
      textPolicy(),
      `${metadata.replace("[pods]", "[]")}executionMode: wasi`,
      "Metadata is invalid: rules[0].resources: must have at least one element",
    ],
    [
      "a wrong field",
      textPolicy(),
      metadata.replace("mutating: false", "mutating: maybe"),
      'Error unmarshalling metadata mutating: expected boolean, received "maybe"',
    ],
    ["no YAML", textPolicy(), "rules: [", "Error unmarshalling metadata "],
    [
      "no module",
      new TextEncoder().encode("text"),
      metadata,
      "Error parsing wasm module: not a WebAssembly module",
    ],
    [
      "a data segment of a form that there is not",
      Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x0b, 0x02, 0x01, 0x05),
      `${metadata}executionMode: wasi`,
      "Error scanning wasm module: ",
    ],
  ])("kwctl-and-oci 27, policy-runtime 30: refuses %s", async (_row, module, text, message) => {
    const { files, done } = annotate(module, text);
    const { code, stderr } = await done;
    expect(code).toBe(1);
    expect(stderr.startsWith(`Error: ${message}`)).toBe(true);
    expect(files.written.size).toBe(0);
  });

  it.each<[string, string, [string, string[]][]]>([
    ["matching capabilities", "hostCapabilities: [net/v1/dns_lookup_host]", []],
    [
      "undeclared capabilities",
      "",
      [["host capabilities used by the policy but not declared in metadata", ["net/v1/dns_lookup_host"]]],
    ],
    [
      "both differences",
      "hostCapabilities: [oci/v2/verify, kubernetes/can_i]",
      [
        ["host capabilities used by the policy but not declared in metadata", ["net/v1/dns_lookup_host"]],
        [
          "host capabilities declared in metadata but not detected in the policy",
          ["kubernetes/can_i", "oci/v2/verify"],
        ],
      ],
    ],
  ])("kwctl-and-oci 27: warns about %s", async (_row, declared, expected) => {
    const { done } = annotate(textPolicy({ looksUpHost: true }), `${metadata}\n${declared}`);
    const { code, lines } = await done;
    expect(code).toBe(0);
    expect(
      lines
        .filter(({ level }) => level === "warn")
        .map(({ message, fields }) => [message, fields["capabilities"]]),
    ).toEqual(expected);
  });

  it.each([
    ["usage", ["-u", "none"], "Error reading usage file: "],
    ["metadata", ["--metadata-path=none"], "Error opening metadata file: "],
  ])("kwctl-and-oci 44: says that the %s file is missing", async (_row, more, context) => {
    const files = memoryFiles({ "p.wasm": textPolicy(), "m.yml": metadata });
    const given = more[0]?.startsWith("-u") ? ["-m", "m.yml", ...more] : more;
    const { stderr } = await runKwctl(["annotate", "p.wasm", "-o", "out", ...given], { files });
    expect(stderr).toBe(`Error: ${context}No such file or directory (os error 2)\n`);
  });

  it("kwctl-and-oci 44: says that the module is missing", async () => {
    const files = memoryFiles({ "m.yml": metadata });
    expect(await runKwctl(["annotate", "p.wasm", "-m", "m.yml", "-o", "out"], { files })).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: "Error: Error reading wasm file: No such file or directory (os error 2)\n",
    });
    expect(files.written.size).toBe(0);
  });
});
