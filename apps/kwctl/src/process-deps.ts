import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { buffer } from "node:stream/consumers";
import { createLogger, type Logger, systemClock } from "@kubewarden-ts/base";
import { createPolicyFolder } from "@kubewarden-ts/policy-store";
import { createLogWriter, wantsColor } from "@kubewarden-ts/telemetry";
import type { KwctlDeps } from "./define-command.ts";
import { kwctlDirectories } from "./directories.ts";
import { logFilter } from "./log-filter.ts";
import { createStatusLine } from "./status-line.ts";

const maxModuleBytes = 256 * 1024 * 1024;

/** Values of kwctl's own flags. */
export interface KwctlGlobals {
  readonly verbose: boolean;
  readonly "no-color": boolean;
}

/** The process, as far as commands have to do with it. */
export type KwctlProcess = Pick<NodeJS.Process, "arch" | "env" | "platform" | "stdin" | "stderr">;

/**
 * What commands are handed, connected to a process. The parts that talk to others are loaded when they are needed: most
 * policies make no host calls, and the clients take a while to load.
 */
export function processDeps(
  process: KwctlProcess,
  globals: KwctlGlobals,
  { userAgent }: { userAgent: string },
): KwctlDeps {
  const { arch, env, platform, stdin, stderr } = process;
  const directories = kwctlDirectories({ platform, env, home: homedir() });
  const terminal = stderr.isTTY && env["TERM"] !== "dumb" ? stderr : undefined;
  const status = createStatusLine({ terminal });
  const log = stderrLogger(process, globals, () => status.hide());
  const root = directories.store;
  return {
    log,
    files: { readFile, writeFile, realpath, readChunks: createReadStream, makeFolder, stat, lstat, readdir },
    directories,
    clock: systemClock,
    readStdin: () => buffer(stdin),
    status,
    policies: createPolicyFolder({ root, maxBytes: maxModuleBytes, isWindows: platform === "win32" }),
    connectRegistries: async (options) => {
      const { connectRegistries } = await import("./store/connect-registries.ts");
      return connectRegistries(options, { env, platform, arch, root, maxModuleBytes, userAgent, log });
    },
    connectHost: async (options) => {
      const { connectHost } = await import("./host/connect-host.ts");
      const files = { readFile };
      return await connectHost(options, { env, platform, arch, files, directories, userAgent, log });
    },
    listClusterKinds: async () => {
      const { clusterKinds } = await import("./host/cluster-kinds.ts");
      return await clusterKinds({ env, userAgent, log });
    },
  };
}

function makeFolder(path: string): Promise<unknown> {
  return mkdir(path, { recursive: true });
}

function stderrLogger({ env, stderr }: KwctlProcess, globals: KwctlGlobals, beforeLine: () => void): Logger {
  const { level, accepts } = logFilter({ verbose: globals.verbose, directives: env["RUST_LOG"] });
  const color = wantsColor(stderr, { noColor: globals["no-color"], env });
  const writeLine = (text: string): void => {
    beforeLine();
    stderr.write(text);
  };
  const write = createLogWriter({ format: "text", color, write: writeLine });
  return createLogger({ level, target: "kwctl", write: (line) => void (accepts(line) && write(line)) });
}
