import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@kubewarden-ts/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPolicyProgram } from "./program.ts";
import { isPolicyName, renderProject } from "./project.ts";
import { readTemplate } from "./template.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "create-policy-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function createPolicy(...argv: string[]) {
  const written = { stdout: "", stderr: "" };
  const output = (stream: keyof typeof written) => ({
    write(text: string | Uint8Array) {
      written[stream] += text;
    },
  });
  const io = { argv, env: {}, stdout: output("stdout"), stderr: output("stderr") };
  return { code: await runProgram(createPolicyProgram({ ownVersion: "1.2.3" }), io), ...written };
}

describe("create-policy", () => {
  it("policies-and-sdk 14: makes a folder with everything a policy needs", async () => {
    const project = join(folder, "needs-owner");
    expect(await createPolicy(project)).toEqual({
      code: 0,
      stdout: expect.stringContaining("npm install\n"),
      stderr: "",
    });
    const entries = await readdir(project, { recursive: true });
    const wanted = [
      ...["package.json", "tsconfig.json", "metadata.yml", "questions-ui.yml", "README.md", ".gitignore"],
      ...["src/policy.ts", "src/policy.test.ts", "e2e.test.ts", "test_data", ".github/workflows/ci.yml"],
    ];
    expect(entries).toEqual(expect.arrayContaining(wanted));
    expect(entries.filter((entry) => /_git|\.tmpl$/.test(entry))).toEqual([]);
    const { name, dependencies, devDependencies } = JSON.parse(
      await readFile(join(project, "package.json"), "utf8"),
    );
    expect([name, dependencies["@kubewarden-ts/policy-sdk"]]).toEqual(["needs-owner", "1.2.3"]);
    expect(devDependencies["@kubewarden-ts/kwctl"]).toBe("1.2.3");
  });

  it("takes SDK and kwctl from where it is told", async () => {
    const project = join(folder, "told");
    await createPolicy(project, "--sdk", "file:/a.tgz", "--kwctl", "file:/b.tgz");
    const manifest = await readFile(join(project, "package.json"), "utf8");
    expect(manifest).toContain('"@kubewarden-ts/policy-sdk": "file:/a.tgz"');
    expect(manifest).toContain('"@kubewarden-ts/kwctl": "file:/b.tgz"');
  });

  it("leaves a folder alone that is not empty", async () => {
    const project = join(folder, "twice");
    await createPolicy(project);
    const { code, stderr } = await createPolicy(project, "--sdk", "other");
    expect([code, stderr]).toEqual([
      1,
      `${project} is not empty: name a folder that is, or none that is there\n`,
    ]);
    expect(await readFile(join(project, "package.json"), "utf8")).toContain("1.2.3");
  });

  it("refuses a name that npm does not take, and a missing one", async () => {
    expect((await createPolicy(join(folder, "Upper"))).stderr).toMatch(/^Upper: expected lower-case letters/);
    expect(await readdir(folder)).not.toContain("Upper");
    expect((await createPolicy()).code).toBe(2);
  });
});

it.each([
  ["a", true],
  ["needs-owner-2", true],
  ["-a", false],
  ["a-", false],
  ["a.b", false],
  ["a".repeat(64), false],
])("isPolicyName(%j) is %s", (name, expected) => {
  expect(isPolicyName(name)).toBe(expected);
});

it("renderProject refuses a place that nothing fills", () => {
  const facts = { name: "a", sdk: "1", kwctl: "1" };
  expect(() => renderProject(new Map([["a", "{{other}}"]]), facts)).toThrow("{{other}}");
});

it("the template asks for the versions that the repository is tested with", async () => {
  const manifest = JSON.parse((await readTemplate()).get("package.json.tmpl") ?? "{}");
  const lock = JSON.parse(await readFile(new URL("../../../package-lock.json", import.meta.url), "utf8"));
  const foreign = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([name]) => !name.startsWith("@kubewarden-ts/"),
  );
  expect(foreign.length).toBeGreaterThan(0);
  expect(foreign).toEqual(foreign.map(([name]) => [name, lock.packages[`node_modules/${name}`]?.version]));
});
