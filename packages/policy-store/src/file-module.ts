import { osErrorText } from "@kubewarden-ts/base";
import { StoreError } from "./errors.ts";
import { readFileAtMost } from "./module-bytes.ts";

/** Reads a `file://` module in place. */
export async function readFileModule(
  path: string,
  { signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
): Promise<Uint8Array> {
  signal.throwIfAborted();
  try {
    return (await readFileAtMost(path, { maxBytes, signal })).bytes;
  } catch (cause) {
    if (!(cause instanceof Error && "errno" in cause)) throw cause;
    throw new StoreError(osErrorText(cause), { code: "STORE_FILE_UNREADABLE" });
  }
}
