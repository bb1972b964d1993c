import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFakeApiServer, type FakeApiServer } from "./fake-api-server.ts";

const secrets = { apiVersion: "v1", kind: "Secret" };
const secret = { ...secrets, metadata: { name: "a", namespace: "shop" } };
const path = "/api/v1/namespaces/shop/secrets";

describe("until", () => {
  let server: FakeApiServer;
  beforeEach(async () => {
    server = await createFakeApiServer();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const send = (method: string, to: string, body?: object) =>
    fetch(`${server.url}${to}`, { method, ...(body && { body: JSON.stringify(body) }) });

  it.each([
    ["POST", path, secret, 1],
    ["DELETE", `${path}/a`, undefined, 0],
  ] as const)(
    "of a %s comes when the write is stored, with the request or before its answer",
    async (method, to, body, left) => {
      if (method === "DELETE") server.put(secret);
      const arrived = server
        .until(() => server.count({ method }) === 1)
        .then(() => server.stored(secrets).length);
      const answered = send(method, to, body);
      expect(await arrived).toBe(left);
      expect((await answered).ok).toBe(true);
    },
  );

  it("sees what the test itself puts and removes", async () => {
    const isThere = server.until(() => server.stored(secrets).length === 1);
    server.put(secret);
    await isThere;
    const isGone = server.until(() => server.stored(secrets).length === 0);
    server.remove(secret);
    await isGone;
  });

  it("holds at once where nothing has to happen", async () => {
    await server.until(() => true);
  });
});
