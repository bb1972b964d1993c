import type { ClusterAccess } from "../access/cluster-access.ts";

/** Access to a server with credentials that never change. */
export function staticAccess(
  server: string,
  options: Partial<Pick<ClusterAccess, "verifyServer" | "serverName" | "proxy">> & {
    token?: string;
    tls?: { ca?: string; cert?: string; key?: string };
  } = {},
): ClusterAccess {
  const { token, tls = {}, verifyServer = true, serverName, proxy } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    server,
    origin: "a test",
    namespace: "default",
    verifyServer,
    serverName,
    proxy,
    credentials: async () => ({ headers, tls }),
    forgetCredentials() {},
  };
}
