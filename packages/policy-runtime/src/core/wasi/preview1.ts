import type { GuestState } from "../guest-state.ts";
import { clockFunctions, preview1Subscription, unstableSubscription } from "./clock.ts";
import { errno } from "./errno.ts";
import { processFunctions } from "./process.ts";
import { streamFunctions } from "./streams.ts";

/** Both names under which guests import WASI preview 1. */
export const wasiModules = ["wasi_snapshot_preview1", "wasi_unstable"] as const;

/** Functions over what we do not have: files, directories, sockets. */
const absent = [
  ...["fd_advise", "fd_allocate", "fd_fdstat_set_rights", "fd_filestat_set_size", "fd_filestat_set_times"],
  ...["fd_pread", "fd_pwrite", "fd_readdir", "fd_renumber"],
  ...["path_create_directory", "path_filestat_get", "path_filestat_set_times", "path_link", "path_open"],
  ...["path_readlink", "path_remove_directory", "path_rename", "path_symlink", "path_unlink_file"],
  ...["sock_accept", "sock_recv", "sock_send", "sock_shutdown"],
] as const;

export type WasiFunctions = Record<string, (...args: never[]) => unknown>;

/**
 * WASI preview 1 as policies get it (policy-runtime 2.4, 3): arguments, standard streams, clocks, randomness; no
 * files, no environment, no network: those functions answer that there is nothing, they never trap.
 * @param write - receives what the guest writes to descriptor 1 or 2; the bytes are a view, copy to keep them
 */
export function wasiImports(
  state: GuestState,
  module: (typeof wasiModules)[number],
  write: (descriptor: number, bytes: Uint8Array) => void,
): WasiFunctions {
  const layout = module === "wasi_unstable" ? unstableSubscription : preview1Subscription;
  const functions: WasiFunctions = {
    ...processFunctions(state),
    ...clockFunctions(state, layout),
    ...streamFunctions(state, write),
  };
  for (const name of absent) functions[name] = () => errno.badFileDescriptor;
  return functions;
}
