#!/usr/bin/env node
import "@kubewarden-ts/base/young-generation";
import { constants } from "node:os";
import { systemClock } from "@kubewarden-ts/base";
import { terminalColumns } from "./output/terminal-columns.ts";
import { runScannerProgram } from "./program.ts";

const { argv, env, stdout, stderr } = process;

// whoever reads the log may be gone: reports are written all the same
for (const output of [stdout, stderr]) output.on("error", () => {});

const shutdown = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    // whoever asks twice does not want to wait
    if (shutdown.signal.aborted) process.exit(128 + constants.signals[signal]);
    shutdown.abort();
  });
}

const exitCode = await runScannerProgram(
  { argv: argv.slice(2), env, stdout, stderr },
  {
    shutdown: shutdown.signal,
    clock: systemClock,
    terminalColumns: terminalColumns(stderr, env),
  },
);
// what a pipe has not taken yet would be cut off
await Promise.all([stdout, stderr].map((output) => new Promise((resolve) => output.write("", resolve))));
// connections that are still being made are not waited for
process.exit(exitCode);
