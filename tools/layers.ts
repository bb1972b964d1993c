// Who may import whom: only rows above one's own.

/** Folder under `packages/` to its row. */
export const PACKAGE_ROWS: Readonly<Record<string, number>> = {
  base: 1,
  protocol: 1,
  cli: 1,
  wasm: 2,
  x509: 2,
  api: 2,
  expression: 2,
  telemetry: 2,
  "report-formats": 2,
  kube: 3,
  oci: 3,
  rego: 3,
  sigstore: 4,
  "policy-runtime": 4,
  "policy-store": 5,
  "host-capabilities": 5,
  "policy-evaluation": 6,
  "policy-sdk": 7,
  "create-policy": 7,
};

/** The one import within a row: the command line reports system errors in the same words as everybody else. */
export const SIDEWAYS_IMPORT = { from: "packages/cli", to: "packages/base" };

export const APP_ROW = 7;

/** `tools/`, `tests/`, `examples/`, and what builds and tests the policies: below everything. */
export const REPOSITORY_ROW = 8;

/** Runs inside a policy's WebAssembly module: `guest` is the SDK's part of it, `policy` what a policy author writes. */
export type Layer = number | "guest" | "policy";

/** What guest code may import, besides files beside it. */
export const GUEST_IMPORTS = {
  guest: { workspaces: ["@kubewarden-ts/protocol"], npm: undefined },
  policy: { workspaces: ["@kubewarden-ts/policy-sdk"], npm: ["valibot"] },
} as const;

/** Folders whose code also runs in a browser: no import of Node.js, not even through another file. */
export const BROWSER_FOLDERS: readonly string[] = [
  "packages/protocol/src/",
  "packages/wasm/src/",
  "packages/expression/src/",
  "packages/rego/src/core/",
  "packages/policy-runtime/src/core/",
  "packages/policy-sdk/src/guest/",
];

/** Tests, and what only they use: fixtures, `src/testing/`, and `differences.ts`, where a policy differs from upstream. */
export function isTestFile(path: string): boolean {
  if (path.startsWith("packages/policy-sdk/src/testing/")) return path.endsWith(".test.ts"); // published
  return /\.test\.ts$|\/fixtures\/|\/src\/(?:[^/]+\/)*testing\/|^policies\/[^/]+\/differences\.ts$/.test(
    path,
  );
}

/** Files beside the folders of the policies that policies share; the rest there builds and tests them. */
const SHARED_BY_POLICIES: readonly string[] = [
  "policies/constrained-metadata.ts",
  "policies/criteria.ts",
  "policies/mandatory-pod-spec.ts",
  "policies/metadata-criteria.ts",
  "policies/metadata-entries.ts",
  "policies/qualified-name.ts",
];

/** The layer of a file, or `undefined` for a package that has no row yet. */
export function layerOf(path: string): Layer | undefined {
  const [top, name = ""] = path.split("/");
  if (top === "apps") return APP_ROW;
  if (path.startsWith("packages/policy-sdk/src/guest/")) return isTestFile(path) ? APP_ROW : "guest";
  if (top === "packages") return PACKAGE_ROWS[name];
  if (SHARED_BY_POLICIES.includes(path)) return "policy";
  // policies/<name>/… is a policy; policies/*.ts builds them all
  if (top === "policies" && path.split("/").length > 2 && !isTestFile(path)) return "policy";
  return REPOSITORY_ROW;
}
