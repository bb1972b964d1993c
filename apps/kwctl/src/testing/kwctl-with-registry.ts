import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import { memoryFiles } from "./memory-files.ts";
import { runKwctl } from "./run-kwctl.ts";
import { annotated, aware, bare } from "./stored-policies.ts";
import { regoModule } from "./text-policy.ts";

/** kwctl with an empty store of its own, and a registry in this process that it may use. */
export interface KwctlWithRegistry extends AsyncDisposable {
  /**
   * Holds `acme/p:v1` (annotated), `acme/p:latest` (bare) and `acme/aware:v1`; as a web server, `/web/x.wasm` (bare). It
   * stands for `HOST` in all texts.
   */
  readonly registry: FakeRegistry;
  /** The folder of the store. */
  readonly store: string;
  /** Files that commands read and write, besides the store: `/p.wasm` (annotated), `/bare.wasm`, `/rego.wasm`. */
  readonly files: ReturnType<typeof memoryFiles>;
  /** Runs a command line; its words must have no blanks. */
  kwctl(line: string, options?: Parameters<typeof runKwctl>[1]): ReturnType<typeof runKwctl>;
  /** Puts a module into the registry; `<repository>:<tag>`. @returns the digest of its manifest */
  put(image: string, module: Uint8Array): string;
  /** The bytes of a file of the store. */
  stored(path: string): Promise<Buffer>;
  /** How many requests the registry got whose path has this part. */
  asked(part: string): number;
}

/** A command that has done its work. */
export const silent = { code: 0, stdout: "", stderr: "" };

/** @param contents - further files by their absolute path */
export async function kwctlWithRegistry(
  contents: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<KwctlWithRegistry> {
  const home = await mkdtemp(join(tmpdir(), "kwctl-home-"));
  const registry = await startFakeRegistry();
  registry.intercept = ({ url }) => (url === "/web/x.wasm" ? { status: 200, body: bare } : undefined);
  const files = memoryFiles({
    [join(home, ".config/kubewarden/sources.yaml")]: JSON.stringify({ insecure_sources: [registry.host] }),
    ...{ "/bare.wasm": bare, "/p.wasm": annotated, "/rego.wasm": regoModule(), ...contents },
  });
  const store = join(home, ".cache/kubewarden/store");
  const withHost = (text: string): string => text.replaceAll("HOST", registry.host);
  const put: KwctlWithRegistry["put"] = (image, layer) => {
    const [repository = "", tag = ""] = image.split(":");
    return registry.putImage(repository, { tag, layer, layerType: moduleLayerType });
  };
  put("acme/p:v1", annotated);
  put("acme/p:latest", bare);
  put("acme/aware:v1", aware);
  return {
    ...{ registry, files, store, put },
    kwctl: (line, options) => runKwctl(withHost(line).split(" "), { files, home, ...options }),
    stored: (path) => readFile(join(store, withHost(path))),
    asked: (part) => registry.requests.filter(({ url }) => url.includes(part)).length,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await rm(home, { recursive: true });
    },
  };
}

/** A command that has failed with an error. */
export function failure(message: string, { registry }: Pick<KwctlWithRegistry, "registry">) {
  return { code: 1, stdout: "", stderr: `Error: ${message.replaceAll("HOST", registry.host)}\n` };
}

/** The SHA-256 of a module, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
