import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storedForm } from "../masks/stored-object.ts";
import { readListPage } from "../resources/list-page.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createObjectCollector } from "./object-collector.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";

const reference = { apiVersion: "v1", kind: "ConfigMap" };

interface Item {
  namespace?: string | undefined;
  name: string;
  value?: unknown;
}

function setUp() {
  let version = 0;
  const clock = createFakeClock();
  const store = createObjectStore(reference, { clock, nextVersion: () => ++version });
  return { clock, store };
}

function objectOf({ namespace, name, value }: Item): object {
  return {
    ...reference,
    metadata: { name, ...(namespace !== undefined && { namespace }), annotations: {}, managedFields: [] },
    ...(value !== undefined && { value }),
  };
}

async function collect(...pages: Item[][]) {
  const collector = createObjectCollector(storedForm(reference, undefined));
  for (const items of pages) {
    const page = { metadata: { resourceVersion: "1" }, items: items.map(objectOf) };
    await collector.add(readListPage(Buffer.from(JSON.stringify(page))));
  }
  return collector.sorted();
}

function put(store: ObjectStore, item: Item): void {
  const bytes = Buffer.from(JSON.stringify(objectOf(item)));
  store.put(`${item.namespace ?? ""}\0${item.name}`, { bytes, start: 0, end: bytes.length });
}

function listed(store: ObjectStore, namespace?: string): unknown {
  const { document, count } = store.list(namespace);
  const list = JSON.parse(Buffer.from(document).toString());
  expect(list.items).toHaveLength(count);
  expect(document.buffer).toBeInstanceOf(SharedArrayBuffer);
  return list;
}

const listOf = (...items: Item[]) => ({
  apiVersion: "v1",
  kind: "ConfigMapList",
  metadata: {},
  items: items.map(objectOf),
});

