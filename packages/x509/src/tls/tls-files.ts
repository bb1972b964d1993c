import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Logger, osErrorText } from "@kubewarden-ts/base";
import { X509Error } from "../errors.ts";

/** Where certificates and keys of a listener lie. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Certificate authorities of clients; when there are any, a client must show a certificate. */
  readonly clientCaFiles: readonly string[];
}

/** A certificate, its intermediates and its key, as PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const certificateBegin = /-----BEGIN CERTIFICATE-----/;
const keyBlock = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]*-----END (?:RSA |EC )?PRIVATE KEY-----/g;

/**
 * Reads certificate and key and checks that they belong together. The certificate file may hold intermediates after the
 * leaf; upstream refuses them.
 * @throws {X509Error} `X509_TLS_FILE_INVALID` naming the file
 */
export async function readServerIdentity({ certFile, keyFile }: TlsFiles): Promise<ServerIdentity> {
  const cert = await readPem(certFile);
  const key = await readPem(keyFile);
  const certificates = cert.match(certificateBlock) ?? [];
  if (certificates.length === 0) {
    throw invalid(certFile, "Expected exactly one certificate in certificate file, found 0");
  }
  const keys = key.match(keyBlock) ?? [];
  if (keys.length !== 1) {
    throw invalid(keyFile, `Expected exactly one key in key file, found ${keys.length}`);
  }
  const [leaf] = certificates.map((text) => parsed(certFile, "certificate", () => new X509Certificate(text)));
  const privateKey = parsed(keyFile, "key", () => createPrivateKey(key));
  if (!leaf?.checkPrivateKey(privateKey)) {
    throw invalid(keyFile, `the key does not belong to the certificate in ${certFile}`);
  }
  return { cert, key };
}

/**
 * Reads the certificate authorities of clients; what cannot be read in a file is left out and counted in the log.
 * @param options.strict - refuse a file that holds certificates of which none can be read: it takes the place of one
 *   that was good
 * @throws {X509Error} `X509_TLS_FILE_INVALID` naming the file
 */
export async function readClientAuthorities(
  paths: readonly string[],
  { log, strict = false }: { log: Logger; strict?: boolean },
): Promise<readonly string[]> {
  const authorities: string[] = [];
  for (const path of paths) {
    const text = await readPem(path);
    const blocks = text.match(certificateBlock) ?? [];
    const valid = blocks.filter(isCertificate);
    if (strict && valid.length === 0 && certificateBegin.test(text))
      throw invalid(path, "invalid certificate");
    const ignored = blocks.length - valid.length;
    if (ignored > 0) log.warn("Ignoring client CA certificates that cannot be read", { path, ignored });
    log.info("Loaded client CA certificates", {
      client_ca_certs_added: valid.length,
      client_ca_certs_ignored: ignored,
    });
    authorities.push(...valid);
  }
  if (paths.length > 0 && authorities.length === 0) {
    throw invalid(paths.join(", "), "no valid client CA certificate");
  }
  return authorities;
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (cause) {
    throw invalid(path, osErrorText(cause));
  }
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw invalid(path, `invalid ${what}`, cause);
  }
}

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(path: string, problem: string, cause?: unknown): X509Error {
  return new X509Error(`${path}: ${problem}`, { code: "X509_TLS_FILE_INVALID", cause });
}
