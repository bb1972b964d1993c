import { runProgram } from "@kubewarden-ts/cli";
import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import { createPolicyFolder } from "@kubewarden-ts/policy-store";
import type { FileSystem, KwctlDeps } from "../define-command.ts";
import { kwctlDirectories } from "../directories.ts";
import type { ConnectHost } from "../host/connected-host.ts";
import { kwctlProgram } from "../program.ts";
import { createStatusLine, type Terminal } from "../status-line.ts";
import { connectRegistries } from "../store/connect-registries.ts";
import { memoryFiles } from "./memory-files.ts";
import { recordedLog } from "./recorded-log.ts";

/** Resolves every name to the same address; there is no cluster. */
const fakeHost: ConnectHost = async () => ({
  async serve(path) {
    if (path === "net/v1/dns_lookup_host") return jsonAnswer({ ips: ["192.0.2.1"] });
    throw new Error(`${path} is not served here`);
  },
  async [Symbol.asyncDispose]() {},
});

const noCluster = () => Promise.reject(new Error("no cluster is configured"));

interface RunOptions {
  readonly files?: FileSystem;
  readonly stdin?: string;
  readonly connectHost?: ConnectHost;
  readonly listClusterKinds?: KwctlDeps["listClusterKinds"];
  /** Above the folders of kwctl: where the store lies, on the real disk. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Terminal;
}

const maxModuleBytes = 1024 * 1024;

/** Runs kwctl in this process on the files given; a network is there when a command asks for it. */
export async function runKwctl(
  argv: readonly string[],
  {
    files = memoryFiles(),
    stdin = "",
    connectHost = fakeHost,
    listClusterKinds = noCluster,
    home = "/home/test",
    env = {},
    terminal,
  }: RunOptions = {},
) {
  const written = { stdout: "", stderr: "" };
  const sink = (stream: "stdout" | "stderr") => ({
    write(text: string | Uint8Array) {
      written[stream] += text;
    },
  });
  const { log, lines } = recordedLog();
  const open = () => Promise.reject(new Error("no file may be opened"));
  const directories = kwctlDirectories({ platform: "linux", env, home });
  const root = directories.store;
  const code = await runProgram(kwctlProgram({ ownVersion: "0.0.1", open }), {
    ...{ argv, env, stdout: sink("stdout"), stderr: sink("stderr") },
    deps: () => ({
      log,
      files,
      directories,
      status: createStatusLine({ terminal }),
      policies: createPolicyFolder({ root, maxBytes: maxModuleBytes }),
      connectRegistries: async (options) =>
        connectRegistries(options, {
          ...{ env: { HOME: home, ...env }, platform: "linux", arch: "x64", root, maxModuleBytes },
          ...{ userAgent: "test/1", log },
        }),
      readStdin: async () => new TextEncoder().encode(stdin),
      connectHost,
      listClusterKinds,
      clock: { now: () => Date.parse("2026-01-02T03:04:05.678Z") },
    }),
  });
  return { code, ...written, lines };
}
