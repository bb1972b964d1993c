import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { silentLogger } from "@kubewarden-ts/base";
import {
  canonicalManifest,
  canonicalManifestType,
  createRegistryClient,
  credentialHelpers,
  defaultSources,
  parseReference,
  registryCredentials,
  storeCredential,
} from "@kubewarden-ts/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partPath, requires } from "../support/requirements.ts";
import { type Registry, startRegistry } from "./start-registry.ts";

const { signal } = new AbortController();
const moduleType = "application/vnd.wasm.content.layer.v1+wasm";
const configType = "application/vnd.wasm.config.v1+json";
const module = Buffer.concat([Buffer.of(0, 0x61, 0x73, 0x6d), Buffer.alloc(5 * 1024 * 1024, "module")]);
const alice = { user: "alice", password: "open: sesame" };

describe.skipIf(requires("registry").skip || requires("oras").skip)(
  "what ORAS and we push to a registry",
  () => {
    let registry: Registry;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-oras-"));
      registry = await startRegistry({ auth: { kind: "basic", ...alice } });
      await writeFile(join(folder, "policy.wasm"), module);
      await writeFile(join(folder, "config.json"), "{}");
      await writeFile(join(folder, "signature.json"), '{"signed":true}');
      const credential = { kind: "password", username: alice.user, password: alice.password } as const;
      await storeCredential(registry.host, credential, keeping("docker"));
    });
    afterAll(async () => {
      await registry?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    const keeping = (name: string) => ({
      ...{ folder: join(folder, name), helpers: credentialHelpers({ env: {} }), signal },
    });

    /** Runs ORAS in the folder of the files, with the credentials that we have kept. @returns its standard output */
    async function oras(...args: string[]): Promise<string> {
      const env = { HOME: folder, DOCKER_CONFIG: join(folder, "docker") };
      const { stdout } = await promisify(execFile)(partPath("oras"), args, { cwd: folder, env });
      return stdout;
    }

    const clientWith = (config: string) =>
      createRegistryClient({
        ...{ userAgent: "kubewarden-ts-test/1" },
        sources: { ...defaultSources, insecureSources: new Set([registry.host]) },
        credentials: registryCredentials({ configured: join(folder, config), env: {}, log: silentLogger }),
      });

    it("kwctl-and-oci 14: ORAS reads what we push, byte for byte", async () => {
      await using client = clientWith("docker");
      const image = `${registry.host}/ours/policy:v1`;
      const reference = parseReference(image);
      const config = await client.pushBlob(reference, Buffer.from("{}"), { signal });
      const layer = await client.pushBlob(reference, module, { signal });
      const manifest = canonicalManifest({
        config: { mediaType: configType, ...config },
        layers: [{ mediaType: moduleType, ...layer }],
        annotations: { "io.kubewarden.policy.title": "tab\tand é" },
      });
      const digest = await client.pushManifest(reference, manifest, canonicalManifestType, { signal });

      expect(await oras("manifest", "fetch", "--plain-http", image)).toBe(Buffer.from(manifest).toString());
      expect(await oras("resolve", "--plain-http", image)).toContain(digest);
      expect(await oras("repo", "tags", "--plain-http", `${registry.host}/ours/policy`)).toBe("v1\n");
      const blob = `${registry.host}/ours/policy@${layer.digest}`;
      await oras("blob", "fetch", "--plain-http", "--output", "fetched.wasm", blob);
      expect((await readFile(join(folder, "fetched.wasm"))).equals(module)).toBe(true);
    });

    it("kwctl-and-oci 14: we read what ORAS pushes", async () => {
      const image = `${registry.host}/theirs/policy:v1`;
      const files = [`policy.wasm:${moduleType}`];
      await oras("push", "--plain-http", "--config", `config.json:${configType}`, image, ...files);
      await using client = clientWith("docker");
      const reference = parseReference(image);
      const { manifest } = await client.fetchManifest(reference, { signal });
      const [layer] = manifest.kind === "image" ? manifest.layers : [];
      expect(layer).toMatchObject({ mediaType: moduleType, size: module.length });
      const bytes = await client.fetchBlob(reference, layer ?? expect.fail(), {
        signal,
        maxBytes: module.length,
      });
      expect(Buffer.from(bytes).equals(module)).toBe(true);
      expect(await client.fetchTags(reference, { signal })).toEqual(["v1"]);
    });

    it("kwctl-and-oci 22: we find what ORAS attaches, where the registry keeps no list", async () => {
      const image = `${registry.host}/theirs/signed:v1`;
      await oras("push", "--plain-http", image, `policy.wasm:${moduleType}`);
      for (const kind of ["signature", "attestation"]) {
        const type = `application/vnd.test.${kind}`;
        await oras(
          "attach",
          "--plain-http",
          "--artifact-type",
          type,
          "-a",
          `kind=${kind}`,
          image,
          "signature.json",
        );
      }
      await using client = clientWith("docker");
      const reference = parseReference(image);
      const digest = await client.fetchDigest(reference, { signal });
      const found = await client.fetchReferrers(reference, digest, { signal });
      expect(found.map(({ artifactType }) => artifactType)).toEqual([
        "application/vnd.test.signature",
        "application/vnd.test.attestation",
      ]);
      const artifactType = "application/vnd.test.signature";
      const [signature] = await client.fetchReferrers(reference, digest, { signal, artifactType });
      expect(signature?.annotations.get("kind")).toBe("signature");
    });

    it("kwctl-and-oci 17: we use what ORAS logs in with", async () => {
      await mkdir(join(folder, "theirs"));
      const file = join(folder, "theirs", "config.json");
      const { user, password } = alice;
      const login = ["--plain-http", "--registry-config", file, "-u", user, "-p", password];
      await oras("login", ...login, registry.host);
      await using client = clientWith("theirs");
      await expect(client.checkAccess(registry.host, { signal })).resolves.toBeUndefined();
    });
  },
);
