#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { runProgram } from "@kubewarden-ts/cli";
import { createPolicyProgram } from "./program.ts";

const { argv, env, stdout, stderr } = process;
const manifest: { version: string } = JSON.parse(
  await readFile(new URL("../package.json", import.meta.url), "utf8"),
);
const program = createPolicyProgram({ ownVersion: manifest.version });
process.exitCode = await runProgram(program, { argv: argv.slice(2), env, stdout, stderr });
