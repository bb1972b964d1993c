import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { usablePort } from "./ports.ts";

it("finds a free port for 0", async () => {
  expect(await usablePort(0, "127.0.0.1")).toBeGreaterThan(0);
});

it("says what to do when a port is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(usablePort(port, "127.0.0.1")).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken: stop what listens there, or take another with npm start -- --port ${port + 1}`,
  );
  server.close();
});
