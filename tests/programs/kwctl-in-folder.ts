import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { BundledProgram } from "./bundled-program.ts";
import { bareEnvironment, type EndedProgram } from "./run-to-end.ts";

/** A folder for one test: kwctl runs in it, and its store and configuration lie in it and are empty. */
export interface KwctlFolder extends AsyncDisposable {
  readonly path: string;
  /** The folder of the store. */
  readonly store: string;
  /** Runs kwctl; its working directory is the folder. */
  kwctl(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    stdin?: string,
  ): Promise<EndedProgram>;
  /** Starts kwctl, for the test to end it. */
  begin(args: readonly string[]): ChildProcess;
  /** Runs another program in the same environment, where `KWCTL_CMD` names kwctl. */
  run(command: string, args: readonly string[]): Promise<EndedProgram>;
  /** Writes a file of the folder. @returns its path */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

/** @param sources - the content of the default `sources.yaml` */
export async function kwctlFolder(program: BundledProgram, sources: object = {}): Promise<KwctlFolder> {
  const path = await mkdtemp(join(tmpdir(), "kubewarden-ts-kwctl-"));
  const [config, cache] = [join(path, "config"), join(path, "cache")];
  await mkdir(join(config, "kubewarden"), { recursive: true });
  await writeFile(join(config, "kubewarden/sources.yaml"), JSON.stringify(sources));
  const command = join(path, "kwctl");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${program.path}" "$@"\n`, { mode: 0o755 });
  const env = {
    ...bareEnvironment,
    HOME: path,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: cache,
    KWCTL_CMD: command,
  };

  const begin = (file: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    spawn(file, args, { cwd: path, env: { ...env, ...more }, stdio: "pipe" });
  const run = async (
    file: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
    stdin = "",
  ): Promise<EndedProgram> => {
    const child = begin(file, args, more);
    child.stdin.on("error", () => {}); // it does not read to the end
    child.stdin.end(stdin);
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await ended;
    return { exitCode: child.exitCode, stdout, stderr };
  };
  return {
    ...{ path, store: join(cache, "kubewarden/store") },
    kwctl: (args, more, stdin) => run(process.execPath, [program.path, ...args], more, stdin),
    begin: (args) => begin(process.execPath, [program.path, ...args]),
    run: (command, args) => run(command, args),
    async write(name, content) {
      await writeFile(join(path, name), content);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
