import { createHash } from "node:crypto";
import { mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigMap, Secret } from "@kubewarden-ts/api/core";
import type { Volume } from "./pod-spec.ts";

/** Where the content of volumes comes from. */
export interface VolumeSources {
  secret(name: string): Secret | undefined;
  configMap(name: string): ConfigMap | undefined;
}

/** File name to content. */
type Content = ReadonlyMap<string, Uint8Array>;

/**
 * Writes a volume into a folder, or brings it up to date. Like a kubelet: the files are links into a folder that a link
 * named `..data` leads to, and that link is exchanged, so that readers see all of a change or nothing of it.
 * @throws {Error} saying what the volume lacks, when an object or key of it is not there
 */
export async function writeVolume(volume: Volume, folder: string, sources: VolumeSources): Promise<void> {
  await mkdir(folder, { recursive: true });
  const content = contentOf(volume, sources);
  if (content === undefined) return;
  const version = versionOf(content);
  if ((await readlink(join(folder, "..data")).catch(() => undefined)) === version) return;
  await writeVersion(folder, version, content);
  const former = await readlink(join(folder, "..data")).catch(() => undefined);
  await symlink(version, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  for (const name of content.keys()) {
    await symlink(join("..data", name), join(folder, name)).catch(ignoreExisting);
  }
  if (former !== undefined) await rm(join(folder, former), { recursive: true, force: true });
}

async function writeVersion(folder: string, version: string, content: Content): Promise<void> {
  await mkdir(join(folder, version), { recursive: true });
  for (const [name, bytes] of content) await writeFile(join(folder, version, name), bytes, { mode: 0o600 });
}

function versionOf(content: Content): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of content) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return `..${hash.digest("hex").slice(0, 16)}`;
}

function contentOf(volume: Volume, sources: VolumeSources): Content | undefined {
  if (volume.secret !== undefined) {
    const { secretName, items } = volume.secret;
    const data = sources.secret(secretName)?.data;
    return selected(`Secret ${secretName}`, items, data, (value) => Buffer.from(value, "base64"));
  }
  if (volume.configMap !== undefined) {
    const { name, items } = volume.configMap;
    const data = sources.configMap(name)?.data;
    return selected(`ConfigMap ${name}`, items, data, (value) => Buffer.from(value));
  }
  return undefined;
}

function selected(
  what: string,
  items: readonly { key: string; path: string }[] | undefined,
  data: Readonly<Record<string, string>> | null | undefined,
  decode: (value: string) => Uint8Array,
): Content {
  if (data === undefined || data === null) throw new Error(`${what} is not there`);
  const wanted = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return new Map(
    wanted.map(({ key, path }) => {
      const value = data[key];
      if (value === undefined) throw new Error(`${what} has no key ${key}`);
      return [path, decode(value)];
    }),
  );
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}
