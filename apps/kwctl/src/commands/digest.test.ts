import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
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

describe("kwctl digest", () => {
  it.each(["registry://HOST/acme/p:v1", "HOST/acme/p:v1"])("kwctl-and-oci 46: repeats %s", async (uri) => {
    const digest = under.put("acme/p:v1", annotated);
    expect(await kwctl(`digest ${uri}`)).toMatchObject({
      ...silent,
      stdout: `${uri.replace("HOST", host)}@${digest}\n`,
    });
    const { stdout } = await kwctl(`digest ${uri} -o json`);
    expect(JSON.parse(stdout)).toEqual({ uri: uri.replace("HOST", host), digest });
  });

  it("is of images only", async () => {
    expect(await kwctl("digest https://HOST/p.wasm")).toMatchObject(
      failure(
        "Looking up a digest only works with OCI images: Not a valid oci image: invalid reference format",
        under,
      ),
    );
  });
});
