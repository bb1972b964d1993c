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

describe("kwctl push", () => {
  const manifestOf = (tag: string) => under.registry.manifests.get(`acme/new:${tag}`)?.bytes.toString() ?? "";

  it("kwctl-and-oci 13: twice gives one digest, that of the canonical manifest", async () => {
    const text = await kwctl("push /p.wasm registry://HOST/acme/new:v1");
    const manifest = manifestOf("v1");
    const reference = `${host}/acme/new@sha256:${sha256(Buffer.from(manifest))}`;
    expect(text).toMatchObject({ ...silent, stdout: `Policy successfully pushed: ${reference}\n` });
    const json = await kwctl("push /p.wasm HOST/acme/new:v1 -o json");
    expect(json).toMatchObject({ ...silent, stdout: JSON.stringify({ immutable_ref: reference }) });
    const layer = `{"digest":"sha256:${sha256(annotated)}","mediaType":"application/vnd.wasm.content.layer.v1+wasm","size":${annotated.length}}`;
    const config = `{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","mediaType":"application/vnd.wasm.config.v1+json","size":2}`;
    const about = `{"io.kubewarden.policy.source":"https://git.test/policy","io.kubewarden.policy.title":"title","one.line":"one line","org.opencontainers.image.source":"https://git.test/policy","tab.test":"a\\tb"}`;
    expect(manifest).toBe(
      `{"annotations":${about},"config":${config},"layers":[${layer}],"schemaVersion":2}`,
    );
    expect(text.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ["warn", { annotation: "io.kubewarden.policy.usage" }],
    ]);
  });

  it("kwctl-and-oci 14: a policy of the store comes back as it was", async () => {
    await kwctl("pull HOST/acme/p:v1");
    expect(await kwctl("push registry://HOST/acme/p:v1 HOST/acme/new:v2")).toMatchObject({ code: 0 });
    await kwctl("pull HOST/acme/new:v2");
    expect(await under.stored("registry/HOST/acme/new:v2")).toEqual(Buffer.from(annotated));
  });

  it("--force pushes what is not annotated, with a warning", async () => {
    const refused = "Cannot push a policy that is not annotated. Use `annotate` command or `push --force`";
    expect(await kwctl("push /bare.wasm HOST/acme/new:v1")).toMatchObject(failure(refused, under));
    expect(await kwctl("push --force /bare.wasm HOST/acme/new:v1")).toMatchObject({
      code: 0,
      stderr: "Warning: pushing a non-annotated policy!\n",
    });
    expect(manifestOf("v1")).not.toContain("annotations");
  });

  it.each([
    ["--force /rego.wasm HOST/acme/new:v1", "Rego policies cannot be pushed without metadata"],
    ["/p.wasm https://HOST/acme/new:v1", "Invalid destination format"],
    ["/p.wasm https://", "invalid URL: https://"],
    ["/p.wasm registry://HOST/ACME/new:v1", "Invalid OCI image reference: invalid reference format"],
    [
      "registry://HOST/acme/none:v1 HOST/acme/new:v1",
      "Cannot find policy with uri: registry://HOST/acme/none:v1",
    ],
    ["ftp://HOST/p.wasm HOST/acme/new:v1", "Unknown scheme: ftp"],
  ])("refuses %s", async (words, message) => {
    expect(await kwctl(`push ${words}`)).toMatchObject(failure(message, under));
  });

  it("sends nothing to a digest that is another one", async () => {
    const { code } = await kwctl(`push /p.wasm HOST/acme/new@sha256:${"ab".repeat(32)}`);
    expect(code).toBe(1);
    expect(under.registry.requests).toEqual([]);
  });
});
