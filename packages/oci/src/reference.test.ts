import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OciError } from "./errors.ts";
import { apiHost, formatReference, normalizePolicyUri, parseReference } from "./reference.ts";

const sha256 = `sha256:${"0123456789abcdef".repeat(4)}`;
const sha384 = `sha384:${"a".repeat(96)}`;
const sha512 = `sha512:${"b".repeat(128)}`;

describe("parseReference", () => {
  it.each([
    ["busybox", "docker.io/library/busybox:latest"],
    ["busybox:1.36", "docker.io/library/busybox:1.36"],
    [`busybox@${sha256}`, `docker.io/library/busybox@${sha256}`],
    ["docker.io/busybox", "docker.io/library/busybox:latest"],
    ["index.docker.io/acme/app", "docker.io/acme/app:latest"],
    ["index.docker.io/app", "docker.io/library/app:latest"],
    ["acme/app:v1", "docker.io/acme/app:v1"],
    ["a.b", "docker.io/library/a.b:latest"],
    ["localhost:5000", "docker.io/library/localhost:5000"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    ["ghcr.io/kubewarden/policies/safe-labels:v1.0.0", "ghcr.io/kubewarden/policies/safe-labels:v1.0.0"],
    ["ghcr.io:443/a/b:1", "ghcr.io:443/a/b:1"],
    ["GHCR.io/a", "GHCR.io/a:latest"],
    ["192.168.1.2:5000/x", "192.168.1.2:5000/x:latest"],
    ["[::1]:5000/x", "[::1]:5000/x:latest"],
    ["registry-1.docker.io/x/y", "registry-1.docker.io/x/y:latest"],
    [`a.test/x:v1@${sha256}`, `a.test/x:v1@${sha256}`],
    [`a.test/x@${sha384}`, `a.test/x@${sha384}`],
    [`a.test/x@${sha512}`, `a.test/x@${sha512}`],
    [`a.test/x@${sha256.toUpperCase().replace("SHA", "sha")}`, `a.test/x@${sha256}`],
    ["a.test/x.y_z/a__b/c--d", "a.test/x.y_z/a__b/c--d:latest"],
    [`a.test/x:${"T".repeat(128)}`, `a.test/x:${"T".repeat(128)}`],
    [`a.test/${"x".repeat(255)}`, `a.test/${"x".repeat(255)}:latest`],
  ])("expands %s", (text, canonical) => {
    const reference = parseReference(text);
    expect(formatReference(reference)).toBe(canonical);
    expect(parseReference(canonical)).toEqual(reference);
  });

  const format = "invalid reference format";
  it.each([
    ["", "repository name must have at least one component"],
    [`a.test/${"x".repeat(256)}`, "repository name must not be more than 255 characters"],
    [`${"x".repeat(248)}`, "repository name must not be more than 255 characters"],
    [`a.test/x@sha256:${"a".repeat(63)}`, "invalid checksum digest length"],
    [`a.test/x@sha384:${"a".repeat(64)}`, "invalid checksum digest length"],
    [`a.test/x@sha512:${"a".repeat(64)}`, "invalid checksum digest length"],
    [`a.test/x@md5:${"a".repeat(32)}`, "unsupported digest algorithm"],
    [`a.test/x@toString:${"a".repeat(32)}`, "unsupported digest algorithm"],
    [`a.test/x@${sha256}@${sha256}`, format],
    ["a.test/x@sha256:abc", format],
    ["a.test/x@", format],
    ["a.test/x:", format],
    [`a.test/x:${"T".repeat(129)}`, format],
    ["a.test/x:-v1", format],
    ["a.test/X", format],
    ["Foo/bar", format],
    ["a.test//x", format],
    ["a.test/", format],
    ["/x", format],
    [".test/x", format],
    ["a..test/x", format],
    ["-a.test/x", format],
    ["a_b.test/x", format],
    ["a.test:port/x", format],
    ["a.test:/x", format],
    ["a.test:65536/x", format],
    ["127.1:5000/x", format],
    ["0x7f.0.0.1/x", format],
    ["1.2.3.4.5/x", format],
    ["[::1/x", format],
    ["[::g]/x", format],
    ["user@a.test/x", format],
    ["a.test/x y", format],
    ["a.test/x ", format],
    ["a.test/../x", format],
    ["a.test/x?y", format],
    ["https://a.test/x", format],
    ["a.test/x___y", format],
    ["a.test/ä", format],
    ["a.test/x\n", format],
  ])("refuses %j", (text, message) => {
    expect(() => parseReference(text)).toThrow(new OciError(message, { code: "OCI_REFERENCE_INVALID" }));
  });

  it("reads what it writes, and never throws anything else, whatever the text is", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom(..."abZ09./:@-_[]%?#\\ ", "sha256:", "a.test/", "docker.io/", sha256),
      }),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const reference = parseReference(text);
          const canonical = formatReference(reference);
          expect(parseReference(canonical)).toEqual(reference);
          // no text leads a request to another host or out of the repository
          const url = new URL(`https://${apiHost(reference.registry)}/v2/${reference.repository}/x`);
          expect(url.pathname).toBe(`/v2/${reference.repository}/x`);
          expect([url.username, url.search, url.hash]).toEqual(["", "", ""]);
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("takes every reference that its grammar makes", () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const path = fc.array(
      fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join("-")),
      { minLength: 1, maxLength: 3 },
    );
    const host = fc.tuple(
      fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.[a-z]{2,5}$/),
      fc.option(fc.integer({ min: 1, max: 65535 }).filter((port) => port !== 443)),
    );
    const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/));
    fc.assert(
      fc.property(host, path, tag, fc.boolean(), ([name, port], parts, tag, pinned) => {
        const registry = port === null ? name : `${name}:${port}`;
        const repository = parts.join("/");
        fc.pre(name !== "docker.io");
        const text = `${registry}/${repository}${tag === null ? "" : `:${tag}`}${pinned ? `@${sha256}` : ""}`;
        expect(parseReference(text)).toEqual({
          ...{ registry, repository },
          ...(tag !== null && { tag }),
          ...(pinned && { digest: sha256 }),
          ...(tag === null && !pinned && { tag: "latest" }),
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe("apiHost", () => {
  it.each([
    ["docker.io", "registry-1.docker.io"],
    ["ghcr.io:443", "ghcr.io:443"],
  ])("of %s is %s", (registry, host) => {
    expect(apiHost(registry)).toBe(host);
  });
});

describe("normalizePolicyUri", () => {
  it.each([
    ["registry://ghcr.io/acme/policy", "registry://ghcr.io/acme/policy:latest"],
    ["registry://acme/policy:v1", "registry://docker.io/acme/policy:v1"],
    ["registry://ghcr.io/acme/policy:v1 ", "registry://ghcr.io/acme/policy:v1 "],
    ["registry://", "registry://"],
    ["https://acme.test/policy.wasm", "https://acme.test/policy.wasm"],
    ["file:///opt/policy.wasm", "file:///opt/policy.wasm"],
    ["ghcr.io/acme/policy", "ghcr.io/acme/policy"],
    ["", ""],
  ])("makes of %j: %j", (uri, normal) => {
    expect(normalizePolicyUri(uri)).toBe(normal);
  });
});
