import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { silentLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { fakeEvaluator } from "../testing/fake-evaluator.ts";
import { startHttpServer } from "./listener.ts";
import { policyRoutes } from "./policy-routes.ts";

const path = "/validate/psp";
const json = "content-type: application/json";
const last = "connection: close";

function request(line: string, headers: readonly string[], body = ""): string {
  return [`${line} HTTP/1.1`, "host: x", ...headers, "", body].join("\r\n");
}

const sized = (line: string, headers: readonly string[] = [json]) =>
  request(line, [...headers, "content-length: 2"], "{}");
const ordinary = sized(`POST ${path}`, [json, last]);
const chunked = (chunks: string) =>
  request(`POST ${path}`, [json, last, "transfer-encoding: chunked"], chunks);

describe("requests over one connection", () => {
  it.each<[string, string, number[]]>([
    ["two at once", sized(`POST ${path}`) + ordinary, [200, 200]],
    ["one after an unknown path", sized("POST /nowhere") + ordinary, [404, 200]],
    ["one after a wrong method", sized(`GET ${path}`) + ordinary, [405, 200]],
    ["one after a wrong type", sized(`POST ${path}`, ["content-type: text/plain"]) + ordinary, [415, 200]],
    [
      "one that asks whether to go on",
      sized(`POST ${path}`, [json, last, "expect: 100-continue"]),
      [100, 200],
    ],
    ["one that expects something else", sized(`POST ${path}`, [json, last, "expect: coffee"]), [417]],
    [
      "one that wants another protocol",
      sized(`POST ${path}`, [json, "upgrade: h2c", "connection: upgrade, close"]),
      [200],
    ],
    ["chunks with extensions and trailers", chunked("1;a=b\r\n{\r\n1\r\n}\r\n0\r\nx: y\r\n\r\n"), [200]],
    ["chunks without a size", chunked("zz\r\n{}\r\n0\r\n\r\n"), [400]],
    ["two lengths", request(`POST ${path}`, [json, "content-length: 2", "content-length: 3"], "{}"), [400]],
    [
      "a length and chunks",
      request(`POST ${path}`, [json, "content-length: 2", "transfer-encoding: chunked"], "0\r\n\r\n"),
      [400],
    ],
    ["a length below zero", request(`POST ${path}`, [json, "content-length: -2"], "{}"), [400]],
    ["no host", ordinary.replace("host: x\r\n", ""), [400]],
    ["a path that is not ASCII", sized("POST /validate/ü"), [400]],
    [
      "more headers than there is room for",
      sized(`POST ${path}`, [
        json,
        ..."x"
          .repeat(4000)
          .split("")
          .map((name) => `${name}: y`),
      ]),
      [431],
    ],
    ["the first line of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]],
  ])("policy-server 13: %s", async (_what, sent, statuses) => {
    const evaluator = fakeEvaluator();
    const options = { host: "127.0.0.1", port: 0, maxBodyBytes: 1024, log: silentLogger };
    await using server = await startHttpServer({
      ...options,
      routes: policyRoutes({ evaluator, log: silentLogger }),
    });
    const socket = connect(server.port, "127.0.0.1");
    socket.write(sent);
    const answers = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d{3}) /g)];
    expect(answers.map(([, status]) => Number(status))).toEqual(statuses);
    expect(evaluator.calls).toHaveLength(statuses.filter((status) => status === 200).length);
  });
});
