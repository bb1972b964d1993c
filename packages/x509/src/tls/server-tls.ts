import type { TlsOptions } from "node:tls";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { fileStamps, type WatchOptions, watchFiles } from "@kubewarden-ts/base/node";
import { serverTlsOptions } from "./server-options.ts";
import { readClientAuthorities, readServerIdentity, type TlsFiles } from "./tls-files.ts";

/** Certificates of a listener, as they are and as they come. */
export interface ServerTls {
  /** What the files held when they were read first. */
  readonly options: TlsOptions;
  /**
   * Watches the files, and hands over what new connections are to use whenever it changed; changes since the files were
   * read first count.
   */
  keepCurrent(use: (options: TlsOptions) => void, watching?: WatchOptions): Disposable;
}

/**
 * Reads and checks certificate, key and client authorities of a listener (policy-server 10).
 * @param log - its target should end in `certs`: other tools look for it
 * @throws {X509Error} `X509_TLS_FILE_INVALID` naming the file
 */
export async function openServerTls(files: TlsFiles, log: Logger): Promise<ServerTls> {
  const { certFile, keyFile, clientCaFiles } = files;
  // before they are read: a change in between is then seen as one
  const stamps = await fileStamps([certFile, keyFile, ...clientCaFiles]);
  const identity = await readServerIdentity(files);
  const authorities = await readClientAuthorities(clientCaFiles, { log });
  const options = serverTlsOptions(identity, authorities);
  const keepCurrent = (use: (options: TlsOptions) => void, watching: WatchOptions = {}): Disposable => {
    const rotate = rotation(files, { identity, authorities, use, log });
    return watchFiles(stamps, rotate, watching);
  };
  return { options, keepCurrent };
}

interface Rotation {
  identity: Awaited<ReturnType<typeof readServerIdentity>>;
  authorities: readonly string[];
  readonly use: (options: TlsOptions) => void;
  readonly log: Logger;
}

/**
 * What to do about changed files: the pair is replaced when both of its files changed, the authorities when one of theirs
 * did. What cannot be used leaves the old in place, and is tried again at the next change.
 */
function rotation(files: TlsFiles, current: Rotation): (changed: ReadonlySet<string>) => Promise<void> {
  const { certFile, keyFile, clientCaFiles } = files;
  const { log, use } = current;
  const pending = { cert: false, key: false, clientCa: false };

  const note = (changed: ReadonlySet<string>): void => {
    const isChanged = (path: string): boolean => changed.has(path);
    if (isChanged(certFile)) log.info("TLS certificate file has been modified");
    if (isChanged(keyFile)) log.info("TLS key file has been modified");
    for (const _ of clientCaFiles.filter(isChanged)) log.info("TLS client CA file has been modified");
    pending.cert ||= isChanged(certFile);
    pending.key ||= isChanged(keyFile);
    pending.clientCa ||= clientCaFiles.some(isChanged);
  };
  const reloadIdentity = async (): Promise<void> => {
    log.info("Reloading Server TLS certificates");
    const identity = await readServerIdentity(files);
    use(serverTlsOptions(identity, current.authorities));
    current.identity = identity;
    pending.cert = pending.key = false;
  };
  const reloadAuthorities = async (): Promise<void> => {
    log.info("Reloading client CA certificates");
    const authorities = await readClientAuthorities(clientCaFiles, { log, strict: true });
    use(serverTlsOptions(current.identity, authorities));
    current.authorities = authorities;
    pending.clientCa = false;
  };
  const attempt = async (reload: () => Promise<void>): Promise<void> => {
    try {
      await reload();
    } catch (error) {
      log.error(`Failed to reload TLS certificates: ${errorText(error)}`);
    }
  };
  return async (changed) => {
    note(changed);
    if (pending.cert && pending.key) await attempt(reloadIdentity);
    if (pending.clientCa) await attempt(reloadAuthorities);
  };
}
