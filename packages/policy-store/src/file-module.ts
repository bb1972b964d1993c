import { open } from "node:fs/promises";
import { osErrorText } from "@kubewarden-ts/base";
import { StoreError } from "./errors.ts";
import { readAtMost } from "./module-bytes.ts";

/** Reads a `file://` module in place. */
export async function readFileModule(
  path: string,
  { signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
): Promise<Uint8Array> {
  signal.throwIfAborted();
  try {
    await using file = await open(path);
    return await readAtMost(file.createReadStream({ autoClose: false }), maxBytes);
  } catch (cause) {
    if (!(cause instanceof Error && "errno" in cause)) throw cause;
    throw new StoreError(osErrorText(cause), { code: "STORE_FILE_UNREADABLE" });
  }
}
