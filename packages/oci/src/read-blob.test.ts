import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientFor, hash, imageAt, nowhere, until } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeAnswer } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const maxBytes = 1000;

let registry: FakeRegistry;
beforeAll(async () => {
  registry = await startFakeRegistry();
  registry.putImage("acme/app", { tag: "v1" });
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.requests.length = 0;
});
afterAll(() => registry[Symbol.asyncDispose]());

/** Answers in place of everything but the first question. */
function answering(answer: FakeAnswer): void {
  registry.intercept = ({ url }) => (url === "/v2/" ? undefined : answer);
}

describe("fetchBlob", () => {
  const wrong = { status: 200, body: "other" };
  const fetched = async (
    client: ReturnType<typeof clientFor>,
    descriptor: { digest: string; size?: number; urls?: string[] },
  ) => Buffer.from(await client.fetchBlob(imageAt(registry), descriptor, { signal, maxBytes })).toString();

  it.each(["sha256", "sha384", "sha512"])("checks the content against a digest of %s", async (algorithm) => {
    const layer = { digest: hash(algorithm, "layer"), size: 5 };
    answering({ status: 200, body: "layer" });
    await using client = clientFor([registry]);
    expect(await fetched(client, layer)).toBe("layer");
    answering(wrong);
    await expect(fetched(client, layer)).rejects.toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
  });

  it.each([
    ["a digest that is none", { digest: "../../../etc/passwd" }, "OCI_DIGEST_MISMATCH"],
    ["a digest of another algorithm", { digest: `md5:${"0".repeat(32)}` }, "OCI_DIGEST_MISMATCH"],
    ["a size above the limit, without asking", { digest: nowhere, size: 1001 }, "OCI_TOO_LARGE"],
  ])("refuses %s", async (_row, descriptor, code) => {
    await using client = clientFor([registry]);
    await expect(fetched(client, descriptor)).rejects.toMatchObject({ code });
    expect(registry.requests).toEqual([]);
  });

  it("refuses content of another size than announced, and above the limit", async () => {
    answering({ status: 200, body: "layer" });
    await using client = clientFor([registry]);
    await expect(fetched(client, { digest: hash("sha256", "layer"), size: 4 })).rejects.toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
      message: "Fail to interact with OCI registry: Digest error: Invalid size. Expected 4, got 5",
    });
    answering({ status: 200, body: Buffer.alloc(1001) });
    await expect(fetched(client, { digest: nowhere })).rejects.toMatchObject({ code: "OCI_TOO_LARGE" });
  });

  it("takes it from the descriptor's URLs where the registry does not have it, without credentials", async () => {
    await using mirror = await startFakeRegistry();
    const authorizations: (string | undefined)[] = [];
    mirror.intercept = ({ url, headers }) => {
      authorizations.push(headers.authorization);
      return url === "/right" ? { status: 200, body: "elsewhere" } : wrong;
    };
    const urls = ["nonsense", `${mirror.url}/wrong`, `${mirror.url}/right`];
    await using client = clientFor([registry, mirror]);
    const layer = { digest: hash("sha256", "elsewhere"), urls };
    expect(await fetched(client, layer)).toBe("elsewhere");
    expect(authorizations).toEqual([undefined, undefined]);
    // hosts that are not listed are not asked by plain HTTP, and the registry's error is the one that counts
    await using strict = clientFor([registry]);
    await expect(fetched(strict, layer)).rejects.toMatchObject({ code: "OCI_NOT_FOUND" });
    await expect(fetched(client, { ...layer, urls: [`${mirror.url}/wrong`] })).rejects.toMatchObject({
      code: "OCI_NOT_FOUND",
    });
  });

  it("leaves other places when the caller leaves", async () => {
    await using mirror = await startFakeRegistry();
    mirror.intercept = () => "handled";
    await using client = clientFor([registry, mirror]);
    const controller = new AbortController();
    const descriptor = { digest: nowhere, urls: [`${mirror.url}/layer`] };
    const options = { signal: controller.signal, maxBytes };
    const outcome = expect(client.fetchBlob(imageAt(registry), descriptor, options)).rejects.toMatchObject({
      code: "OCI_ABORTED",
    });
    await until(() => mirror.requests.length === 1);
    controller.abort();
    await outcome;
  });
});
