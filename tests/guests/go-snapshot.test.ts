import { readFileSync } from "node:fs";
import {
  createGuest,
  defaultLimits,
  type Guest,
  type GuestEnvironment,
  type GuestHost,
  type PreparedModule,
  prepareModule,
  snapshotGoCommand,
} from "@kubewarden-ts/policy-runtime/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type BuiltGuest, guestModulePath, requires } from "../support/requirements.ts";
import { assemble } from "../support/text-guest.ts";
import { wasiGuests } from "./text/wasi.ts";

const environment: GuestEnvironment = {
  now: () => 1_700_000_000_000,
  monotonic: () => 1, // Go refuses a clock that reads zero
  fillRandom: (bytes) => void bytes.fill(7),
  sleep: () => ({ done: Promise.resolve(), cancel: () => {} }),
};
const options = { environment, limits: defaultLimits };

const host: GuestHost = {
  async call({ operation, payload }) {
    if (payload.length % 2 === 1) throw new Error(`no answer for ${operation}`);
    return new TextEncoder().encode('{"ips":["192.0.2.1"]}');
  },
  print: () => {},
  suspended: () => {},
  resumed: () => {},
};

const prepare = (bytes: Uint8Array): Promise<PreparedModule> => prepareModule(bytes, "wasi", options);
const built = (name: BuiltGuest): Promise<PreparedModule> => prepare(readFileSync(guestModulePath(name)));
const isWaiting = (prepared: PreparedModule | undefined): boolean =>
  prepared?.isolation.kind === "restore" && prepared.isolation.waiting !== undefined;

const instanceOf = (prepared: PreparedModule): Guest =>
  createGuest(prepared, { ...options, hostCallsMayWait: true });

/** All that is seen of one call from outside, besides what it used. */
async function seen(guest: Guest, operation: string, payload: Uint8Array): Promise<unknown> {
  const { usage: _, ...result } = await guest.call({ operation, pieces: [payload] }, host);
  return result;
}

const labels = fc.dictionary(
  fc.constantFrom("app", "forbidden", "stamp", "fail-with", "resolve"),
  fc.string({ maxLength: 20 }),
);
const review = fc.record({
  request: fc.record({
    uid: fc.string(),
    object: fc.record({ metadata: fc.record({ labels }) }),
  }),
  settings: fc.record({ message: fc.string() }, { requiredKeys: [] }),
});
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
/** Requests, requests that are none, and other operations in between. */
const call = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("validate"), review.map(text)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("validate"), fc.uint8Array({ maxLength: 100 })) },
  fc.tuple(fc.constantFrom("validate-settings", "unknown"), fc.record({ message: fc.string() }).map(text)),
);

describe.skipIf(requires("go").skip)("a Go program that is gone on with where it reads its request", () => {
  const modules = new Map<BuiltGuest, { prepared: PreparedModule; improved: PreparedModule | undefined }>();
  const names = ["go-wasi", "go-host-calls", "go-cel"] as const;
  beforeAll(async () => {
    for (const name of names) {
      const prepared = await built(name);
      modules.set(name, { prepared, improved: await snapshotGoCommand(prepared, options) });
    }
  }, 60_000);

  it.each(names)(
    "policy-runtime 6: answers whatever it is asked as one that was started: %s",
    async (name) => {
      const { prepared, improved } = modules.get(name)!;
      expect(isWaiting(improved)).toBe(true);
      const conversation = fc.array(call, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(conversation, async (calls) => {
          let used = instanceOf(improved!);
          for (const [operation, payload] of calls) {
            const expected = await seen(instanceOf(prepared), operation, payload);
            expect(await seen(used, operation, payload)).toEqual(expected);
            if (!used.restore()) used = instanceOf(improved!);
          }
        }),
        { numRuns: name === "go-cel" ? 5 : 25 },
      );
    },
    60_000,
  );

  it.each<[string, (module: PreparedModule) => PreparedModule]>([
    [
      "the function that reads is another one",
      (module) =>
        withResume(module, ({ readerIndex, ...rest }) => ({ ...rest, readerIndex: readerIndex + 1 })),
    ],
    [
      "the stack pointer is another global",
      (module) => withResume(module, (resume) => ({ ...resume, stackPointer: "kubewarden:global:7" })),
    ],
    ["nothing is known of it", (module) => withResume(module, () => undefined)],
    ["it cannot be restored", (module) => ({ ...module, isolation: { kind: "fresh", reason: "a test" } })],
  ])("is started each time when %s", async (_what, change) => {
    const changed = change(modules.get("go-wasi")!.prepared);
    expect(await snapshotGoCommand(changed, options)).toBeUndefined();
  });
});

type Resume = NonNullable<PreparedModule["layout"]["goResume"]>;

function withResume(module: PreparedModule, change: (resume: Resume) => Resume | undefined): PreparedModule {
  const { goResume } = module.layout;
  return { ...module, layout: { ...module.layout, goResume: goResume && change(goResume) } };
}

it("a program by another compiler is started each time", async () => {
  expect(await snapshotGoCommand(await prepare(assemble(wasiGuests.echo)), options)).toBeUndefined();
});
