import { formatReference, parseReference } from "@kubewarden-ts/oci";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatImageReference,
  ImageReferenceError,
  normalizeImage,
  parseImageReference,
} from "./image-reference.ts";

const sha256 = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("parseImageReference", () => {
  it.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    [`nginx@${sha256}`, `docker.io/library/nginx@${sha256}`],
    [`nginx:1@${sha256}`, `docker.io/library/nginx:1@${sha256}`],
    ["docker.io/nginx", "docker.io/library/nginx:latest"],
    ["index.docker.io/acme/app", "docker.io/acme/app:latest"],
    ["acme/app:v1", "docker.io/acme/app:v1"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    ["localhost:5000", "docker.io/library/localhost:5000"],
    ["a.b", "docker.io/library/a.b:latest"],
    ["[::1]:5000/x", "[::1]:5000/x:latest"],
    ["GHCR.io/a", "GHCR.io/a:latest"],
    [`a.test/x@${sha256.toUpperCase().replace("SHA", "sha")}`, `a.test/x@${sha256}`],
    ["a.test/x.y_z/a__b/c--d", "a.test/x.y_z/a__b/c--d:latest"],
  ])("policies-and-sdk 29: expands %s", (text, full) => {
    expect(normalizeImage(text)).toBe(full);
  });

  const format = "invalid reference format";
  it.each([
    ["", "repository name must have at least one component"],
    ["x".repeat(248), "repository name must not be more than 255 characters"],
    [`a.test/x@sha256:${"a".repeat(63)}`, "invalid checksum digest length"],
    [`a.test/x@md5:${"a".repeat(32)}`, "unsupported digest algorithm"],
    [`a.test/x@toString:${"a".repeat(32)}`, "unsupported digest algorithm"],
    [`a.test/x@${sha256}@${sha256}`, format],
    ["a.test/x@", format],
    ["a.test/x:", format],
    [`a.test/x:${"T".repeat(129)}`, format],
    ["a.test/X", format],
    ["a.test//x", format],
    ["/x", format],
    ["a..test/x", format],
    ["a_b.test/x", format],
    ["a.test:port/x", format],
    ["user@a.test/x", format],
    ["nginx ", format],
    ["nginx\n", format],
    ["https://a.test/x", format],
    ["a.test/x___y", format],
  ])("policies-and-sdk 29: refuses %j", (text, message) => {
    expect(() => parseImageReference(text)).toThrow(new ImageReferenceError(message));
  });

  it("reads what it writes, and reads as the host does what the host can reach", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom(
          ..."abZ09./:@-_[]%\\ ",
          "sha256:",
          "a.test/",
          "docker.io/",
          "index.docker.io/",
          sha256,
        ),
      }),
    );
    fc.assert(
      fc.property(text, (text) => {
        const ours = outcome(() => normalizeImage(text));
        const hosts = outcome(() => formatReference(parseReference(text)));
        // The host also refuses registries that no URL can name.
        if (hosts !== "invalid reference format") expect(ours).toBe(hosts);
        if (ours.includes("/")) expect(normalizeImage(ours)).toBe(ours);
      }),
      { numRuns: 2000 },
    );
  });

  it("never throws anything but its error, and takes time linear in the text", () => {
    const started = performance.now();
    for (const unit of ["a", "a-", "-", "a.", "a/", ":", "@", "[", "a_", "A"]) {
      const text = `a.test/${unit.repeat(200_000)}!`;
      expect(() => parseImageReference(text)).toThrow(ImageReferenceError);
      expect(() => parseImageReference(`${unit.repeat(200_000)}.!/x`)).toThrow(ImageReferenceError);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

it("formatImageReference writes what there is", () => {
  const image = { registry: "a.test", repository: "x" };
  expect(formatImageReference(image)).toBe("a.test/x");
  expect(formatImageReference({ ...image, tag: "v1", digest: sha256 })).toBe(`a.test/x:v1@${sha256}`);
});

function outcome(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
