import { errorText, type Logger, osErrorText } from "@kubewarden-ts/base";
import {
  type CapabilityServer,
  createRecorder,
  createReplay,
  formatSession,
  parseSession,
} from "@kubewarden-ts/host-capabilities";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import type { ConnectedHost } from "../host/connected-host.ts";
import { readUserText } from "../user-file.ts";

/** Serves the host calls of one run, from a session file or with a note of all of them. */
export interface RunHost extends AsyncDisposable {
  readonly serve: CapabilityServer;
  /** Once all policies were asked: writes the session file, or says what of it nobody asked for. */
  finish(): Promise<void>;
}

export interface RunHostOptions {
  readonly record: string | undefined;
  readonly replay: string | undefined;
  /** The session begins anew when it has been replayed: for who asks the same again and again. */
  readonly replayAgain?: boolean;
  /** Not called for a replay: nothing is contacted then. */
  readonly connect: () => Promise<ConnectedHost>;
  readonly files: FileSystem;
  readonly log: Logger;
}

/** @throws {KwctlError} `KWCTL_INPUT_INVALID` for a session file that cannot be read */
export async function openRunHost(options: RunHostOptions): Promise<RunHost> {
  const { record, replay, replayAgain = false, connect, files, log } = options;
  if (replay !== undefined) return replayingHost(replay, { files, log, again: replayAgain });
  const host = await connect();
  if (record === undefined) return { serve: host.serve, async finish() {}, ...disposing(host) };
  const recorder = createRecorder(host.serve);
  return {
    serve: recorder.serve,
    async finish() {
      const text = new TextEncoder().encode(formatSession(recorder.exchanges()));
      await files.writeFile(record, text).catch((error: unknown) => {
        throw invalidInput(`Cannot write session file ${record}: ${osErrorText(error)}`);
      });
    },
    ...disposing(host),
  };
}

async function replayingHost(
  path: string,
  { files, log, again }: { readonly files: FileSystem; readonly log: Logger; readonly again: boolean },
): Promise<RunHost> {
  const exchanges = await readSession(path, files);
  let replay = createReplay(exchanges);
  return {
    serve(...call) {
      if (again && replay.left() === 0) replay = createReplay(exchanges);
      return replay.serve(...call);
    },
    async finish() {
      const left = replay.left();
      if (left > 0) log.warn("Some of the recorded exchanges have not been replayed", { path, left });
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function readSession(path: string, files: FileSystem) {
  const text = await readUserText(files, path, `Cannot read session file ${path}`);
  try {
    return parseSession(text);
  } catch (error) {
    throw invalidInput(`Cannot parse session file ${path}: ${errorText(error)}`);
  }
}

function disposing(host: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}
