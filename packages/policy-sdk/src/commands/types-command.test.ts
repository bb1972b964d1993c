import { spawnSync } from "node:child_process";
import { writeFileSync as writeSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "@kubewarden-ts/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crd, databaseText, schemas, treeText } from "../../fixtures/described-kinds.ts";
import { program } from "./program.ts";

describe("policy-sdk types", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "policy-sdk-types-"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function types(...args: string[]) {
    const written = { stdout: "", stderr: "" };
    const output = (stream: keyof typeof written) => ({
      write: (text: unknown) => (written[stream] += text),
    });
    const io = { argv: ["types", ...args], env: {}, stdout: output("stdout"), stderr: output("stderr") };
    return { code: await runProgram(program, io), ...written };
  }

  it("writes a file that makes isKind narrow", { timeout: 60_000 }, async () => {
    const source = join(folder, "crds.yml");
    const out = join(folder, "kinds.ts");
    await writeFile(source, `---\n${JSON.stringify(crd)}\n---\nkind: ConfigMap\n`);
    expect(await types(source, "--out", out)).toEqual({ code: 0, stdout: `${out}: Database\n`, stderr: "" });
    expect(await readFile(out, "utf8")).toBe(databaseText);
    expect(compile(out, 'isKind(object, "Database") ? object.spec?.users?.[0]?.name : ""')).toBe("");
    expect(compile(out, 'isKind(object, "Database") ? object.spec?.users?.[0]?.nick : ""')).toMatch(
      /'nick' does not exist/,
    );
    expect(compile(out, 'isKind(object, "Other") ? "" : ""')).toMatch(/'"Other"' is not assignable/);
  });

  /** What the compiler says of an expression of text in a policy. */
  function compile(kinds: string, expression: string): string {
    const sdk = fileURLToPath(new URL("../guest/", import.meta.url));
    const require = createRequire(import.meta.url);
    const compiler = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    const project = join(folder, "tsconfig.json");
    const config = {
      extends: fileURLToPath(new URL("../../tsconfig.guest.json", import.meta.url)),
      compilerOptions: {
        typeRoots: [],
        paths: {
          "@kubewarden-ts/policy-sdk": [`${sdk}index.ts`],
          "@kubewarden-ts/policy-sdk/kinds": [`${sdk}kinds.ts`],
        },
      },
      files: [
        kinds,
        join(folder, "policy.ts"),
        fileURLToPath(new URL("../../types/guest-globals.d.ts", import.meta.url)),
      ],
      include: [],
    };
    const source = `import { isKind, type KubernetesObject } from "@kubewarden-ts/policy-sdk";
      export const text = (object: KubernetesObject): string | null | undefined => ${expression};`;
    writeSync(project, JSON.stringify(config));
    writeSync(join(folder, "policy.ts"), source);
    return spawnSync(process.execPath, [compiler, "--noEmit", "-p", project], { encoding: "utf8" }).stdout;
  }

  it.each([
    ["none.yml", undefined, /none\.yml: /],
    ["bad.yml", "a: [", /^.*bad\.yml: /],
    ["bad.json", '{"a":', /^.*bad\.json: /],
    ["empty.yml", "a: 1", /^the documents describe no kind: expected OpenAPI /],
  ])("exits with 1 for %s", async (name, text, message) => {
    const source = join(folder, name);
    if (text !== undefined) await writeFile(source, text);
    const { code, stderr } = await types(source, "--out", join(folder, "out.ts"));
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it("asks the cluster of a kubeconfig", async () => {
    const document = { swagger: "2.0", definitions: schemas("#/definitions/") };
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const kubeconfig = join(folder, "kubeconfig");
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const named = (kind: string, value: object) => [{ name: "test", [kind]: value }];
    const config = {
      clusters: named("cluster", { server: url }),
      users: named("user", {}),
      contexts: named("context", { cluster: "test", user: "test" }),
      "current-context": "test",
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const out = join(folder, "cluster.ts");
    const { code, stdout } = await types(
      "--cluster",
      "--kubeconfig",
      kubeconfig,
      "--kind",
      "Tree",
      "--out",
      out,
    );
    expect([code, stdout, paths]).toEqual([0, `${out}: Tree\n`, ["/openapi/v2"]]);
    expect(await readFile(out, "utf8")).toContain(treeText);
    server.close();
  });

  it("exits with 1 when there is no cluster", async () => {
    const { code, stderr } = await types("--cluster", "--kubeconfig", join(folder, "none"));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^the cluster's OpenAPI document: /)]);
  });
});
