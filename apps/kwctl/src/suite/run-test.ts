import { errorText, type Logger } from "@kubewarden-ts/base";
import { type CapabilityServer, createReplay, parseSession } from "@kubewarden-ts/host-capabilities";
import { StartupError } from "@kubewarden-ts/policy-evaluation";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import { type AdmissionResponse, stringifyLossless } from "@kubewarden-ts/protocol";
import { invalidInput } from "../errors.ts";
import { ask, settingsProblem } from "../run/evaluate.ts";
import type { PolicyDefinition } from "../run/policy-definition.ts";
import type { RunReview } from "../run/prepare-run.ts";
import { startPolicies, unusablePolicies } from "../scan/start-policies.ts";
import { readUserText } from "../user-file.ts";
import { besideSuite, caseRequest, readValue } from "./case-request.ts";
import { checkVerdict, messageProblems } from "./check-expectation.ts";
import type { SuiteCase, SuiteTest } from "./suite-file.ts";
import type { CaseResult, TestResult } from "./suite-result.ts";
import { openTestPolicy, type TestPolicy, type TestPolicyDeps, withSettings } from "./test-policy.ts";

export interface RunTestOptions extends TestPolicyDeps {
  readonly limits: GuestLimits;
  /** For one evaluation, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

type Outcome = Omit<CaseResult, "name">;

/** Runs the cases of a test, those with the same settings one after the other. Nothing outside is contacted. */
export async function runTest(test: SuiteTest, options: RunTestOptions): Promise<TestResult> {
  const outcomes = new Map<SuiteCase, Outcome>();
  const wanted = test.cases.filter(({ skip }) => !skip);
  try {
    const policy = wanted.length > 0 ? await openTestPolicy(test, options) : undefined;
    for (const cases of bySettings(test, wanted)) {
      if (policy === undefined) break;
      for (const [each, outcome] of await runCases(cases, { test, policy, options }))
        outcomes.set(each, outcome);
    }
  } catch (error) {
    for (const each of wanted) if (!outcomes.has(each)) outcomes.set(each, failure(error));
  }
  const skipped: Outcome = { outcome: "skipped", problems: [] };
  const cases = test.cases.map((each) => ({ name: each.name, ...(outcomes.get(each) ?? skipped) }));
  return { name: test.name, cases };
}

function bySettings(test: SuiteTest, cases: readonly SuiteCase[]): SuiteCase[][] {
  const key = ({ settings }: SuiteCase): string => stringifyLossless(settings ?? test.settings ?? null);
  return [...Map.groupBy(cases, key).values()];
}

interface CasesContext {
  readonly test: SuiteTest;
  readonly policy: TestPolicy;
  readonly options: RunTestOptions;
}

/** @param cases - with the same settings */
async function runCases(
  cases: readonly SuiteCase[],
  { test, policy, options }: CasesContext,
): Promise<[SuiteCase, Outcome][]> {
  const { limits, timeoutMs, log } = options;
  const settings = cases[0]?.settings ?? test.settings;
  const definition = inProtectMode(await withSettings(policy.definition, settings, options));
  let answer = refuse;
  try {
    await using evaluator = await startPolicies({
      ...{ definitions: [definition], modules: policy.modules, executionMode: test.executionMode },
      serveCapability: (path, input, signal) => answer(path, input, signal),
      ...{ limits, timeoutMs, workers: 1, log },
    });
    const results: [SuiteCase, Outcome][] = [];
    for (const each of cases) {
      const outcome = await runCase(each, { policy, options }, async (review) => {
        const session = await openSession(each, options);
        answer = session.serve;
        const verdict = await ask(evaluator, definition, review);
        session.end();
        return verdict;
      });
      results.push([each, outcome]);
    }
    return results;
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return cases.map((each) => [each, refusedSettings(each, error)]);
  }
}

/** Monitor mode accepts what could not be evaluated too: a case is to know. */
function inProtectMode(definition: PolicyDefinition): PolicyDefinition {
  return { ...definition, entry: { ...definition.entry, policyMode: "protect" } };
}

async function runCase(
  suiteCase: SuiteCase,
  { policy, options }: Omit<CasesContext, "test">,
  judge: (review: RunReview) => Promise<AdmissionResponse>,
): Promise<Outcome> {
  const { expect } = suiteCase;
  if ("settings" in expect) return failed(["settings: expected the policy to refuse them, it takes them"]);
  try {
    const request = await caseRequest(suiteCase, policy.form, options);
    const { mutatedObject: wanted, ...rest } = expect;
    const mutatedObject = wanted === undefined ? undefined : await readValue(wanted, options);
    const verdict = await judge(request);
    const { policyMode } = policy.definition.entry;
    return failed(checkVerdict({ verdict, policyMode }, { ...rest, mutatedObject }, request.object));
  } catch (error) {
    return failure(error);
  }
}

/** What a case is worth whose policy did not start: settings may be expected to be refused, nothing else. */
function refusedSettings({ expect }: SuiteCase, error: StartupError): Outcome {
  const isAboutSettings = error.failures.every(({ kind }) => kind === "settings");
  if (!isAboutSettings) return failure(unusablePolicies(error));
  const message = error.failures.map(({ message }) => settingsProblem(message)).join(", ");
  if ("settings" in expect) return failed(messageProblems(expect.message, message));
  return failure(new Error(`the policy refuses its settings: ${message}`));
}

const refuse: CapabilityServer = (path) =>
  Promise.reject(
    new Error(
      `no session answers ${path}: record one with kwctl run --record-host-capabilities-interactions, and name it in the case`,
    ),
  );

async function openSession(
  { name, session }: SuiteCase,
  options: RunTestOptions,
): Promise<{ readonly serve: CapabilityServer; end(): void }> {
  if (session === undefined) return { serve: refuse, end() {} };
  const path = besideSuite(session, options);
  const text = await readUserText(options.files, path, `Cannot read session file ${session}`);
  try {
    const replay = createReplay(parseSession(text));
    const end = (): void => {
      const left = replay.left();
      if (left > 0)
        options.log.warn("Some of the recorded exchanges have not been replayed", { case: name, left });
    };
    return { serve: replay.serve, end };
  } catch (error) {
    throw invalidInput(`Cannot parse session file ${session}: ${errorText(error)}`);
  }
}

function failed(problems: readonly string[]): Outcome {
  return { outcome: problems.length === 0 ? "passed" : "failed", problems };
}

function failure(error: unknown): Outcome {
  return { outcome: "error", problems: [errorText(error)] };
}