describe("createObjectStore", () => {
  it("begins with an empty list", () => {
    const { store } = setUp();
    expect(listed(store)).toEqual(listOf());
    expect([...store.inventory().objects]).toEqual([]);
  });

  it("orders by namespace, then name, whatever the order of the pages", async () => {
    const { store } = setUp();
    store.replaceAll(
      await collect(
        [
          { namespace: "a-b", name: "x" },
          { namespace: "a", name: "z" },
        ],
        [{ namespace: "a", name: "y" }],
      ),
    );
    expect(listed(store)).toEqual(
      listOf({ namespace: "a", name: "y" }, { namespace: "a", name: "z" }, { namespace: "a-b", name: "x" }),
    );
  });

  it("takes the last of an object that came twice", async () => {
    const { store } = setUp();
    store.replaceAll(await collect([{ name: "b" }, { name: "a", value: 1 }], [{ name: "a", value: 2 }]));
    expect(listed(store)).toEqual(listOf({ name: "a", value: 2 }, { name: "b" }));
  });

  it("shows changes in the next list, and builds a list once for each state", async () => {
    const { store } = setUp();
    store.replaceAll(await collect([{ name: "b", value: 1 }]));
    const first = store.list();
    expect(store.list().document).toBe(first.document);
    put(store, { name: "a" });
    put(store, { name: "b", value: 2 });
    const second = store.list();
    expect(second.version).toBeGreaterThan(first.version);
    expect(listed(store)).toEqual(listOf({ name: "a" }, { name: "b", value: 2 }));
    store.remove("\0a");
    expect(listed(store)).toEqual(listOf({ name: "b", value: 2 }));
    expect(JSON.parse(Buffer.from(first.document).toString())).toEqual(listOf({ name: "b", value: 1 }));
  });

  it("keeps version and document when a new list says the same, and when what is removed is not there", async () => {
    const { store } = setUp();
    store.replaceAll(await collect([{ name: "a" }]));
    const before = store.list();
    store.replaceAll(await collect([{ name: "a" }]));
    store.remove("\0b");
    expect(store.list()).toEqual(before);
    expect(store.list().document).toBe(before.document);
  });

  it("cuts out namespaces, and rebuilds only those that changed", async () => {
    const { store } = setUp();
    store.replaceAll(
      await collect([
        { namespace: "a", name: "x" },
        { namespace: "ab", name: "x" },
        { namespace: "b", name: "x" },
      ]),
    );
    const [a, b] = [store.list("a"), store.list("b")];
    expect(listed(store, "a")).toEqual(listOf({ namespace: "a", name: "x" }));
    expect(listed(store, "c")).toEqual(listOf());
    put(store, { namespace: "b", name: "y" });
    expect(listed(store, "b")).toEqual(listOf({ namespace: "b", name: "x" }, { namespace: "b", name: "y" }));
    expect(store.list("b").version).toBeGreaterThan(b.version);
    expect(store.list("a")).toBe(a);
    store.clear();
    expect(listed(store, "a")).toEqual(listOf());
  });

  it("walks over names and objects, and later changes do not show", async () => {
    const { store } = setUp();
    store.replaceAll(
      await collect([
        { namespace: "a", name: "x" },
        { namespace: "a", name: "y", value: 1 },
      ]),
    );
    const { objects } = store.inventory();
    store.remove("a\0x");
    store.list();
    const found = [...objects].map(({ namespace, name, object }) => [
      namespace,
      name,
      JSON.parse(Buffer.from(object).toString()),
    ]);
    expect(found).toEqual([
      ["a", "x", objectOf({ namespace: "a", name: "x" })],
      ["a", "y", objectOf({ namespace: "a", name: "y", value: 1 })],
    ]);
    expect([...store.inventory().objects]).toHaveLength(1);
  });

  it("tells since when nothing changed", async () => {
    const { clock, store } = setUp();
    await clock.advance(10);
    put(store, { name: "a" });
    const changedAtMs = clock.now();
    await clock.advance(10);
    store.remove("\0nothing");
    expect([store.changedSince(changedAtMs), store.changedSince(changedAtMs + 1)]).toEqual([true, false]);
  });

  it("shows a change of a big list a little later, and copies no more often", async () => {
    const { clock, store } = setUp();
    const big = "x".repeat(2_000_000);
    store.replaceAll(await collect([{ namespace: "a", name: "big", value: big }]));
    const before = store.list();
    put(store, { namespace: "b", name: "small" });
    expect(store.list()).toEqual(before);
    await clock.advance(19);
    expect(store.list().document).toBe(before.document);
    await clock.advance(2);
    expect(store.list().count).toBe(2);
    expect(store.list("b").count).toBe(1);
  });

  it("does not gather changes without end when nobody reads", () => {
    const { store } = setUp();
    const value = "x".repeat(10_000);
    for (let round = 0; round < 1000; round++) put(store, { name: `n${round % 10}`, value: value + round });
    expect(store.bytes).toBeLessThan(2_000_000);
  });

  it("holds what a map of the same changes holds", async () => {
    const name = fc.constantFrom("a", "b", "a-b", "é", "\u{1f600}", "\uff5e");
    const item = fc.record({ namespace: fc.constantFrom("s", "s-t", "t"), name, value: fc.nat() });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), item }),
      fc.record({ kind: fc.constant("remove" as const), item }),
      fc.record({ kind: fc.constant("list" as const), namespace: fc.constantFrom("s", "s-t", undefined) }),
      fc.record({ kind: fc.constant("replace" as const), items: fc.array(item, { maxLength: 6 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { store } = setUp();
        const model = new Map<string, Item>();
        const keyOf = ({ namespace, name: own }: Item) => `${namespace}\0${own}`;
        for (const each of steps) {
          if (each.kind === "put") {
            put(store, each.item);
            model.set(keyOf(each.item), each.item);
          } else if (each.kind === "remove") {
            store.remove(keyOf(each.item));
            model.delete(keyOf(each.item));
          } else if (each.kind === "replace") {
            store.replaceAll(await collect(each.items));
            model.clear();
            for (const own of each.items) model.set(keyOf(own), own);
          } else {
            const items = [...model].sort(([left], [right]) =>
              Buffer.compare(Buffer.from(left), Buffer.from(right)),
            );
            const wanted = items
              .map(([, own]) => own)
              .filter((own) => [undefined, own.namespace].includes(each.namespace));
            expect(listed(store, each.namespace)).toEqual(listOf(...wanted));
          }
        }
        expect([...store.inventory().objects]).toHaveLength(model.size);
      }),
      { numRuns: 300 },
    );
  });
});
