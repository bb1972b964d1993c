import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Artefact } from "./artefact.ts";
import { buildBundle } from "./build-bundle.ts";
import { readInstalled } from "./component.ts";

const folder = mkdtempSync(join(tmpdir(), "kubewarden-ts-bundle-sbom-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the bill of materials of a bundle", () => {
  let bundle: Artefact;
  let text: string;
  beforeAll(async () => {
    bundle = await buildBundle("kwctl", folder, await readInstalled(join(import.meta.dirname, "../..")));
    text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n");
  });

  it.each([
    // a text that only this package has, and that minifying keeps
    ["oauth4webapi", "oauth4webapi/v", true],
    ["undici", "UND_ERR_CONNECT_TIMEOUT", true],
    ["yaml", "YAMLParseError", true],
    // installed, but for tests only
    ["autocannon", "autocannon", false],
    ["@sigstore/mock", "sigstore-mock", false],
  ])("agrees with what can be found in the bundle about %s", (name, mark, isInside) => {
    const isNamed = bundle.contains.some((component) => component.name === name);
    expect([text.includes(mark), isNamed]).toEqual([isInside, isInside]);
  });

  it("names the program itself and the helpers of the bundler, each with a licence", () => {
    const names = bundle.contains.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["@kubewarden-ts/kwctl", "rolldown"]));
    expect(bundle.contains.filter(({ licence }) => licence === undefined)).toEqual([]);
  });

  it("lists every file, and the digest of what npm fetched for each package that is not ours", () => {
    expect([...bundle.files.keys()].sort()).toEqual(
      readdirSync(folder)
        .map((name) => `kwctl/${name}`)
        .sort(),
    );
    const foreign = bundle.contains.filter(({ name }) => !name.startsWith("@kubewarden-ts/"));
    expect(foreign.filter(({ sha512 }) => sha512 === undefined)).toEqual([]);
  });
});
