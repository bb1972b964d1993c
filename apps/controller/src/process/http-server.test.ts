import { describe, expect, it } from "vitest";
import { plainText, startTextServer } from "./http-server.ts";
import { probeRoutes } from "./probe-routes.ts";

const address = { host: "127.0.0.1", port: 0 };

describe("the probes", () => {
  it("answer healthy at once, and ready when nothing is missing", async () => {
    let problem: string | undefined = "no certificate yet";
    await using server = await startTextServer(
      address,
      probeRoutes(() => problem),
    );
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await ask("/healthz")).toEqual([200, "ok"]);
    expect(await ask("/readyz")).toEqual([503, "not ready: no certificate yet"]);
    problem = undefined;
    expect(await ask("/readyz?verbose")).toEqual([200, "ok"]);
    expect(await ask("/other")).toEqual([404, "404 page not found\n"]);
    expect(await ask("/constructor")).toEqual([404, "404 page not found\n"]);
  });

  it("answer GET and HEAD only", async () => {
    const body = "a".repeat(10);
    const routes = { "/metrics": () => ({ status: 200, contentType: plainText, body }) };
    await using server = await startTextServer(address, routes);
    const url = `http://127.0.0.1:${server.port}/metrics`;
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
    expect((await fetch(url, { method: "POST", body })).status).toBe(405);
  });

  it("say which port is in use", async () => {
    await using server = await startTextServer(address, {});
    const { port } = server;
    await expect(startTextServer({ ...address, port }, {})).rejects.toMatchObject({
      code: "CONTROLLER_BIND_FAILED",
      message: `cannot listen on 127.0.0.1:${port}: Address already in use (os error 98)`,
    });
  });
});
