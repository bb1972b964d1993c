import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { type ListOptions, listObjects, listPages } from "./list-objects.ts";
import { type ListPage, readListPage } from "./list-page.ts";

const path = "/api/v1/namespaces";

async function setUp(
  count: number,
  { maxBytes, ahead = false }: { maxBytes?: number; ahead?: boolean } = {},
) {
  const fake = await setUpFake({ client: { ...(maxBytes !== undefined && { maxBytes }) } });
  for (let index = 0; index < count; index++) {
    const labels = { odd: String(index % 2) };
    fake.server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: `n${index}`, labels } });
  }
  const list = async (options: Partial<ListOptions> = {}) => {
    const { items, resourceVersion } = await listObjects(fake.client, { path, ahead, ...options });
    const names = items.map((item) => JSON.parse(new TextDecoder().decode(item)).metadata.name);
    return { names, resourceVersion };
  };
  return { fake, list, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

describe.each([{ ahead: false }, { ahead: true }])("listObjects, ahead: $ahead", ({ ahead }) => {
  it("reads page by page", async () => {
    await using test = await setUp(5, { ahead });
    expect(await test.list({ pageSize: 2 })).toEqual({
      names: ["n0", "n1", "n2", "n3", "n4"],
      resourceVersion: "105",
    });
    const limits = test.fake.server.requests.map(({ query }) => query.get("limit"));
    expect(limits).toEqual(["2", "2", "2"]);
  });

  it("asks for 500 at once unless told", async () => {
    await using test = await setUp(0, { ahead });
    expect((await test.list()).names).toEqual([]);
    expect(test.fake.server.requests[0]?.query.get("limit")).toBe("500");
  });

  it("selects", async () => {
    await using test = await setUp(4, { ahead });
    expect((await test.list({ labelSelector: "odd=1" })).names).toEqual(["n1", "n3"]);
    expect((await test.list({ fieldSelector: "metadata.name=n2" })).names).toEqual(["n2"]);
  });

  it("policy-runtime 42: begins anew when the moment of the list is no longer known", async () => {
    await using test = await setUp(4, { ahead });
    const next = { path, method: "GET" };
    test.fake.server.answer(next, { status: 200, body: await firstPage(test.fake.client) });
    test.fake.server.compact();
    expect((await test.list({ pageSize: 2 })).names).toEqual(["n0", "n1", "n2", "n3"]);
  });

  it("does not begin anew for ever", async () => {
    await using test = await setUp(4, { ahead });
    const gone = statusAnswer(410, "Expired", "too old");
    const page = { status: 200, body: await firstPage(test.fake.client) };
    test.fake.server.answer({ path }, page, gone, page, gone, page, gone, page, gone);
    await expect(test.list({ pageSize: 2 })).rejects.toMatchObject({ code: "KUBE_GONE" });
  });

  it("asks for smaller pages when one has too many bytes", async () => {
    await using test = await setUp(6, { ahead, maxBytes: 300 });
    expect((await test.list({ pageSize: 5 })).names).toHaveLength(6);
    expect(test.fake.server.requests.map(({ query }) => query.get("limit"))).toContain("1");
  });

  it("gives up on a single object that has too many bytes", async () => {
    await using test = await setUp(1, { ahead, maxBytes: 20 });
    await expect(test.list()).rejects.toMatchObject({ code: "KUBE_TOO_LARGE" });
  });
});

describe("listPages, ahead", () => {
  it("asks for the next page while the last one is looked at, and leaves that one as it is", async () => {
    await using test = await setUp(6);
    const { server, client } = test.fake;
    const names: string[] = [];
    for await (const part of listPages(client, { path, pageSize: 2, ahead: true })) {
      if (part.kind === "restart") continue;
      const asked = Math.min(3, names.length / 2 + 2);
      await server.until(() => server.count({ path }) === asked);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      names.push(...namesOf(part.page));
    }
    expect(names).toEqual(["n0", "n1", "n2", "n3", "n4", "n5"]);
  });

  it("lets go of what was asked for when nobody wants it any more", async () => {
    await using fake = await setUpFake({ client: { maxConcurrent: 1 } });
    const { server, client } = fake;
    for (const name of ["a", "b", "c"])
      server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    server.answer({ path }, { status: 200, body: await firstPage(client) }, "hang");
    for await (const _part of listPages(client, { path, pageSize: 2, ahead: true })) {
      await server.until(() => server.count({ path }) === 3);
      break;
    }
    // a request that still hung would keep the only place
    expect((await client.get(path)).status).toBe(200);
  });
});

function namesOf({ body, items }: ListPage): string[] {
  const starts = items.filter((_, index) => index % 2 === 0);
  return starts.map((start, index) => {
    const bytes = body.subarray(start, items[index * 2 + 1]);
    return JSON.parse(new TextDecoder().decode(bytes)).metadata.name;
  });
}

async function firstPage(client: Awaited<ReturnType<typeof setUpFake>>["client"]): Promise<string> {
  return new TextDecoder().decode((await client.get(path, { query: { limit: 2 } })).body);
}

describe("readListPage", () => {
  const read = (text: string) => readListPage(new TextEncoder().encode(text));
  const metadata = '"metadata":{"resourceVersion":"7"}';

  it.each([
    ["items", `{${metadata},"items":[{}, {"a":1}]}`, 2, undefined],
    ["null", `{${metadata},"items":null}`, 0, undefined],
    ["a token", '{"metadata":{"resourceVersion":"7","continue":"t"},"items":[]}', 0, "t"],
    ["an empty token", '{"metadata":{"resourceVersion":"7","continue":""},"items":[]}', 0, undefined],
  ])("reads %s", (_row, text, count, continueToken) => {
    const page = read(text);
    expect([page.items.length / 2, page.continueToken, page.resourceVersion]).toEqual([
      count,
      continueToken,
      "7",
    ]);
  });

  it.each([
    "",
    "[]",
    "{}",
    `{${metadata}`,
    '{"metadata":{"resourceVersion":7}}',
    '{"metadata":null}',
    '{"metadata":{"resourceVersion":""},"items":[]}',
    `{${metadata}}`,
    `{${metadata},"items":{}}`,
    `{${metadata},"items":"[]"}`,
    `{${metadata},"items":0}`,
  ])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "KUBE_ANSWER_INVALID" }));
  });

  it("answers any bytes with a page or its own error", () => {
    const pieces = ["{", "}", "[", "]", ",", metadata, '"items":', '"', "1", "\\u"];
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 8 })
      .map((parts) => Buffer.from(parts.join("")));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), text), (bytes) => {
        try {
          readListPage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KubeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
