import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KwctlWithRegistry, kwctlWithRegistry, sha256, silent } from "../testing/kwctl-with-registry.ts";
import { annotated, aware, bare } from "../testing/stored-policies.ts";

let under: KwctlWithRegistry;
let host = "";
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl policies", () => {
  it("kwctl-and-oci 41: has nothing to say of an empty store", async () => {
    expect(await kwctl("policies")).toMatchObject(silent);
    expect(await kwctl("policies -o json")).toMatchObject({ ...silent, stdout: "[]\n" });
  });

  it("kwctl-and-oci 41: makes a table", async () => {
    for (const image of ["p:v1", "p", "aware:v1"]) await kwctl(`pull HOST/acme/${image}`);
    const { stdout } = await kwctl("policies");
    const width = `registry://${host}/acme/aware:v1`.length;
    const line = (...cells: string[]) =>
      `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(width) : cell)).join(" | ")} |`;
    const sha = (bytes: Uint8Array) => sha256(bytes).slice(0, 12);
    const size = (bytes: Uint8Array) =>
      bytes.length < 1000 ? `${bytes.length} B` : `${(bytes.length / 1000).toFixed(2)} kB`;
    const sizes = [aware, bare, annotated].map(size);
    const widest = Math.max(...sizes.map((text) => text.length));
    const ruler = `+${[width, 8, 13, 12, widest].map((each) => "-".repeat(each + 2)).join("+")}+`;
    const cell = (at: number) => (sizes[at] ?? "").padEnd(widest);
    expect(stdout.split("\n")).toEqual([
      ruler,
      line("Policy", "Mutating", "Context aware", "SHA-256     ", "Size".padEnd(widest)),
      ruler,
      line(`registry://${host}/acme/aware:v1`, "no      ", "yes          ", sha(aware), cell(0)),
      line(`registry://${host}/acme/p:latest`, "unknown ", "no           ", sha(bare), cell(1)),
      line(`registry://${host}/acme/p:v1`, "yes     ", "no           ", sha(annotated), cell(2)),
      ruler,
      "",
    ]);
  });

  it("writes JSON", async () => {
    await kwctl("pull HOST/acme/p:v1");
    await kwctl("pull HOST/acme/p");
    expect(JSON.parse((await kwctl("policies -o json")).stdout)).toEqual([
      {
        ...{ uri: `registry://${host}/acme/p:latest`, mutating: null, contextAware: false },
        ...{ sha256: sha256(bare), size: bare.length },
      },
      {
        ...{ uri: `registry://${host}/acme/p:v1`, mutating: true, contextAware: false },
        ...{ sha256: sha256(annotated), size: annotated.length },
      },
    ]);
  });

  it("passes over what cannot be read, and says so", async () => {
    under.put("acme/odd:v1", setCustomSection(bare, metadataSectionName, Buffer.from("{")));
    await kwctl("pull HOST/acme/odd:v1");
    await kwctl("pull HOST/acme/p:v1");
    const { code, stdout, lines } = await kwctl("policies");
    expect(code).toBe(0);
    expect(stdout).not.toContain("odd:v1");
    expect(stdout).toContain("p:v1");
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "error processing metadata of policy"],
    ]);
  });
});
