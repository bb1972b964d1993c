import { expect, it } from "vitest";
import { TurnQueue } from "./turn-queue.ts";

function queueOf(...names: string[]): TurnQueue<{ policyKey: number; name: string }> {
  const queue = new TurnQueue<{ policyKey: number; name: string }>();
  for (const name of names) queue.push({ policyKey: name.charCodeAt(0), name });
  return queue;
}

function names(queue: ReturnType<typeof queueOf>, mayTake?: (policyKey: number) => boolean): string[] {
  const taken: string[] = [];
  for (let item = queue.take(mayTake); item !== undefined; item = queue.take(mayTake)) taken.push(item.name);
  return taken;
}

it("lets policies take turns, in the order in which they came", () => {
  const queue = queueOf("a1", "a2", "a3", "b1", "c1", "b2");
  expect([...queue]).toHaveLength(6);
  expect(names(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  expect(queue.size).toBe(0);
});

it("passes over those that may not have a turn", () => {
  const queue = queueOf("a1", "b1", "a2", "b2");
  expect(names(queue, (key) => key === "b".charCodeAt(0))).toEqual(["b1", "b2"]);
  expect(queue.size).toBe(2);
  expect(names(queue)).toEqual(["a1", "a2"]);
});

it("forgets what is taken out of it", () => {
  const queue = queueOf("a1", "b1", "a2");
  expect([queue.remove(({ name }) => name === "b1"), queue.remove(({ name }) => name === "b1")]).toEqual([
    true,
    false,
  ]);
  expect(names(queue)).toEqual(["a1", "a2"]);
});
