#!/usr/bin/env node
import { runProgram } from "@kubewarden-ts/cli";
import { program } from "./commands/program.ts";

const { argv, env, stdout, stderr } = process;
process.exitCode = await runProgram(program, { argv: argv.slice(2), env, stdout, stderr });
