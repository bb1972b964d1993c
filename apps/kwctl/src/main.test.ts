import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { regoModule, textPolicy } from "./testing/text-policy.ts";

const main = join(import.meta.dirname, "main.ts");
const request = {
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  userInfo: {},
};
const metadata = {
  rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
  mutating: false,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kwctl-"));
  const files = {
    "policy.wasm": textPolicy({ validate: '{"accepted":false,"message":"no"}', prints: "printed" }),
    "rego.wasm": regoModule(),
    "metadata.yml": JSON.stringify(metadata),
    "request.json": JSON.stringify(request),
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs kwctl as its users do. */
async function kwctl(argv: readonly string[], stdin = "") {
  const env = { PATH: process.env["PATH"], HOME: folder };
  const child = spawn(process.execPath, [main, ...argv], { cwd: folder, env });
  child.stdin.end(stdin);
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), text(child.stderr), exited]);
  return { code, stdout: stdout.toString(), stderr };
}

describe("the kwctl program", () => {
  it("kwctl-and-oci 10, 11, 47: results on stdout, plain logs on stderr, exit 0 for a rejection", async () => {
    const argv = ["run", "policy.wasm", "-r", "-"];
    const { code, stdout, stderr } = await kwctl(argv, JSON.stringify({ kind: "AdmissionReview", request }));
    expect(code).toBe(0);
    expect(stdout).toBe(
      '{"uid":"u1","allowed":false,"status":{"message":"no"},"auditAnnotations":null,"warnings":null}\n',
    );
    expect(stderr).toContain('"printed"');
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z {2}INFO /);
    expect(stderr).not.toContain("\u001b");
  });

  it("kwctl-and-oci 27, 28: annotates, and shows what it annotated", async () => {
    const annotated = await kwctl(["annotate", "policy.wasm", "-m", "metadata.yml", "-o", "annotated.wasm"]);
    expect(annotated).toEqual({ code: 0, stdout: "", stderr: "" });
    const { code, stdout } = await kwctl(["inspect", "annotated.wasm", "-o", "yaml"]);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ ...metadata, protocolVersion: "v1" });
  });

  it("kwctl-and-oci 27: names a mode that does not fit the module", async () => {
    expect(await kwctl(["annotate", "rego.wasm", "-m", "metadata.yml", "-o", "x.wasm"])).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "Error: Wrong value inside of policy's metadata for 'executionMode'. This policy has been created using Rego\n",
    });
  });

  it("kwctl-and-oci 21, 44: usage errors end with 2, failures with 1", async () => {
    const [usage, failure] = await Promise.all([kwctl(["run"]), kwctl(["run", "policy.wasm", "-r", "none"])]);
    expect(usage).toMatchObject({ code: 2, stdout: "" });
    expect(usage.stderr).toMatch(
      /^error: the following required arguments were not provided:\n {2}--request-path <PATH>\n {2}<uri_or_sha_prefix_or_yaml_file>\n\nUsage: kwctl run /,
    );
    expect(failure).toEqual({
      code: 1,
      stdout: "",
      stderr: "Error: Error opening request file none; No such file or directory (os error 2)\n",
    });
  });

  it.each([
    ["reference.md", "## `kwctl scaffold vap`"],
    ["reference.adoc", "== `+kwctl scaffold vap+`"],
  ])("kwctl-and-oci 43: writes its reference to %s", async (file, heading) => {
    expect(await kwctl(["docs", "-o", file])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(join(folder, file), "utf8")).toContain(`\n${heading}\n`);
  });
});
