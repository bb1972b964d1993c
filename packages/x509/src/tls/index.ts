export { serverTlsOptions, useSecureContext } from "./server-options.ts";
export { openServerTls, type ServerTls } from "./server-tls.ts";
export type { ServerIdentity, TlsFiles } from "./tls-files.ts";
