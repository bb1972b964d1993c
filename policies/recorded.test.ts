import { join } from "node:path";
import {
  GuestError,
  type LoadedPolicy,
  load,
  type Outcome,
  type RunOptions,
} from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../tests/support/requirements.ts";
import { buildPolicies } from "./build.ts";
import { differences as capabilities } from "./capabilities-psp/differences.ts";
import type { Difference } from "./difference.ts";
import { differences as podPrivileged } from "./pod-privileged/differences.ts";
import { differences as rawValidation } from "./raw-validation/differences.ts";
import {
  type Comparable,
  ours,
  type RecordedCase,
  type Recording,
  readRecording,
  runOptions,
  sortedSets,
  theirs,
} from "./recorded.ts";
import { differences as safeLabels } from "./safe-labels/differences.ts";

const policies: readonly (readonly [string, string, readonly Difference[]])[] = [
  ["pod-privileged", "pod-privileged-policy", podPrivileged],
  ["safe-labels", "safe-labels-policy", safeLabels],
  ["capabilities-psp", "capabilities-psp-policy", capabilities],
  ["raw-validation", "raw-validation-policy", rawValidation],
];

/** Texts that end in what the original's decoder says: there the refusal is compared, not the words behind these. */
const decoderPrefixes = [
  "Error invoking settings validation callback: ",
  "Provided settings are not valid: json: ",
  "Error deserializing Pod specification: ",
];

const { skip } = requires("shared-data");

describe.skipIf(skip).each(policies)(
  "policies-and-sdk 3: answers as recorded: %s",
  (folder, recordedAs, differences) => {
    let recording: Recording;
    let policy: LoadedPolicy;
    const needed = new Set<Difference>();

    beforeAll(async () => {
      recording = await readRecording(recordedAs);
      const outDir = join(import.meta.dirname, "..", "dist", "policies");
      const [file] = await buildPolicies({ only: [folder], outDir });
      policy = await load(file!.path);
    });

    it("on settings, requests, and in each listed difference", async () => {
      const failures: string[] = [];
      for (const recorded of recording.cases) {
        const check = recorded.request === undefined ? checkSettings : checkAnswer;
        if ((await check(recorded, [])) === undefined) continue;
        const about = differences.filter((difference) => isAbout(difference, recorded));
        const problem = await check(recorded, about);
        for (const difference of about) needed.add(difference);
        if (problem !== undefined)
          failures.push(`${recorded.settings} ${recorded.request ?? ""}: ${problem}`);
      }
      expect(failures).toEqual([]);
      const stale = differences.filter((difference) => !needed.has(difference));
      expect(stale, "differences that are none any more").toEqual([]);
    });

    async function checkSettings(recorded: RecordedCase, about: readonly Difference[]) {
      const { valid, message } = await policy.validateSettings(recording.settings[recorded.settings]);
      const received = valid ? null : (message ?? "");
      const texts = recorded.settingsErrorAnyOf ?? [recorded.settingsError ?? ""];
      const answer = about.find(({ settingsMessage }) => settingsMessage !== undefined);
      const expected = answer?.settingsMessage === undefined ? texts : [answer.settingsMessage];
      if (expected.some((text) => sameText(text, received))) return undefined;
      return `expected ${expected.join(" or ")}, received ${received}`;
    }

    async function checkAnswer(recorded: RecordedCase, about: readonly Difference[]) {
      const options = runOptions(recording, recorded);
      const object = "raw" in options ? options.raw : options.object;
      const received = ours(await answerOf(options), object);
      const without = about.flatMap(({ withoutOperations }) => withoutOperations ?? []);
      const recordedAnswers = recorded.anyOf ?? [recorded.response!];
      const answer = about.find((difference) => difference.answer !== undefined)?.answer;
      const expected = answer
        ? [{ message: undefined, code: undefined, object: received.object, ...answer }]
        : recordedAnswers.map((response) => theirs(response, object, without));
      if (expected.some((wanted) => same(wanted, received))) return undefined;
      return `expected ${expected.map((wanted) => JSON.stringify(wanted)).join(" or ")}, received ${JSON.stringify(received)}`;
    }

    /** A guest error is what a host makes of it: a rejection. */
    async function answerOf(options: RunOptions): Promise<Outcome> {
      try {
        return await policy.run(options);
      } catch (error) {
        if (!(error instanceof GuestError)) throw error;
        return { accepted: false, message: error.message, code: 500 };
      }
    }
  },
);

function isAbout({ settings, requests, settingsMessage }: Difference, recorded: RecordedCase): boolean {
  if (settings?.includes(recorded.settings) === false) return false;
  if (recorded.request === undefined) return settingsMessage !== undefined;
  return settingsMessage === undefined && requests?.includes(recorded.request) !== false;
}

function same(expected: Comparable, received: Comparable): boolean {
  const { message: wantedText, ...wanted } = expected;
  const { message: text, ...rest } = received;
  return (
    sameText(wantedText ?? null, text ?? null) &&
    JSON.stringify(sorted(wanted)) === JSON.stringify(sorted(rest))
  );
}

function sameText(expected: string | null, received: string | null): boolean {
  if (expected === null || received === null) return expected === received;
  const prefix = decoderPrefixes.find((candidate) => expected.startsWith(candidate));
  if (prefix === undefined) return sortedSets(expected) === sortedSets(received);
  // The settings decoder's prefix belongs to the host, the other one to the policy.
  return prefix.startsWith("Error deserializing") ? received.startsWith(prefix) : received !== "";
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
