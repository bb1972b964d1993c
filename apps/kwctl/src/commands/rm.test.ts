import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
  sha256,
  silent,
} from "../testing/kwctl-with-registry.ts";
import { annotated } from "../testing/stored-policies.ts";

let under: KwctlWithRegistry;
let host = "";
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl rm", () => {
  it.each([
    ["a URI", () => "registry://HOST/acme/p:v1"],
    ["a bare reference", () => "HOST/acme/p:v1"],
    ["digits of its digest", () => sha256(annotated).slice(0, 8)],
  ])("kwctl-and-oci 40: takes a policy away by %s, and the folders it was alone in", async (_row, name) => {
    await kwctl("pull HOST/acme/p:v1");
    await kwctl("pull HOST/acme/aware:v1");
    expect(await kwctl(`rm ${name()}`)).toMatchObject(silent);
    expect(await readdir(join(under.store, "registry", host, "acme"))).toEqual(["aware:v1"]);
    await kwctl("rm HOST/acme/aware:v1");
    expect(await readdir(under.store)).toEqual([]);
  });

  it.each([
    ["registry://HOST/acme/none:v1", "Cannot find policy with uri: registry://HOST/acme/none:v1"],
    ["HOST/acme/none", "Cannot find policy with uri: registry://HOST/acme/none:latest"],
    ["0000", "Cannot find policy with uri: 0000"],
    ["/p.wasm", "unknown scheme: file"],
    ["ftp://HOST/p", "unknown scheme: ftp"],
  ])("kwctl-and-oci 39, 40: cannot take %s away", async (name, message) => {
    expect(await kwctl(`rm ${name}`)).toMatchObject(failure(message, under));
  });

  it("kwctl-and-oci 39: does not choose among several", async () => {
    under.put("acme/same:v1", annotated);
    await kwctl("pull HOST/acme/p:v1");
    await kwctl("pull HOST/acme/same:v1");
    const prefix = sha256(annotated).slice(0, 6);
    expect(await kwctl(`rm ${prefix}`)).toMatchObject(
      failure(`multiple policies found with the same prefix: ${prefix}`, under),
    );
  });
});
