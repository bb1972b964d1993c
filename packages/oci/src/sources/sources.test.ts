import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OciError } from "../errors.ts";
import { defaultSources, proxiesFromEnvironment, withEnvironmentProxies } from "./sources.ts";
import { toSources } from "./sources-file.ts";

const [certificate = "", another = ""] = rootCertificates;

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-sources-"));
  await writeFile(join(folder, "ca.pem"), `# two\n${certificate}\n${another}\n`);
  await writeFile(
    join(folder, "ca.der"),
    Buffer.from(certificate.replaceAll(/-----[^-]*-----|\s/g, ""), "base64"),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe("toSources", () => {
  it.each([[undefined], [null], [{}], [{ surprise: 1 }]])("takes %j as nothing special", async (document) => {
    expect(await toSources(document)).toEqual(defaultSources);
  });

  it("reads hosts, authorities and proxies", async () => {
    const sources = await toSources({
      insecure_sources: ["dev.test", "127.0.0.1:5000"],
      source_authorities: {
        "registry.test:5001": [
          { type: "Path", path: join(folder, "ca.pem") },
          { type: "Path", path: join(folder, "ca.der") },
          { type: "Data", data: certificate },
        ],
      },
      proxies: { http_proxy: "http://p:3128", https_proxy: "", no_proxy: "localhost,.corp" },
    });
    expect(sources.insecureSources).toEqual(new Set(["dev.test", "127.0.0.1:5000"]));
    expect(sources.authorities.get("registry.test:5001")?.map(fingerprint)).toEqual(
      [certificate, another, certificate, certificate].map(fingerprint),
    );
    expect(sources.proxies).toEqual({ http: "http://p:3128", none: "localhost,.corp" });
  });

  it.each([
    ["a list", [], "the document: expected a map, received a list"],
    ["a text", { insecure_sources: "x" }, "insecure_sources: expected a list, received string"],
    ["a number", { insecure_sources: ["x", 1] }, "insecure_sources[1]: expected a string, received number"],
    [
      "an unknown type",
      { source_authorities: { h: [{ type: "path" }] } },
      'source_authorities.h[0].type: expected "Path" or "Data", received "path"',
    ],
    [
      "no path",
      { source_authorities: { h: [{ type: "Path" }] } },
      "source_authorities.h[0].path: expected a string, received undefined",
    ],
    [
      "a missing file",
      { source_authorities: { h: [{ type: "Path", path: "/nonexistent/ca.pem" }] } },
      "Cannot read certificate from file: No such file or directory (os error 2): /nonexistent/ca.pem",
    ],
    [
      "no certificate",
      { source_authorities: { h: [{ type: "Data", data: "hello" }] } },
      "Invalid certificate: Raw certificate is not in PEM nor in DER encoding",
    ],
    [
      "a proxy that is no text",
      { proxies: { no_proxy: 1 } },
      "proxies.no_proxy: expected a string, received number",
    ],
  ])("refuses %s", async (_row, document, message) => {
    await expect(toSources(document)).rejects.toThrow(new OciError(message, { code: "OCI_SOURCES_INVALID" }));
  });

  it("never throws anything else, whatever the document is", async () => {
    const keys = fc.constantFrom("insecure_sources", "source_authorities", "proxies");
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, fc.jsonValue()), async (document) => {
        const error = await toSources(document).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(OciError);
      }),
      { numRuns: 200 },
    );
  });
});

describe("proxies of the environment", () => {
  it.each([
    ["upper case before lower case", { HTTP_PROXY: "a", http_proxy: "b" }, { http: "a" }],
    ["empty texts not at all", { HTTPS_PROXY: "", https_proxy: "b", NO_PROXY: "" }, { https: "b" }],
  ])("are read: %s", (_row, env, proxies) => {
    expect(proxiesFromEnvironment(env)).toEqual(proxies);
  });

  it("policy-server 30: the file beats the environment, field by field", () => {
    const sources = { ...defaultSources, proxies: { http: "file" } };
    const env = { HTTP_PROXY: "env", HTTPS_PROXY: "env" };
    expect(withEnvironmentProxies(sources, env).proxies).toEqual({ http: "file", https: "env" });
  });
});
