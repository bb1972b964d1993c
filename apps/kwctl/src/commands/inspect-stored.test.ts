import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
  sha256,
} from "../testing/kwctl-with-registry.ts";
import { annotated, annotations } from "../testing/stored-policies.ts";

let under: KwctlWithRegistry;
let host = "";
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl inspect of a policy in the store", () => {
  beforeEach(async () => {
    await kwctl("pull HOST/acme/p:v1");
  });

  it.each([
    ["its URI", () => "registry://HOST/acme/p:v1"],
    ["a bare reference", () => "HOST/acme/p:v1"],
    ["digits of its digest", () => sha256(annotated).slice(0, 8)],
  ])("kwctl-and-oci 28, 39: takes %s", async (_row, name) => {
    const requests = under.registry.requests.length;
    const { stdout } = await kwctl(`inspect ${name()} -o yaml`);
    expect(parse(stdout)).toMatchObject({ mutating: true, annotations });
    const json = await kwctl(`inspect ${name()} -o json`);
    expect(JSON.parse(json.stdout)).toEqual(parse(stdout));
    expect(under.registry.requests).toHaveLength(requests);
  });

  it("pulls nothing", async () => {
    expect(await kwctl("inspect HOST/acme/aware:v1")).toMatchObject(
      failure("Cannot find policy with uri: registry://HOST/acme/aware:v1", under),
    );
  });

  /** Puts signatures beside the policy, as cosign does. */
  function sign(others: Record<string, string> = {}): string {
    const digest = under.put("acme/p:v1", annotated);
    const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 1 };
    const layer = {
      ...{ mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", digest, size: 7 },
      annotations: { "dev.cosignproject.cosign/signature": "abc=", ...others },
    };
    const document = { schemaVersion: 2, config, layers: [layer] };
    under.registry.putManifest("acme/p", document, { tag: `${digest.replace(":", "-")}.sig` });
    return digest;
  }

  it("kwctl-and-oci 28: shows signatures in one document with the metadata", async () => {
    const digest = sign();
    const { code, stdout, stderr } = await kwctl("inspect HOST/acme/p:v1 -o yaml --show-signatures");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document = parse(stdout);
    expect(Object.keys(document).at(-1)).toBe("signatures");
    expect(document).toMatchObject({
      mutating: true,
      signatures: { schemaVersion: 2, layers: [{ digest, size: 7 }] },
    });
    expect(parse((await kwctl("inspect HOST/acme/p:v1 -o yaml")).stdout)).not.toHaveProperty("signatures");
  });

  it("shows signatures to people", async () => {
    const digest = sign();
    const { stdout } = await kwctl("inspect HOST/acme/p:v1 --show-signatures");
    expect(stdout.slice(stdout.indexOf("Sigstore"))).toBe(
      `Sigstore signatures\n\nDigest: ${digest}\nMedia type: application/vnd.dev.cosign.simplesigning.v1+json\nSize: 7\nAnnotations\ndev.cosignproject.cosign/signature: abc=\n`,
    );
  });

  it("shows what others wrote without doing it: it may clear a terminal", async () => {
    sign({ "dev.example/note": "\u001b[2Jgone\u202e" });
    const { stdout } = await kwctl("inspect HOST/acme/p:v1 --show-signatures");
    expect(stdout).toContain("dev.example/note: \\u001b[2Jgone\\u202e\n");
  });

  it.each([
    ["there are none", () => {}, "No sigstore signatures found\n"],
    [
      "it cannot be told",
      () => under.registry.manifests.clear(),
      "Cannot determine if the policy has been signed. There was an error while attempting to fetch its signatures from the registry: Fail to interact with OCI registry: Registry error: url http://HOST/v2/acme/p/manifests/v1, envelope: OCI API errors: [OCI API error: manifest unknown]\n",
    ],
  ])("says that %s, beside the document", async (_row, prepare, text) => {
    prepare();
    const note = text.replaceAll("HOST", host);
    const pretty = await kwctl("inspect HOST/acme/p:v1 --show-signatures");
    expect(pretty).toMatchObject({ code: 0, stderr: "" });
    expect(pretty.stdout.endsWith(`\n${note}`)).toBe(true);
    const yaml = await kwctl("inspect HOST/acme/p:v1 --show-signatures -o yaml");
    expect(yaml).toMatchObject({ code: 0, stderr: note });
    expect(parse(yaml.stdout)).toMatchObject({ mutating: true });
  });
});
