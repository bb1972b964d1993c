import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { errorText, osErrorText } from "@kubewarden-ts/base";
import { pemBlocks } from "@kubewarden-ts/x509";
import { EvaluatorError } from "./errors.ts";

/** Whom we trust and who we are, towards policy servers. */
export interface ClientTls {
  readonly secureContext: SecureContext;
  /** false: any certificate of a policy server will do */
  readonly verify: boolean;
  /** whether we have a certificate to show */
  readonly identified: boolean;
}

/** `--extra-ca`, `--client-cert`, `--client-key` and `--insecure-ssl`. */
export interface ClientTlsFiles {
  readonly extraCaFile?: string | undefined;
  /** Both, or none. */
  readonly clientCertFile?: string | undefined;
  readonly clientKeyFile?: string | undefined;
  readonly insecure?: boolean;
}

/**
 * Reads what connections to policy servers need (audit-and-reports.md 2.8): the system's trust store with `--extra-ca`
 * added, where `SSL_CERT_FILE` and `SSL_CERT_DIR` say where that lies, and our own certificate.
 * @param roots - certificate authorities of the system, as PEM
 * @throws {EvaluatorError} naming the file; the texts of audit-and-reports.md 1.4
 */
export async function readClientTls(
  files: ClientTlsFiles,
  roots: () => readonly string[] = () => getCACertificates("system"),
): Promise<ClientTls> {
  const { extraCaFile, clientCertFile, clientKeyFile, insecure = false } = files;
  const extra = extraCaFile === undefined ? [] : await readAuthorities(extraCaFile);
  const pair =
    clientCertFile === undefined || clientKeyFile === undefined
      ? {}
      : await readClientPair(clientCertFile, clientKeyFile);
  const secureContext = createSecureContext({
    ca: [...roots(), ...extra],
    minVersion: "TLSv1.2",
    // each listed certificate is a trust anchor, also an intermediate one, as for clients written in Go
    allowPartialTrustChain: true,
    ...pair,
  });
  return { secureContext, verify: !insecure, identified: "cert" in pair };
}

async function readAuthorities(path: string): Promise<readonly string[]> {
  const fault = (problem: string, cause?: unknown): EvaluatorError =>
    new EvaluatorError(`failed to create scanner: ${problem}`, { code: "EVALUATOR_CA_UNREADABLE", cause });
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fault(`failed to read file ${JSON.stringify(path)} with CA cert: ${osErrorText(cause)}`, cause);
  });
  const blocks = [...pemBlocks(bytes)].filter(({ label }) => label === "CERTIFICATE");
  const certificates = blocks.flatMap((block) => asPem(block.bytes));
  if (certificates.length === 0) throw fault("failed to append cert to in-app RootCAs trust store");
  return certificates;
}

/** What cannot be read is passed over, as Go does. */
function asPem(der: Uint8Array): string[] {
  try {
    return [new X509Certificate(der).toString()];
  } catch {
    return [];
  }
}

async function readClientPair(certFile: string, keyFile: string): Promise<{ cert: string; key: string }> {
  const fault = (path: string, problem: string, cause: unknown): EvaluatorError =>
    new EvaluatorError(`failed to create scanner: loading client certificate: ${path}: ${problem}`, {
      code: "EVALUATOR_CLIENT_CERTIFICATE_INVALID",
      cause,
    });
  const read = (path: string): Promise<string> =>
    readFile(path, "latin1").catch((cause: unknown) => {
      throw fault(path, osErrorText(cause), cause);
    });
  const pair = { cert: await read(certFile), key: await read(keyFile) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw fault(`${certFile}, ${keyFile}`, `not a certificate and its key: ${errorText(cause)}`, cause);
  }
  return pair;
}
