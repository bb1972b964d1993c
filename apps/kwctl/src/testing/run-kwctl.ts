import { runProgram } from "@kubewarden-ts/cli";
import type { FileSystem } from "../define-command.ts";
import { kwctlDirectories } from "../directories.ts";
import { kwctlProgram } from "../program.ts";
import { memoryFiles } from "./memory-files.ts";
import { recordedLog } from "./recorded-log.ts";

/** Runs kwctl in this process, without network, on the files given. */
export async function runKwctl(
  argv: readonly string[],
  { files = memoryFiles(), stdin = "" }: { files?: FileSystem; stdin?: string } = {},
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
      lookup: async () => [{ address: "192.0.2.1" }],
    }),
  });
  return { code, ...written, lines };
}
