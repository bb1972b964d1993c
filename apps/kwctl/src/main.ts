#!/usr/bin/env node
import { open, readFile, realpath, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { buffer } from "node:stream/consumers";
import { createLogger } from "@kubewarden-ts/base";
import { runProgram } from "@kubewarden-ts/cli";
import { createConnections } from "@kubewarden-ts/oci";
import { fetchModule } from "@kubewarden-ts/policy-store";
import { createLogWriter, wantsColor } from "@kubewarden-ts/telemetry";
import manifest from "../package.json" with { type: "json" };
import { kwctlDirectories } from "./directories.ts";
import { logFilter } from "./log-filter.ts";
import { kwctlProgram } from "./program.ts";

const maxModuleBytes = 256 * 1024 * 1024;

const { argv, arch, env, platform, stdin, stdout, stderr } = process;

// Whoever reads our output may have read enough.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runProgram(kwctlProgram({ ownVersion: manifest.version, open }), {
  ...{ argv: argv.slice(2), env, stdout, stderr },
  deps: (globals) => ({
    log: stderrLogger(globals),
    files: { readFile, writeFile, realpath },
    directories: kwctlDirectories({ platform, env, home: homedir() }),
    readStdin: () => buffer(stdin),
    fetchModule: async (url, sources) => {
      await using connections = createConnections(sources);
      const signal = AbortSignal.timeout(600_000);
      return await fetchModule(url, { connections, maxBytes: maxModuleBytes, signal });
    },
    // Loaded when it is needed: most policies make no host calls, and the clients take a while to load.
    connectHost: async (options) => {
      const { connectHost } = await import("./host/connect-host.ts");
      const userAgent = `kwctl/${manifest.version}`;
      return await connectHost(options, { env, platform, arch, userAgent, log: stderrLogger(globals) });
    },
  }),
});

function stderrLogger(globals: { readonly verbose: boolean; readonly "no-color": boolean }) {
  const { level, accepts } = logFilter({ verbose: globals.verbose, directives: env["RUST_LOG"] });
  const color = wantsColor(stderr, { noColor: globals["no-color"], env });
  const write = createLogWriter({ format: "text", color, write: (text) => void stderr.write(text) });
  return createLogger({ level, target: "kwctl", write: (line) => void (accepts(line) && write(line)) });
}
