import { runProgram } from "@kubewarden-ts/cli";
import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import type { FileSystem } from "../define-command.ts";
import { kwctlDirectories } from "../directories.ts";
import type { ConnectHost } from "../host/connected-host.ts";
import { kwctlProgram } from "../program.ts";
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

/** Runs kwctl in this process, without network, on the files given. */
export async function runKwctl(
  argv: readonly string[],
  {
    files = memoryFiles(),
    stdin = "",
    connectHost = fakeHost,
  }: { files?: FileSystem; stdin?: string; connectHost?: ConnectHost } = {},
) {
  const written = { stdout: "", stderr: "" };
  const sink = (stream: "stdout" | "stderr") => ({
    write(text: string | Uint8Array) {
      written[stream] += text;
    },
  });
  const { log, lines } = recordedLog();
  const open = () => Promise.reject(new Error("no file may be opened"));
  const code = await runProgram(kwctlProgram({ ownVersion: "0.0.1", open }), {
    ...{ argv, env: {}, stdout: sink("stdout"), stderr: sink("stderr") },
    deps: () => ({
      log,
      files,
      directories: kwctlDirectories({ platform: "linux", env: {}, home: "/home/test" }),
      readStdin: async () => new TextEncoder().encode(stdin),
      fetchModule: (url) => files.readFile(url.replace("file://", "")),
      connectHost,
    }),
  });
  return { code, ...written, lines };
}
