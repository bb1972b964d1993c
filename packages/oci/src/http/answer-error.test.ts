import { errorText } from "@kubewarden-ts/base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientFor, imageAt } from "../testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fake-registry.ts";
import type { FakeAnswer } from "../testing/fake-storage.ts";

const { signal } = new AbortController();

let registry: FakeRegistry;
beforeAll(async () => {
  registry = await startFakeRegistry();
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

describe("errors of registries", () => {
  const envelope = (...errors: unknown[]) => JSON.stringify({ errors });
  it.each<[string, FakeAnswer, string, string]>([
    [
      "401",
      { status: 401, body: envelope({ code: "UNAUTHORIZED", message: "no" }) },
      "OCI_UNAUTHORIZED",
      "Not authorized: url U",
    ],
    [
      "an error in the registry's words",
      { status: 404, body: envelope({ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }) },
      "OCI_NOT_FOUND",
      "Registry error: url U, envelope: OCI API errors: [OCI API error: manifest unknown]",
    ],
    [
      "several errors, one without words",
      { status: 403, body: envelope({ code: "DENIED" }, { code: "X", message: "no\nway" }) },
      "OCI_REFUSED",
      "Registry error: url U, envelope: OCI API errors: [OCI API error: DENIED, OCI API error: no way]",
    ],
    [
      "404 of somebody else",
      { status: 404, body: "<html>\n" },
      "OCI_NOT_FOUND",
      "Server error: url U, code: 404, message: <html>",
    ],
    [
      "an empty list of errors",
      { status: 400, body: envelope() },
      "OCI_REFUSED",
      'Server error: url U, code: 400, message: {"errors":[]}',
    ],
    [
      "429",
      { status: 429, body: "slow down" },
      "OCI_UNAVAILABLE",
      "Server error: url U, code: 429, message: slow down",
    ],
    [
      "5xx",
      { status: 502, body: envelope({ message: "x" }) },
      "OCI_UNAVAILABLE",
      'Server error: url U, code: 502, message: {"errors":[{"message":"x"}]}',
    ],
    [
      "a long text",
      { status: 500, body: "x".repeat(100_000) },
      "OCI_UNAVAILABLE",
      `Server error: url U, code: 500, message: ${"x".repeat(1000)}…`,
    ],
    [
      "204",
      { status: 204 },
      "OCI_PROTOCOL",
      "OCI distribution spec violation: Expected HTTP Status 200, got 204 instead: url U",
    ],
  ])("name %s", async (_row, answer, code, text) => {
    answering(answer);
    await using client = clientFor([registry]);
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    const url = `${registry.url}/v2/acme/app/manifests/v1`;
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: ${text.replace("U,", `${url},`).replace(/U$/, url)}`,
    );
  });
});
