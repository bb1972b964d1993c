#!/usr/bin/env node
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { buffer } from "node:stream/consumers";
import { createLogger, type Logger, systemClock } from "@kubewarden-ts/base";
import { runProgram } from "@kubewarden-ts/cli";
import { createPolicyFolder } from "@kubewarden-ts/policy-store";
import { createLogWriter, wantsColor } from "@kubewarden-ts/telemetry";
import manifest from "../package.json" with { type: "json" };
import { kwctlDirectories } from "./directories.ts";
import { logFilter } from "./log-filter.ts";
import { kwctlProgram } from "./program.ts";
import { createStatusLine } from "./status-line.ts";
import type { ConnectRegistries } from "./store/registries.ts";

const maxModuleBytes = 256 * 1024 * 1024;

const { argv, arch, env, platform, stdin, stdout, stderr } = process;
const userAgent = `kwctl/${manifest.version}`;
const directories = kwctlDirectories({ platform, env, home: homedir() });
const status = createStatusLine({
  terminal: stderr.isTTY && env["TERM"] !== "dumb" ? stderr : undefined,
});

// Whoever reads our output may have read enough.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runProgram(kwctlProgram({ ownVersion: manifest.version, open }), {
  ...{ argv: argv.slice(2), env, stdout, stderr },
  deps: (globals) => ({
    log: stderrLogger(globals),
    files: { readFile, writeFile, realpath, readChunks: createReadStream, makeFolder, stat, readdir },
    directories,
    clock: systemClock,
    readStdin: () => buffer(stdin),
    status,
    policies: createPolicyFolder({
      ...{ root: directories.store, maxBytes: maxModuleBytes, isWindows: platform === "win32" },
    }),
    connectRegistries: registryConnector(stderrLogger(globals)),
    // Loaded when it is needed: most policies make no host calls, and the clients take a while to load.
    connectHost: async (options) => {
      const { connectHost } = await import("./host/connect-host.ts");
      const log = stderrLogger(globals);
      return await connectHost(options, {
        env,
        platform,
        arch,
        files: { readFile },
        directories,
        userAgent,
        log,
      });
    },
    listClusterKinds: async () => {
      const { clusterKinds } = await import("./host/cluster-kinds.ts");
      return await clusterKinds({ env, userAgent, log: stderrLogger(globals) });
    },
  }),
});

// Loaded when it is needed, as what serves host calls.
function registryConnector(log: Logger): ConnectRegistries {
  const where = { env, platform, arch, root: directories.store };
  return async (options) => {
    const { connectRegistries } = await import("./store/connect-registries.ts");
    return connectRegistries(options, { ...where, maxModuleBytes, userAgent, log });
  };
}

function makeFolder(path: string): Promise<unknown> {
  return mkdir(path, { recursive: true });
}

function stderrLogger(globals: { readonly verbose: boolean; readonly "no-color": boolean }) {
  const { level, accepts } = logFilter({ verbose: globals.verbose, directives: env["RUST_LOG"] });
  const color = wantsColor(stderr, { noColor: globals["no-color"], env });
  const writeLine = (text: string): void => {
    status.hide();
    stderr.write(text);
  };
  const write = createLogWriter({ format: "text", color, write: writeLine });
  return createLogger({ level, target: "kwctl", write: (line) => void (accepts(line) && write(line)) });
}
