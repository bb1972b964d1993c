import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import { type Logger, osErrorText } from "@kubewarden-ts/base";
import { ServerError } from "./errors.ts";

/** Where certificates and keys lie. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Certificate authorities of clients; when there are any, a client must show a certificate. */
  readonly clientCaFiles: readonly string[];
}

/** policy-server 10: authenticated ciphers with forward secrecy, in this order of preference. */
const ciphers = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/**
 * Reads and checks certificate, key and client authorities (policy-server 10). The certificate file may hold
 * intermediates after the leaf; upstream refuses them.
 * @throws {ServerError} `SERVER_TLS_INVALID` naming the file
 */
export async function loadTls(files: TlsFiles, log: Logger): Promise<ServerOptions> {
  const cert = await readPem(files.certFile);
  const key = await readPem(files.keyFile);
  checkPair({ cert, key }, files);
  const clientAuthorities = await loadClientAuthorities(files.clientCaFiles, log);
  return {
    cert,
    key,
    ciphers,
    minVersion: "TLSv1.2",
    honorCipherOrder: true,
    // resumed sessions of one server belong together; without a name OpenSSL refuses those of clients with certificates
    sessionIdContext: "policy-server",
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(clientAuthorities.length > 0 && {
      ca: clientAuthorities,
      requestCert: true,
      rejectUnauthorized: true,
      // every listed certificate is a trust anchor, also an intermediate one
      allowPartialTrustChain: true,
    }),
  };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (cause) {
    throw invalid(path, osErrorText(cause));
  }
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const keyBlock = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]*-----END (?:RSA |EC )?PRIVATE KEY-----/g;

function checkPair({ cert, key }: { cert: string; key: string }, { certFile, keyFile }: TlsFiles): void {
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
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw invalid(path, `invalid ${what}`, cause);
  }
}

async function loadClientAuthorities(paths: readonly string[], log: Logger): Promise<string[]> {
  const certsLog = log.child({ target: "policy_server::certs" });
  const authorities: string[] = [];
  for (const path of paths) {
    const blocks = (await readPem(path)).match(certificateBlock) ?? [];
    const valid = blocks.filter(isCertificate);
    const ignored = blocks.length - valid.length;
    if (ignored > 0) certsLog.warn("Ignoring client CA certificates that cannot be read", { path, ignored });
    certsLog.info("Loaded client CA certificates", {
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

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(path: string, problem: string, cause?: unknown): ServerError {
  return new ServerError(`${path}: ${problem}`, { code: "SERVER_TLS_INVALID", cause });
}
