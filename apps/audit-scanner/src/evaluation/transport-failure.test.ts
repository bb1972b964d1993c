import { describe, expect, it } from "vitest";
import { isNeverConnected, transportFailure } from "./transport-failure.ts";

const named = { anonymous: false };
const coded = (code: string, message = "connect E 10.0.0.7:8443") =>
  Object.assign(new Error(message), { code });

describe("audit falls short 11: why a request got no answer", () => {
  it.each<[unknown, string, boolean]>([
    [coded("ECONNREFUSED"), "connection refused; look whether its pods are ready", false],
    [
      new AggregateError([coded("ECONNREFUSED"), coded("EHOSTUNREACH")]),
      "connection refused; look whether its pods are ready",
      false,
    ],
    [coded("ENOTFOUND"), "its name cannot be resolved", false],
    [coded("EAI_AGAIN"), "its name cannot be resolved at the moment", true],
    [coded("ECONNRESET"), "the connection broke before an answer came", true],
    [
      coded("CERT_HAS_EXPIRED", "certificate has expired"),
      "its certificate is not trusted: certificate has expired; set --extra-ca to the file of its authority",
      false,
    ],
    [coded("ERR_SSL_SOMETHING_CERTIFICATE", "tls\nsays no"), "tls says no", false],
    [coded("UND_ERR_NEW", ""), "UND_ERR_NEW", false],
    [coded("constructor", "odd"), "odd", false],
    ["thrown text", "thrown text", false],
    [undefined, "undefined", false],
  ])("%s", (error, text, passing) => {
    expect(transportFailure(error, named)).toEqual({ text, passing });
  });

  it("names the client certificate where one may be missing", () => {
    const hint = "if it wants a client certificate, set --client-cert and --client-key";
    expect(transportFailure(coded("EPIPE"), { anonymous: true }).text).toContain(hint);
    expect(transportFailure(coded("ECONNREFUSED"), { anonymous: true }).text).not.toContain(hint);
  });

  it.each<[unknown, string, boolean]>([
    [coded("ECONNREFUSED"), "the proxy cannot be reached: connection refused", false],
    [coded("ENOTFOUND"), "the proxy cannot be reached: its name cannot be resolved", false],
    [
      coded("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling"),
      "the proxy does not let us through: it answered HTTP 407",
      false,
    ],
  ])("names the proxy where one is on the way: %s", (error, text, passing) => {
    const way = { anonymous: false, proxyVariable: "HTTPS_PROXY" };
    const told = { text: `${text}; look at HTTPS_PROXY and NO_PROXY`, passing };
    expect(transportFailure(error, way)).toEqual(told);
    expect(transportFailure(error, named)).not.toEqual(told);
  });

  it("another endpoint is asked only where nobody can have seen the request", () => {
    expect(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT"].map((code) => isNeverConnected(coded(code)))).toEqual([
      true,
      true,
    ]);
    expect(["ECONNRESET", "CERT_HAS_EXPIRED"].map((code) => isNeverConnected(coded(code)))).toEqual([
      false,
      false,
    ]);
  });
});
