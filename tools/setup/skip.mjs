/** Parts of the set-up that `KUBEWARDEN_TS_SKIP` can leave out, separated by commas. */
export const SKIPPABLE = [
  "dependencies",
  "elvish",
  "engine",
  "fish",
  "go",
  "kubernetes",
  "opa",
  "oras",
  "prometheus",
  "registry",
  "wasmtime",
  "zsh",
];

/**
 * Reads `KUBEWARDEN_TS_SKIP`, for example `go` or `engine,go`.
 * @param {Record<string, string | undefined>} env
 * @returns {Set<string>}
 * @throws {Error} for a part that does not exist
 */
export function skippedParts(env) {
  const names = (env["KUBEWARDEN_TS_SKIP"] ?? "").split(",").map((name) => name.trim());
  const given = names.filter((name) => name !== "");
  const unknown = given.filter((name) => !SKIPPABLE.includes(name));
  if (unknown.length > 0) {
    throw new Error(`KUBEWARDEN_TS_SKIP: unknown part ${unknown.join(", ")}; known: ${SKIPPABLE.join(", ")}`);
  }
  return new Set(given);
}
