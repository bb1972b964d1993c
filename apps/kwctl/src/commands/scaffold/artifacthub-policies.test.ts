import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { memoryFiles } from "../../testing/memory-files.ts";
import { runKwctl } from "../../testing/run-kwctl.ts";

const root = join(import.meta.dirname, "../../../../..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const names = readdirSync(join(root, "policies"), { recursive: true, encoding: "utf8" })
  .flatMap((path) => /^([^/\\]+)[/\\]metadata\.yml$/.exec(path)?.[1] ?? [])
  .sort();

async function packageOf(metadata: string, questions: string) {
  const files = memoryFiles({ "metadata.yml": metadata, "questions-ui.yml": questions });
  const { code, stdout, stderr } = await runKwctl(["scaffold", "artifacthub"], { files });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return parse(stdout);
}

describe("kwctl-and-oci 31: kwctl scaffold artifacthub takes", () => {
  it.each(names)("our policy %s", async (name) => {
    const about = await packageOf(
      read("policies", name, "metadata.yml"),
      read("policies", name, "questions-ui.yml"),
    );
    const repository = `ghcr.io/kubewarden-ts/(policies|tests)/${name}`;
    expect(about.containersImages[0].image).toMatch(new RegExp(`^${repository}:v${about.version}$`));
    expect(about.displayName).toMatch(/^[A-Z]/);
  });

  it("what our policies are called, each differently", () => {
    const called = names.map(
      (name) => parse(read("policies", name, "metadata.yml")).annotations["io.artifacthub.displayName"],
    );
    expect(new Set(called).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
  });

  it("a policy of npm create", async () => {
    const template = (file: string): string => read("packages/create-policy/template", `${file}.tmpl`);
    const metadata = template("metadata.yml").replaceAll("{{name}}", "my-policy");
    const about = await packageOf(metadata, template("questions-ui.yml"));
    expect(about).toMatchObject({ name: "my-policy", displayName: "Mandatory label" });
  });
});
