import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
  sha256,
  silent,
} from "../testing/kwctl-with-registry.ts";
import { annotated, bare } from "../testing/stored-policies.ts";

let under: KwctlWithRegistry;
let host = "";
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl save and load", () => {
  it("kwctl-and-oci 38: give back what was there", async () => {
    await kwctl("pull HOST/acme/p:v1");
    await kwctl("pull http://HOST/web/x.wasm");
    const names = `registry://HOST/acme/p:v1 ${sha256(bare).slice(0, 8)} HOST/acme/p:v1`;
    expect(await kwctl(`save ${names} -o /all.tar.gz`)).toMatchObject(silent);
    const before = (await kwctl("policies")).stdout;
    await kwctl("rm HOST/acme/p:v1");
    await kwctl("rm http://HOST/web/x.wasm");
    expect((await kwctl("policies")).stdout).toBe("");
    expect(await kwctl("load --input /all.tar.gz")).toMatchObject(silent);
    expect((await kwctl("policies")).stdout).toBe(before);
  });

  it("carry what a digest is checked with to where there is no registry", async () => {
    const digest = under.put("acme/p:v1", annotated);
    const uri = `registry://${host}/acme/p@${digest}`;
    await kwctl(`pull ${uri}`);
    expect(await kwctl(`save ${uri} -o /all.tar.gz`)).toMatchObject(silent);
    await rm(under.store, { recursive: true });
    expect(await kwctl("load --input /all.tar.gz")).toMatchObject(silent);
    const requests = under.registry.requests.length;
    expect(await kwctl(`pull ${uri} --pull-policy never`)).toMatchObject(silent);
    expect(under.registry.requests).toHaveLength(requests);
  });

  it("kwctl-and-oci 38: keep no manifest that is another one", async () => {
    const archive = pack();
    archive.entry({ name: `registry/${host}/acme/good:v1` }, Buffer.from(bare));
    archive.entry({ name: `manifests/sha256/${"ab".repeat(32)}` }, Buffer.from("{}"));
    archive.finalize();
    under.files.written.set("/bad.tar.gz", gzipSync(await buffer(archive)));
    const { code, stderr } = await kwctl("load --input /bad.tar.gz");
    expect(code).toBe(1);
    expect(stderr).toContain("is refused: its content has another digest");
    await expect(readdir(under.store)).rejects.toThrow("ENOENT");
  });

  it("kwctl-and-oci 38: keep nothing of an archive with one bad entry", async () => {
    const archive = pack();
    archive.entry({ name: `registry/${host}/acme/good:v1` }, Buffer.from(bare));
    archive.entry({ name: "../evil" }, Buffer.from(bare));
    archive.finalize();
    under.files.written.set("/bad.tar.gz", gzipSync(await buffer(archive)));
    expect(await kwctl("load --input /bad.tar.gz")).toMatchObject(
      failure('cannot unpack file /bad.tar.gz: "../evil" is refused: it leads out of the store', under),
    );
    expect(await kwctl("policies")).toMatchObject(silent);
  });

  it("save a policy that is named by its path in the store", async () => {
    await kwctl("pull HOST/acme/p:v1");
    const path = join(under.store, "registry", host, "acme/p:v1");
    under.files.written.set(path, Buffer.from(annotated));
    expect(await kwctl(`save ${path} -o /all.tar.gz`)).toMatchObject(silent);
  });

  it.each([
    [
      "a policy that is not in the store",
      "save HOST/acme/none:v1 -o /x.tgz",
      "cannot find policy HOST/acme/none:v1: Cannot find policy with uri: registry://HOST/acme/none:v1",
    ],
    [
      "a file",
      "save /p.wasm -o /x.tgz",
      "cannot find path for policy /p.wasm: /p.wasm does not lie in the store",
    ],
    [
      "no archive",
      "load --input /none.tgz",
      "cannot open file /none.tgz: No such file or directory (os error 2)",
    ],
    ["something else", "load --input /p.wasm", "cannot unpack file /p.wasm: incorrect header check"],
  ])("kwctl-and-oci 44: say what is wrong with %s", async (_row, line, message) => {
    expect(await kwctl(line)).toMatchObject(failure(message, under));
    expect(under.files.written.has("/x.tgz")).toBe(false);
  });
});
