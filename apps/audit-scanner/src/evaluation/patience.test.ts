import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { expect, it } from "vitest";
import { createPatience } from "./patience.ts";

/** A policy server's patience, and how long it still lasts. */
function setUp() {
  const clock = createFakeClock(0);
  const patience = createPatience(clock);
  return { clock, patience, leftMs: (policyId: string) => patience.refused(policyId) - clock.now() };
}

it("lasts two minutes of refusals, whomever they are about", async () => {
  const { clock, leftMs } = setUp();
  expect(leftMs("a")).toBe(120_000);
  await clock.advance(100_000);
  expect(leftMs("b")).toBe(20_000);
  await clock.advance(30_000);
  expect(leftMs("c")).toBe(-10_000);
});

it("begins anew with each verdict, of whatever policy", async () => {
  const { clock, patience, leftMs } = setUp();
  for (let minute = 0; minute < 8; minute++) {
    expect(leftMs("a")).toBe(120_000);
    await clock.advance(60_000);
    patience.judged(["b"]);
  }
});

it("lasts ten minutes for a policy that is never begun, while others are judged", async () => {
  const { clock, patience, leftMs } = setUp();
  for (let minute = 0; minute < 10; minute++) {
    leftMs("a");
    await clock.advance(60_000);
    patience.judged(["b"]);
  }
  expect(leftMs("a")).toBe(0);
  expect(leftMs("b")).toBe(120_000);
  patience.judged(["a"]);
  expect(leftMs("a")).toBe(120_000);
});

it("begins anew after two minutes in which nobody was refused", async () => {
  const { clock, leftMs } = setUp();
  for (const _ of [1, 2, 3]) {
    leftMs("a");
    await clock.advance(60_000);
  }
  expect(leftMs("a")).toBe(-60_000);
  await clock.advance(120_000);
  expect(leftMs("b")).toBe(120_000);
});
