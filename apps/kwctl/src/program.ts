import { docsCommand, lazyCommand } from "@kubewarden-ts/cli";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { defineCommand } from "./define-command.ts";

/** Loaded one by one: `kwctl --version` and `kwctl run` do not wait for the code of the others. */
const commands = {
  annotate: lazyCommand(
    "Add Kubewarden metadata to a WebAssembly module",
    async () => (await import("./commands/annotate.ts")).annotate,
  ),
  bench: lazyCommand(
    "Benchmarks a Kubewarden policy",
    async () => (await import("./commands/bench.ts")).bench,
  ),
  completions: lazyCommand(
    "Generates shell completions",
    async () => (await import("./commands/completions.ts")).completions,
  ),
  digest: lazyCommand(
    "Fetch digest from the OCI manifest of a policy",
    async () => (await import("./commands/digest.ts")).digest,
  ),
  info: lazyCommand("Display system information", async () => (await import("./commands/info.ts")).info),
  inspect: lazyCommand(
    "Inspect Kubewarden policy",
    async () => (await import("./commands/inspect.ts")).inspect,
  ),
  load: lazyCommand("Load policies from a tarball", async () => (await import("./commands/load.ts")).load),
  login: lazyCommand(
    "kubewarden-ts only: keep credentials of a registry",
    async () => (await import("./commands/login.ts")).login,
  ),
  logout: lazyCommand(
    "kubewarden-ts only: forget the credentials of a registry",
    async () => (await import("./commands/logout.ts")).logout,
  ),
  policies: lazyCommand(
    "Lists all downloaded policies",
    async () => (await import("./commands/policies.ts")).policies,
  ),
  pull: lazyCommand(
    "Pulls a Kubewarden policy from a given URI",
    async () => (await import("./commands/pull.ts")).pull,
  ),
  push: lazyCommand(
    "Pushes a Kubewarden policy to an OCI registry",
    async () => (await import("./commands/push.ts")).push,
  ),
  rm: lazyCommand(
    "Removes a Kubewarden policy from the store",
    async () => (await import("./commands/rm.ts")).rm,
  ),
  run: lazyCommand(
    "Runs a Kubewarden policy from a given URI",
    async () => (await import("./commands/run.ts")).run,
  ),
  save: lazyCommand("Save policies to a tar.gz file", async () => (await import("./commands/save.ts")).save),
  scaffold: lazyCommand(
    "Scaffold a Kubernetes resource or configuration file",
    async () => (await import("./commands/scaffold.ts")).scaffold,
  ),
  scan: lazyCommand(
    "kubewarden-ts only: check manifests against policies",
    async () => (await import("./commands/scan.ts")).scan,
  ),
  sign: lazyCommand(
    "kubewarden-ts only: sign a policy in a registry",
    async () => (await import("./commands/sign.ts")).sign,
  ),
  test: lazyCommand(
    "kubewarden-ts only: run the test suites of policies",
    async () => (await import("./commands/test.ts")).test,
  ),
  verify: lazyCommand(
    "Verify a Kubewarden policy from a given URI using Sigstore",
    async () => (await import("./commands/verify.ts")).verify,
  ),
};

/**
 * The command table of kwctl.
 * @param options.ownVersion - of this implementation; `--version` shows it beside the Kubewarden version
 * @param options.open - of `node:fs/promises`, for the reference documents
 */
export function kwctlProgram(options: {
  ownVersion: string;
  open: Parameters<typeof docsCommand>[0]["open"];
}) {
  const { ownVersion, open } = options;
  const short = `kwctl ${KUBEWARDEN_VERSION}`;
  const hint = `kubewarden-ts ${ownVersion}. Use the \`kwctl info\` command to display system information`;
  return defineCommand({
    name: "kwctl",
    version: { short, long: `${short}\n\n${hint}` },
    summary: "Tool to manage Kubewarden policies",
    flags: {
      verbose: { type: "boolean", short: "v", global: true, description: "Increase verbosity" },
      "no-color": { type: "boolean", global: true, description: "Disable color output" },
    },
    subcommands: sortedByName({ ...commands, docs: docsCommand({ open }) }),
  });
}

function sortedByName<T>(table: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}
