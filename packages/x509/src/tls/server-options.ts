import { constants } from "node:crypto";
import type { Server, TlsOptions } from "node:tls";
import { createSecureContext } from "node:tls";
import type { ServerIdentity } from "./tls-files.ts";

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

/** How our listeners speak TLS (policy-server 10): 1.2 and 1.3, and with authorities only to clients that show a certificate. */
export function serverTlsOptions(
  { cert, key }: ServerIdentity,
  clientAuthorities: readonly string[],
): TlsOptions {
  return {
    cert,
    key,
    ciphers,
    minVersion: "TLSv1.2",
    honorCipherOrder: true,
    // resumed sessions of one server belong together; without a name OpenSSL refuses those of clients with certificates
    sessionIdContext: "kubewarden-ts",
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(clientAuthorities.length > 0 && {
      ca: [...clientAuthorities],
      requestCert: true,
      rejectUnauthorized: true,
      // every listed certificate is a trust anchor, also an intermediate one
      allowPartialTrustChain: true,
    }),
  };
}

/**
 * Gives a server its certificate, key and client authorities; open connections keep theirs. Tickets of earlier sessions
 * end with the context they were issued under, so nobody resumes a session with an authority that was taken away.
 *
 * `Server.setSecureContext` drops `allowPartialTrustChain`, so the context is made here and put where the server looks
 * for it. Should a Node.js release look elsewhere, intermediate client authorities are refused and material is not
 * replaced; tests show both.
 */
export function useSecureContext(server: Server, tls: TlsOptions): void {
  Object.assign(server, { _sharedCreds: createSecureContext(tls) });
}
