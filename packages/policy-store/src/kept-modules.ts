import { errorText, type Logger } from "@kubewarden-ts/base";
import { checkedModule, isWholeModule, sha256Of } from "./module-bytes.ts";
import type { StoredFiles } from "./stored-files.ts";
import type { StoredModule } from "./stored-module.ts";

/** Modules in the folder of a store, and what is known of each since it was written. */
export interface KeptModules {
  pathOf(segments: readonly string[]): string;
  /**
   * A module, its digest checked where it is known.
   * @returns nothing when there is none, or when it is not what was written, which `onDamaged` hears of
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_TOO_LARGE`, `STORE_FILE_UNREADABLE`
   */
  read(segments: readonly string[]): Promise<StoredModule | undefined>;
  /**
   * The digest of a file as it lies there, a damaged one as well.
   * @returns nothing when there is none
   * @throws as `read`
   */
  digestInPlace(segments: readonly string[]): Promise<string | undefined>;
  /**
   * Puts a module in place.
   * @param about.digest - of the module, where its bytes were checked against one
   * @throws {StoreError} `STORE_NOT_WASM`, `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  write(
    segments: readonly string[],
    bytes: Uint8Array,
    about?: { checked?: { readonly digest: string }; manifestDigest?: string },
  ): Promise<StoredModule>;
  /** @throws {StoreError} `STORE_OUTSIDE`, `STORE_NOT_WRITABLE` */
  remove(segments: readonly string[]): Promise<void>;
}

/** What was known of a module when it was written: a line of text beside the modules, under the same names. */
interface Note {
  readonly digest: string;
  readonly stamp: string;
  readonly manifestDigest?: string;
}

const notes = "notes";
const maxNoteBytes = 4096;
const noteFormat = /^(sha256:[0-9a-f]{64}) (\d+\.\d+) (-|[a-z0-9]+:[0-9a-f]+)\n$/;

export function keepModules({
  files,
  maxBytes,
  onDamaged,
  log,
}: {
  readonly files: StoredFiles;
  readonly maxBytes: number;
  readonly onDamaged: (path: string) => void;
  readonly log: Logger;
}): KeptModules {
  const readNote = async (segments: readonly string[]): Promise<Note | undefined> => {
    const file = await files.read([notes, ...segments], { maxBytes: maxNoteBytes }).catch(() => undefined);
    return file && parseNote(file.bytes);
  };

  const writeNote = async (segments: readonly string[], note: Note): Promise<void> => {
    try {
      await files.write([notes, ...segments], formatNote(note));
    } catch (error) {
      // nothing is lost: the module is looked at as one of somebody else
      log.debug("what is known of a module cannot be kept", { error: errorText(error) });
    }
  };

  return {
    pathOf: files.pathOf,
    async read(segments) {
      const file = await files.read(segments, { maxBytes });
      if (file === undefined) return undefined;
      const { bytes, stamp } = file;
      const path = files.pathOf(segments);
      const digest = sha256Of(bytes);
      const note = await readNote(segments);
      // of a file that another program wrote since, nothing is known
      const known = note?.stamp === stamp ? note : undefined;
      if (known === undefined ? isWholeModule(bytes) : known.digest === digest) {
        return { bytes, path, digest, manifestDigest: known?.manifestDigest };
      }
      onDamaged(path);
      return undefined;
    },
    async digestInPlace(segments) {
      const file = await files.read(segments, { maxBytes });
      return file && sha256Of(file.bytes);
    },
    async write(segments, bytes, { checked, manifestDigest } = {}) {
      const stamp = await files.write(segments, checkedModule(bytes));
      const digest = sha256Of(bytes, checked);
      await writeNote(segments, { digest, stamp, ...(manifestDigest !== undefined && { manifestDigest }) });
      return { bytes, path: files.pathOf(segments), digest, manifestDigest };
    },
    async remove(segments) {
      await files.remove(segments);
      await files.remove([notes, ...segments]);
    },
  };
}

function parseNote(bytes: Uint8Array): Note | undefined {
  const [, digest, stamp, manifest] = noteFormat.exec(Buffer.from(bytes).toString("latin1")) ?? [];
  if (digest === undefined || stamp === undefined || manifest === undefined) return undefined;
  return { digest, stamp, ...(manifest !== "-" && { manifestDigest: manifest }) };
}

function formatNote({ digest, stamp, manifestDigest = "-" }: Note): Uint8Array {
  return Buffer.from(`${digest} ${stamp} ${manifestDigest}\n`);
}
