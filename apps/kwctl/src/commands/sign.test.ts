import { type KeyObject, verify } from "node:crypto";
import type { FakeRegistry } from "@kubewarden-ts/oci/testing";
import { bundleFromJSON } from "@sigstore/bundle";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { runKwctl } from "../testing/run-kwctl.ts";
import { repository, signing } from "../testing/signing.ts";

const Layers = v.object({
  layers: v.array(
    v.object({
      mediaType: v.string(),
      digest: v.string(),
      annotations: v.optional(v.record(v.string(), v.string()), {}),
    }),
  ),
});
const Index = v.object({
  manifests: v.array(v.looseObject({ digest: v.string(), artifactType: v.string() })),
});

function document(registry: FakeRegistry, name: string): unknown {
  return JSON.parse(registry.manifests.get(`${repository}${name}`)?.bytes.toString() ?? "null");
}

/** The simple signing layers of an image, with their payloads. */
function simpleLayers(registry: FakeRegistry, digest: string) {
  const manifest = v.parse(Layers, document(registry, `:${digest.replace(":", "-")}.sig`));
  return manifest.layers.map((layer) => ({
    ...layer,
    payload: registry.blobs.get(layer.digest) ?? expect.fail(),
  }));
}

/** The bundles that refer to an image. */
function bundles(registry: FakeRegistry, digest: string) {
  return [...registry.manifests.values()]
    .map(({ bytes }) => JSON.parse(bytes.toString()))
    .filter(({ subject }) => subject?.digest === digest)
    .map((manifest) => {
      const [layer] = v.parse(Layers, manifest).layers;
      const text = registry.blobs.get(layer?.digest ?? "")?.toString() ?? "";
      return { manifest, bundle: bundleFromJSON(JSON.parse(text)) };
    });
}

function holds(key: KeyObject, data: Uint8Array, signature: string | Buffer): boolean {
  const bytes = typeof signature === "string" ? Buffer.from(signature, "base64") : signature;
  return verify(key.asymmetricKeyType === "ed25519" ? null : "sha256", data, key, bytes);
}

