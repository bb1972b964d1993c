import { type FileStamp, type WatchOptions, watchFiles } from "@kubewarden-ts/base/node";

export interface WatchPoliciesOptions {
  /** Of the policies file when it was last read. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
  /** Has the policies read again. */
  readonly reload: () => Promise<void>;
  /** How often it is done although the file did not change: a module may be another one behind the same address. */
  readonly refreshMs: number;
  readonly watching?: WatchOptions;
}

/** Has the policies read again when their file changes, also as Kubernetes changes mounted ConfigMaps, and now and then. */
export function watchPolicies({ stamps, reload, refreshMs, watching }: WatchPoliciesOptions): Disposable {
  const watched = watchFiles(stamps, reload, watching);
  const timer = setInterval(() => void reload(), refreshMs).unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      watched[Symbol.dispose]();
    },
  };
}
