import type { Server, ServerOptions } from "node:https";
import { createSecureContext } from "node:tls";

/**
 * Gives a server its certificate, key and client authorities; open connections keep theirs.
 * `Server.setSecureContext` drops `allowPartialTrustChain`, so the context is made here and put where the server looks
 * for it. Should a Node.js release look elsewhere, intermediate client authorities are refused, nothing more.
 */
export function useSecureContext(server: Server, tls: ServerOptions): void {
  Object.assign(server, { _sharedCreds: createSecureContext(tls) });
}
