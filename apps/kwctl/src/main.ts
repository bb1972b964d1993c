#!/usr/bin/env node
import { open } from "node:fs/promises";
import { runProgram } from "@kubewarden-ts/cli";
import manifest from "../package.json" with { type: "json" };
import { kwctlProgram } from "./program.ts";

const { argv, env, stdout, stderr } = process;

// Whoever reads our output may have read enough.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runProgram(kwctlProgram({ ownVersion: manifest.version, open }), {
  ...{ argv: argv.slice(2), env, stdout, stderr },
  // Loaded when a command is about to run: help and version need nothing of it.
  deps: async (globals) => {
    const { processDeps } = await import("./process-deps.ts");
    return processDeps(process, globals, { userAgent: `kwctl/${manifest.version}` });
  },
});
