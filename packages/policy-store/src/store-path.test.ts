import { parseReference } from "@kubewarden-ts/oci";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imagePath, webPath } from "./store-path.ts";

const sha256 = `sha256:${"ab".repeat(32)}`;

describe("policy-server 29: where modules lie in the store", () => {
  it.each([
    ["ghcr.io/kubewarden/policies/p:v1", "registry/ghcr.io/kubewarden/policies/p:v1"],
    ["ghcr.io/kubewarden/policies/p", "registry/ghcr.io/kubewarden/policies/p:latest"],
    ["ghcr.io:443/a/b/pol:v1", "registry/ghcr.io:443/a/b/pol:v1"],
    [`ghcr.io/a/p@${sha256}`, `registry/ghcr.io/a/p@${sha256}`],
    [`ghcr.io/a/p:v1@${sha256}`, `registry/ghcr.io/a/p:v1@${sha256}`],
    ["busybox", "registry/docker.io/library/busybox:latest"],
  ])("image %s", (reference, path) => {
    expect(imagePath(parseReference(reference)).join("/")).toBe(path);
  });

  it.each([
    ["https://h/p/1.0/x.wasm", "https/h/p/1.0/x.wasm"],
    ["http://h:8080/x.wasm", "http/h:8080/x.wasm"],
    ["https://h:443/x.wasm", "https/h/x.wasm"],
    ["https://h//a///x.wasm", "https/h/a/x.wasm"],
    ["https://h/a/../../../etc/x", "https/h/etc/x"],
    ["https://h/%2e%2e/%2E%2e/x", "https/h/x"],
    ["https://h/..%2f..%2fx", "https/h/..%2f..%2fx"],
    ["https://h\\..\\x", "https/h/x"],
    ["https://h/a b", "https/h/a%20b"],
    ["https://user:secret@h/x", "https/h/x"],
  ])("URL %s", (url, path) => {
    expect(webPath(new URL(url)).join("/")).toBe(path);
  });

  it("two queries are two files", () => {
    const [first, second] = ["https://h/x?v=1", "https://h/x?v=2"].map((url) =>
      webPath(new URL(url)).join("/"),
    );
    expect(first).toMatch(/^https\/h\/x\?[0-9a-f]{16}$/);
    expect(second).not.toBe(first);
  });

  it.each(["https://h/", "https://h", "https://h/a/", "https://h/.."])("%s names no file", (url) => {
    expect(() => webPath(new URL(url))).toThrow(/names no file$/);
  });

  it.each(["https://../x", "https://user@./x", "https://..:8080/x"])("%s names no host", (url) => {
    expect(() => webPath(new URL(url))).toThrow(/names no host$/);
  });

  it("no address has a segment that leads elsewhere", () => {
    const isPlain = (segment: string) => !["", ".", ".."].includes(segment) && !/[/\\\0]/.test(segment);
    const pathPart = fc.oneof(
      fc.constantFrom("..", ".", "@", ":", "%2e%2e", "%2f", "/", "\\", "a", "?", "#", "\0", "%00"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(pathPart, { maxLength: 8 }), (parts) => {
        for (const text of [`https://h/${parts.join("/")}`, `https://h${parts.join("")}`]) {
          if (!URL.canParse(text) || new URL(text).protocol !== "https:") continue;
          expect(segmentsOrNothing(() => webPath(new URL(text))).every(isPlain)).toBe(true);
        }
        const reference = `h.io/${parts.join("/")}`;
        expect(segmentsOrNothing(() => imagePath(parseReference(reference))).every(isPlain)).toBe(true);
      }),
      { numRuns: 2000, examples: [[["@", "..", "/", "a"]]] },
    );
  });
});

/** An address that is refused has none. */
function segmentsOrNothing(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