describe("kwctl sign with a key", () => {
  it("signs the manifest that a reference names, in both forms", async () => {
    await using under = await signing();
    const { registry, digest, publicKey } = under;
    const { code, stdout, stderr } = await under.sign("--key=/k.pem", "-a", "env=prod", "-a", "team=a=b");
    const text = `Policy successfully signed: ${registry.host}/${repository}@${digest}\n`;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: text, stderr: "" });

    const [layer = expect.fail(), ...others] = simpleLayers(registry, digest);
    expect(others).toEqual([]);
    expect(layer.mediaType).toBe("application/vnd.dev.cosign.simplesigning.v1+json");
    expect(JSON.parse(layer.payload.toString())).toEqual({
      critical: {
        identity: { "docker-reference": `${registry.host}/${repository}` },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: { env: "prod", team: "a=b" },
    });
    expect(
      holds(publicKey, layer.payload, layer.annotations["dev.cosignproject.cosign/signature"] ?? ""),
    ).toBe(true);

    const [attached = expect.fail()] = bundles(registry, digest);
    expect(attached.manifest).toMatchObject({
      artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      layers: [{ mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json" }],
      subject: { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: expect.any(Number) },
    });
    const { content } = attached.bundle;
    if (content.$case !== "dsseEnvelope") return expect.fail();
    const { payload, payloadType, signatures } = content.dsseEnvelope;
    expect(JSON.parse(payload.toString())).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [
        { digest: { sha256: digest.replace("sha256:", "") }, annotations: { env: "prod", team: "a=b" } },
      ],
      predicateType: "https://sigstore.dev/cosign/sign/v1",
      predicate: {},
    });
    const encoded = Buffer.concat([
      Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
      payload,
    ]);
    expect(payloadType).toBe("application/vnd.in-toto+json");
    expect(holds(publicKey, encoded, signatures[0]?.sig ?? "")).toBe(true);
  });

  it.each<[string, (registry: FakeRegistry, digest: string) => void]>([
    ["both forms", () => {}],
    [
      "the simple signing layer alone",
      ({ manifests }, digest) => {
        for (const [key, { bytes }] of manifests) {
          if (JSON.parse(bytes.toString()).subject?.digest === digest) manifests.delete(key);
        }
      },
    ],
    [
      "the bundle alone",
      ({ manifests }, digest) => {
        expect(manifests.delete(`${repository}:${digest.replace(":", "-")}.sig`)).toBe(true);
      },
    ],
  ])("is what kwctl verify looks for: %s", async (_what, leave) => {
    await using under = await signing();
    await under.sign("--key=/k.pem", "-a", "env=prod");
    leave(under.registry, under.digest);
    expect(await under.verify("-k=/k.pub", "-a", "env=prod")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    for (const args of [["-k=/other.pub"], ["-k=/k.pub", "-a", "env=test"]]) {
      const { code, stderr } = await under.verify(...args);
      expect(code).toBe(1);
      expect(stderr).toContain("Image verification failed: missing signatures");
    }
  });

  it("keeps the signatures that are there", async () => {
    await using under = await signing();
    const { registry, digest } = under;
    for (const who of ["a", "b", "c"])
      expect((await under.sign("--key=/k.pem", "-a", `who=${who}`)).code).toBe(0);
    const signers = simpleLayers(registry, digest).map(
      ({ payload }) => JSON.parse(payload.toString()).optional.who,
    );
    expect(signers).toEqual(["a", "b", "c"]);
    expect(bundles(registry, digest)).toHaveLength(3);
  });

  it.each([
    ["lists what refers to a manifest", true, 0],
    ["does not", false, 2],
  ])("keeps an index of bundles where the registry %s", async (_what, referrers, entries) => {
    await using under = await signing({ referrers });
    const { registry, digest } = under;
    for (const who of ["a", "b"]) await under.sign("--key=/k.pem", "-a", `who=${who}`);
    const index = document(registry, `:${digest.replace(":", "-")}`);
    const manifests = index === null ? [] : v.parse(Index, index).manifests;
    expect(manifests).toHaveLength(entries);
    for (const each of manifests) {
      expect(each.artifactType).toBe("application/vnd.dev.sigstore.bundle.v0.3+json");
      expect(registry.manifests.has(`${repository}@${each.digest}`)).toBe(true);
    }
  });

  it("takes the key where the environment holds a token too", async () => {
    await using under = await signing();
    const uri = `${under.registry.host}/${repository}:v1`;
    const args = ["sign", uri, "--sources-path=/s.yml", "--key=/k.pem"];
    const env = { SIGSTORE_ID_TOKEN: "not even looked at" };
    expect(await runKwctl(args, { files: under.files, env })).toMatchObject({ code: 0, stderr: "" });
    expect(await under.verify("-k=/k.pub")).toMatchObject({ code: 0 });
  });

  it("adds nothing to what lies in the place of signatures", async () => {
    await using under = await signing();
    const { registry, digest } = under;
    const tag = `${digest.replace(":", "-")}.sig`;
    const mediaType = "application/vnd.oci.image.index.v1+json";
    registry.putManifest(repository, { schemaVersion: 2, mediaType, manifests: [] }, { tag, mediaType });
    const { code, stderr } = await under.sign("--key=/k.pem");
    const place = `${registry.host}/${repository}:${tag}`;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: ${place} is not what signatures are added to: remove it, or sign another image\n`,
    });
    expect(document(registry, `:${tag}`)).toMatchObject({ manifests: [] });
  });

  it("attaches nothing when the image is not there", async () => {
    await using under = await signing();
    under.registry.manifests.clear();
    const { code, stderr, stdout } = await under.sign("--key=/k.pem");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Error: .*manifest unknown/);
    expect(under.registry.manifests.size).toBe(0);
  });
});

describe("kwctl push --sign", () => {
  it("signs what it pushed", async () => {
    await using under = await signing();
    const uri = `registry://${under.registry.host}/acme/pushed:v1`;
    const shared = ["--sources-path=/s.yml"];
    const push = ["push", "/p.wasm", uri, "--force", "--output=json", "--sign", "--key=/k.pem", ...shared];
    const pushed = await runKwctl(push, { files: under.files });
    expect(pushed).toMatchObject({ code: 0, stderr: "Warning: pushing a non-annotated policy!\n" });
    const { immutable_ref } = JSON.parse(pushed.stdout);
    const verify = (name: string) =>
      runKwctl(["verify", name, "-k=/k.pub", ...shared], { files: under.files });
    for (const name of [uri, immutable_ref])
      expect(await verify(name)).toMatchObject({ code: 0, stderr: "" });
  });

  it.each<[string, string[], string]>([
    [
      "a key without --sign",
      ["--key=/k.pem"],
      "--key and --annotation are about signatures: give --sign too",
    ],
    [
      "--sign without a key",
      ["--sign"],
      "Nothing to sign with: give a private key (--key) or an identity token (--identity-token)",
    ],
    [
      "a key that is not there",
      ["--sign", "--key=/none"],
      "could not read file /none: No such file or directory (os error 2)",
    ],
  ])("refuses %s, and pushes nothing", async (_what, args, message) => {
    await using under = await signing();
    const uri = `registry://${under.registry.host}/acme/pushed:v1`;
    const push = ["push", "/p.wasm", uri, "--force", "--sources-path=/s.yml", ...args];
    const { code, stderr } = await runKwctl(push, { files: under.files });
    expect(code).toBe(1);
    expect(stderr).toContain(`Error: ${message}\n`);
    expect([...under.registry.manifests.keys()].filter((name) => name.includes("pushed"))).toEqual([]);
  });
});
