import { open } from "node:fs/promises";
import { StoreError } from "./errors.ts";
import { readAtMost } from "./module-bytes.ts";
import { osErrorText } from "./os-error-text.ts";

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
    const text = osErrorText(cause);
    if (text === undefined) throw cause;
    throw new StoreError(text, { code: "STORE_FILE_UNREADABLE" });
  }
}
