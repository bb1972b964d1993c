import { beforeEach, expect, it } from "vitest";
import type { Guest } from "../core/guest.ts";
import type { PreparedModule } from "../core/prepared-module.ts";
import { createGuestStore, type GuestStore } from "./guest-store.ts";

const [one, other, third] = [{}, {}, {}] as PreparedModule[] as [
  PreparedModule,
  PreparedModule,
  PreparedModule,
];

let made: number;
let intact: boolean;
let store: GuestStore;
beforeEach(() => {
  made = 0;
  intact = true;
  store = createGuestStore((first) => {
    made++;
    let module = first;
    return {
      get module() {
        return module;
      },
      restore: () => intact,
      become(next: PreparedModule) {
        module = next;
        return intact;
      },
    } as Guest;
  });
});

/** Takes one of each, gives all back, and says what they were of. */
function use(...modules: PreparedModule[]): Guest[] {
  const guests = modules.map((module) => store.take(module));
  expect(guests.map(({ module }) => module)).toEqual(modules);
  for (const guest of guests) store.giveBack(guest);
  return guests;
}

it("gives the same instance again and again", () => {
  const guests = [use(one), use(one)];
  store.restoreUsed();
  guests.push(use(one));
  expect(new Set(guests.flat()).size).toBe(1);
});

it("turns what was used last into what is wanted", () => {
  const [first] = use(one);
  expect(use(other)).toEqual([first]);
  expect(made).toBe(1);
});

it("keeps one for each of few modules", () => {
  const first = use(one);
  store.restoreUsed();
  const second = use(other);
  store.restoreUsed();
  expect(use(one)).toEqual(first);
  store.restoreUsed();
  expect(use(other)).toEqual(second);
  expect(made).toBe(2);
});

it("keeps no more instances than that for many modules: the longest unused one is turned", () => {
  const guests = use(one, one, other, other);
  store.restoreUsed();
  expect(use(third)).toEqual([guests[0]]);
  expect(made).toBe(4);
});

it("gives as many as are wanted at the same time, and forgets those beyond what is kept", () => {
  use(...Array.from({ length: 10 }, () => one));
  use(...Array.from({ length: 10 }, () => one));
  expect(made).toBe(10 + 2);
});

it("makes new ones in place of those that cannot be put back", () => {
  use(one);
  intact = false;
  use(other);
  store.restoreUsed();
  use(one);
  expect(made).toBe(3);
});
