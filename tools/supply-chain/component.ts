import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import * as v from "valibot";

/** A package of which something is in an artefact, or that has to be installed beside it. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** Package URL; names no registry. */
  readonly purl: string;
  /** A licence expression of SPDX, as the package's own `package.json` has it; `undefined` where it has none. */
  readonly licence: string | undefined;
  /** SHA-512 of the package's tarball in lower-case hex, from `package-lock.json`; `undefined` for our own packages. */
  readonly sha512: string | undefined;
}

/** What is installed in a checkout. */
export interface Installed {
  /** The checkout, absolute. */
  readonly root: string;
  /** SHA-256 of `package-lock.json` in lower-case hex. */
  readonly lockDigest: string;
  /** Packages by their folder from the root: `node_modules/yaml`. */
  readonly lock: Readonly<Record<string, LockEntry>>;
}

const LockEntry = v.object({
  version: v.optional(v.string()),
  integrity: v.optional(v.string()),
});
type LockEntry = v.InferOutput<typeof LockEntry>;
const LockFile = v.object({ packages: v.record(v.string(), LockEntry) });
const Manifest = v.object({ name: v.string(), version: v.string(), license: v.optional(v.unknown()) });

/** Reads `package-lock.json` of a checkout. */
export async function readInstalled(root: string): Promise<Installed> {
  const bytes = await readFile(join(root, "package-lock.json"));
  const { packages } = v.parse(LockFile, JSON.parse(bytes.toString()));
  return { root, lock: packages, lockDigest: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * The packages that modules belong to, each once, sorted by package URL.
 * @param modules - as bundlers name them: absolute paths
 * @throws {Error} for a module that is of no package: nothing of an artefact stays unnamed
 */
export async function componentsOfModules(
  modules: Iterable<string>,
  installed: Installed,
): Promise<Component[]> {
  const folders = new Set([...modules].map((module) => packageFolderOf(module, installed.root)));
  return await componentsIn(folders, installed);
}

/**
 * The packages in folders of a checkout, each once, sorted by package URL.
 * @param folders - from the root: `node_modules/yaml`, `packages/base`
 */
export async function componentsIn(folders: Iterable<string>, installed: Installed): Promise<Component[]> {
  const components = await Promise.all([...new Set(folders)].map((folder) => componentIn(folder, installed)));
  const byPurl = new Map(components.map((component) => [component.purl, component]));
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** What the bundlers add of their own. */
const bundlerModules: Readonly<Record<string, string>> = { "\0rolldown/runtime.js": "node_modules/rolldown" };

const installedPackage = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const workspace = /^(?:(?:packages|apps)\/[^/]+|policies)(?=\/)/;

/** The folder, from the root, of the package that a module belongs to. */
function packageFolderOf(module: string, root: string): string {
  const path = relative(root, module).replaceAll(sep, "/");
  const folder = bundlerModules[module] ?? installedPackage.exec(path)?.[0] ?? workspace.exec(path)?.[0];
  if (folder !== undefined) return folder;
  throw new Error(
    `the module ${JSON.stringify(path)} is of no package: say in tools/supply-chain/component.ts whose it is`,
  );
}

async function componentIn(folder: string, { root, lock }: Installed): Promise<Component> {
  const manifest = v.parse(Manifest, JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")));
  const { name, version } = manifest;
  const entry = lock[folder];
  if (entry === undefined) throw new Error(`package-lock.json has no ${folder}: run \`npm install\``);
  if (folder.includes("node_modules/") && entry.version !== version) {
    throw new Error(
      `${folder} is of version ${version}, package-lock.json says ${entry.version}: run \`npm ci\``,
    );
  }
  return {
    ...{ name, version, purl: purlOf(name, version) },
    licence: licenceOf(manifest.license),
    sha512: sha512Of(entry.integrity),
  };
}

/** Package URL of an npm package. */
export function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}`;
}

const licenceExpression = /^\(?[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*\)?$/;

function licenceOf(license: unknown): string | undefined {
  return typeof license === "string" && licenceExpression.test(license) ? license : undefined;
}

function sha512Of(integrity: string | undefined): string | undefined {
  const base64 = /(?:^|\s)sha512-(\S+)/.exec(integrity ?? "")?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("hex");
}
