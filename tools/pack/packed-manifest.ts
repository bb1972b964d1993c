import { posix } from "node:path";
import * as v from "valibot";

const texts = v.optional(v.record(v.string(), v.string()));

/** A `package.json` of the repository, as far as it goes into a package. */
export const SourceManifest = v.object({
  name: v.string(),
  version: v.string(),
  description: v.string(),
  license: v.string(),
  exports: texts,
  bin: texts,
  sideEffects: v.optional(v.boolean()),
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
  peerDependencies: texts,
  peerDependenciesMeta: v.optional(v.record(v.string(), v.unknown())),
});
export type SourceManifest = v.InferOutput<typeof SourceManifest>;

/** Where a package keeps the files of the repository. */
export const filesFolder = "lib";

/**
 * The `package.json` of what is published of a workspace.
 * @param folder - of the workspace, such as `packages/policy-sdk`
 * @param more.typings - entries that hold declarations only
 * @param more.dependencies - npm packages with their versions
 */
export function packedManifest(
  { exports, bin, dependencies: _, sideEffects: __, ...kept }: SourceManifest,
  folder: string,
  { typings, dependencies }: Readonly<Record<"typings" | "dependencies", Readonly<Record<string, string>>>>,
) {
  const place = (source: string, extension: string) =>
    `./${posix.join(filesFolder, folder, source).replace(/\.ts$/, extension)}`;
  const entries = Object.entries(exports ?? {}).map(([name, source]) => [
    name,
    { types: place(source, ".d.ts"), default: place(source, ".js") },
  ]);
  const declarations = Object.entries(typings).map(([name, file]) => [name, { types: place(file, ".ts") }]);
  const programs = Object.entries(bin ?? {}).map(([name, source]) => [name, place(source, ".js")]);
  return {
    ...kept,
    type: "module",
    engines: { node: ">=26.0.0" },
    ...(exports === undefined ? {} : { exports: Object.fromEntries([...entries, ...declarations]) }),
    ...(bin === undefined ? {} : { bin: Object.fromEntries(programs) }),
    dependencies,
  };
}
