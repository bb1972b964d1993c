import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createImageLookUps, type ImageLookUps } from "./image-look-ups.ts";
import { clientFor, until } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";

const { signal } = new AbortController();
const platform = { os: "linux", architecture: "amd64" };
const kinds = ["digest", "manifest", "manifestAndConfig"] as const;

let registry: FakeRegistry;
let digest = "";
beforeAll(async () => {
  registry = await startFakeRegistry();
  digest = registry.putImage("acme/app", { tag: "v1", config: { os: "linux" } });
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.requests.length = 0;
});
afterAll(() => registry[Symbol.asyncDispose]());

/** Look-ups with a clock that is moved by hand. */
async function withLookUps(
  use: (lookUps: ImageLookUps, clock: { ms: number }) => Promise<void>,
): Promise<void> {
  await using client = clientFor([registry]);
  const clock = { ms: 0 };
  await use(createImageLookUps({ client, platform, now: () => clock.ms }), clock);
}

const asked = (): number => registry.requests.filter(({ url }) => url.includes("/manifests/")).length;
const image = (name = "acme/app:v1"): string => `${registry.host}/${name}`;

describe("policy-runtime 39: look-ups of images", () => {
  it("answer with what guests get", () =>
    withLookUps(async (lookUps) => {
      const manifest = registry.manifests.get("acme/app:v1")?.bytes.toString();
      expect(await lookUps.digest(image(), { signal })).toBe(digest);
      expect(await lookUps.manifest(image(), { signal })).toBe(manifest);
      expect(await lookUps.manifestAndConfig(image(), { signal })).toBe(
        `{"manifest":${manifest},"digest":"${digest}","config":{"os":"linux"}}`,
      );
    }));

  it.each(kinds)("keep a success for 60 s: %s", (kind) =>
    withLookUps(async (lookUps, clock) => {
      const first = await lookUps[kind](image(), { signal });
      const once = asked();
      clock.ms = 59_999;
      registry.intercept = () => ({ status: 500 });
      expect(await lookUps[kind](image(), { signal })).toBe(first);
      expect(asked()).toBe(once);
      clock.ms = 60_000;
      await expect(lookUps[kind](image(), { signal })).rejects.toMatchObject({ code: "OCI_UNAVAILABLE" });
    }),
  );

  it.each(kinds)("keep a failure for 10 s, as failure: %s", (kind) =>
    withLookUps(async (lookUps, clock) => {
      registry.intercept = ({ url }) => (url === "/v2/" ? undefined : { status: 404, body: "no" });
      const failed = () => lookUps[kind](image(), { signal }).catch((error: unknown) => error);
      const first = await failed();
      expect(first).toMatchObject({ code: "OCI_NOT_FOUND" });
      const once = asked();
      registry.intercept = undefined;
      clock.ms = 9_999;
      expect(await failed()).toBe(first);
      expect(asked()).toBe(once);
      clock.ms = 10_000;
      expect(await lookUps[kind](image(), { signal })).toContain("sha256:");
    }),
  );

  it("make one request for a hundred equal questions, however they are spelt", () =>
    withLookUps(async (lookUps) => {
      registry.putImage("acme/app", { tag: "latest" });
      const questions = Array.from({ length: 100 }, (_, index) =>
        lookUps.digest(image(index % 2 === 0 ? "acme/app" : "acme/app:latest"), { signal }),
      );
      expect(new Set(await Promise.all(questions)).size).toBe(1);
      expect(asked()).toBe(1);
    }));

  it("are not spoilt by a caller that leaves, and stop when all have left", () =>
    withLookUps(async (lookUps) => {
      let closed = false;
      registry.intercept = ({ url }, response) => {
        if (url === "/v2/") return undefined;
        response.on("close", () => {
          closed = true;
        });
        return "handled";
      };
      const controllers = [new AbortController(), new AbortController()];
      const leaving = Promise.allSettled(
        controllers.map((controller) => lookUps.digest(image(), { signal: controller.signal })),
      );
      await until(() => asked() === 1);
      controllers[0]?.abort();
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).toBe(false);
      controllers[1]?.abort();
      await leaving;
      await until(() => closed);
      registry.intercept = undefined;
      expect(await lookUps.digest(image(), { signal })).toBe(digest);
    }));

  it("do not keep what is larger than any image's", () =>
    withLookUps(async (lookUps) => {
      registry.putImage("acme/app", { tag: "large", config: { text: "x".repeat(300_000) } });
      for (let round = 0; round < 2; round++)
        await lookUps.manifestAndConfig(image("acme/app:large"), { signal });
      expect(asked()).toBe(2);
    }));

  it("refuse what is no image without asking anybody", () =>
    withLookUps(async (lookUps) => {
      for (const kind of kinds) {
        await expect(lookUps[kind]("Not An Image", { signal })).rejects.toMatchObject({
          code: "OCI_REFERENCE_INVALID",
          message: "invalid reference format",
        });
      }
      expect(registry.requests).toEqual([]);
    }));
});
