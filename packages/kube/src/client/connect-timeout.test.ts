import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, expect, it } from "vitest";
import { staticAccess } from "../testing/static-access.ts";
import { createKubeClient } from "./kube-client.ts";

/** Takes connections and says nothing: no TLS session begins. */
const silent = createServer((socket) => void sockets.add(socket.on("error", () => {})));
const sockets = new Set<Socket>();
beforeAll(async () => {
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

it("kwctl-and-oci 7.4: a connection that does not come to stand is given up before the request is", async () => {
  const { port } = Object(silent.address());
  const access = staticAccess(`https://127.0.0.1:${port}`);
  const options = { log: silentLogger, userAgent: "test", connectTimeoutMs: 50, timeoutMs: 10_000 };
  await using client = createKubeClient(access, options);
  await expect(client.get("/api/v1")).rejects.toMatchObject({ code: "KUBE_UNAVAILABLE" });
});
