import { beforeAll, describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { searchingPolicy } from "../testing/searching-policy.ts";
import { textPolicy } from "../testing/text-policy.ts";

const mutated = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"big":9007199254740993}}';
const session = `- type: Exchange
  request: |
    !DNSLookupHost
    host: policy.test
  response:
    type: Success
    payload: '{"ips":["192.0.2.1"]}'
`;
const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {big: 9007199254740993}\n";

const files = {
  "/s/reject.wasm": textPolicy({ validate: '{"accepted":false,"message":"not here"}' }),
  "/s/accept.wasm": textPolicy(),
  "/s/mutate.wasm": textPolicy({
    validate: `{"accepted":true,"mutated_object":${mutated.replace('"web"', '"new"')}}`,
  }),
  "/s/lookup.wasm": textPolicy({ looksUpHost: true }),
  "/s/fails.wasm": textPolicy({ validate: "no answer" }),
  "/s/refuses.wasm": textPolicy({ settings: '{"valid":false,"message":"bad settings"}' }),
  "/s/deletes.wasm": searchingPolicy({ needle: '"operation":"DELETE"', message: "deletes" }),
  "/s/updates.wasm": searchingPolicy({ needle: '"operation":"UPDATE"', message: "updates" }),
  "/s/plural.wasm": searchingPolicy({ needle: '"resource":"pods"', message: "pods" }),
  "/s/numbers.wasm": searchingPolicy({ needle: '"big":9007199254740993}', message: "exact" }),
  "/s/raw.wasm": textPolicy({ validate: '{"accepted":true,"mutated_object":{"a":1.0}}' }),
  "/s/pod.yaml": pod,
  "/s/mutated.json": mutated.replace('"web"', '"new"'),
  "/s/session.yml": session,
  "/s/review.json": JSON.stringify({
    kind: "AdmissionReview",
    request: {
      uid: "u1",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      operation: "DELETE",
      userInfo: {},
    },
  }),
  "/s/fails.yaml": JSON.stringify({
    ...{
      apiVersion: "policies.kubewarden.io/v1",
      kind: "ClusterAdmissionPolicy",
      metadata: { name: "fails" },
    },
    spec: { module: "file:///s/fails.wasm", mode: "monitor" },
  }),
  "/s/policies.yaml": ["one", "two"]
    .map((name) =>
      JSON.stringify({
        ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy", metadata: { name } },
        spec: { module: "file:///s/reject.wasm", mode: name === "one" ? "protect" : "monitor" },
      }),
    )
    .join("\n---\n"),
};

/** `more` belongs to the test: what else it says of its policy. */
interface Row {
  readonly title: string;
  readonly policy: string;
  readonly suiteCase: string;
  readonly problem: string;
  readonly more: string;
}

/** Runs a suite that has the cases of all rows, those about one policy in one test. */
async function runRows(rows: readonly Row[]) {
  const byPolicy = Map.groupBy(rows, ({ policy, more }) => `policy: ${policy}${more}`);
  const tests = Array.from(byPolicy, ([policy, rows]) => {
    const cases = rows.map(({ title, suiteCase }) => `{name: "${title}", ${suiteCase}}`);
    return `- {name: t, ${policy}, cases: [${cases.join(", ")}]}\n`;
  });
  const { code, stdout } = await runSuite(`tests:\n${tests.join("")}`);
  const [{ tests: results, problem }] = JSON.parse(stdout).suites;
  const outcomeOf = (title: string) => {
    const cases = results.flatMap((test: { cases: unknown }) => test.cases);
    const found = cases.find(({ name }: { name: string }) => name === title);
    return found ?? { outcome: "error", problems: [problem] };
  };
  return { code, outcomeOf };
}

function runSuite(tests: string) {
  return runKwctl(["test", "/s", "-o", "json"], {
    files: memoryFiles({
      ...files,
      "/s/kwctl-test.yml": `apiVersion: kubewarden-ts/v1\nkind: TestSuite\n${tests}`,
    }),
    connectHost: () => Promise.reject(new Error("nothing is contacted")),
  });
}

const met = [
  ["an acceptance", "accept.wasm", "object: pod.yaml, expect: {allowed: true}"],
  ["a rejection", "reject.wasm", "object: pod.yaml, expect: {allowed: false}"],
  ["its message", "reject.wasm", "object: pod.yaml, expect: {allowed: false, message: not here}"],
  ["a part of it", "reject.wasm", "object: pod.yaml, expect: {allowed: false, message: {contains: here}}"],
  [
    "a pattern",
    "reject.wasm",
    'object: pod.yaml, expect: {allowed: false, message: {matches: "^not \\\\w+$"}}',
  ],
  ["an object of the suite", "reject.wasm", "object: {apiVersion: v1, kind: Pod}, expect: {allowed: false}"],
  ["a creation", "updates.wasm", "object: pod.yaml, expect: {allowed: true}"],
  ["an update", "updates.wasm", "object: pod.yaml, oldObject: pod.yaml, expect: {allowed: false}"],
  ["a deletion", "deletes.wasm", "oldObject: pod.yaml, expect: {allowed: false}"],
  [
    "an operation that is said",
    "deletes.wasm",
    "object: pod.yaml, operation: DELETE, expect: {allowed: false}",
  ],
  ["a request", "deletes.wasm", "request: review.json, expect: {allowed: false}"],
  ["the plural of a kind", "plural.wasm", "object: pod.yaml, expect: {allowed: false}"],
  ["numbers as they stand", "numbers.wasm", "object: pod.yaml, expect: {allowed: false}"],
  [
    "a patch",
    "mutate.wasm",
    "object: pod.yaml, expect: {allowed: true, patch: [{op: replace, path: /metadata/name, value: new}]}",
  ],
  [
    "what a patch makes",
    "mutate.wasm",
    "object: pod.yaml, expect: {allowed: true, mutatedObject: mutated.json}",
  ],
  ["a session", "lookup.wasm", "object: pod.yaml, session: session.yml, expect: {allowed: true}"],
  ["a failure that is expected", "fails.wasm", "object: pod.yaml, expect: {allowed: false, code: 500}"],
  [
    "settings that are refused",
    "refuses.wasm",
    "object: pod.yaml, expect: {settings: invalid, message: bad settings}",
  ],
  ["a policy resource", "policies.yaml", "object: pod.yaml, expect: {allowed: false}", ", policyName: one"],
  ["its monitor mode", "policies.yaml", "object: pod.yaml, expect: {allowed: true}", ", policyName: two"],
  [
    "a raw policy",
    "raw.wasm",
    "request: {a: 1}, expect: {allowed: true, mutatedObject: {a: 1.0}}",
    ", raw: true",
  ],
].map(
  ([title = "", policy = "", suiteCase = "", more = ""]): Row => ({
    title,
    policy,
    suiteCase,
    problem: "",
    more,
  }),
);

const withProblem = ([title = "", policy = "", suiteCase = "", problem = "", more = ""]: string[]): Row => ({
  ...{ title, policy, suiteCase, problem, more },
});

const unmet = [
  [
    "another verdict",
    "reject.wasm",
    "object: pod.yaml, expect: {allowed: true}",
    "allowed: expected true, received false (not here)",
  ],
  [
    "another message",
    "reject.wasm",
    "object: pod.yaml, expect: {allowed: false, message: not}",
    'message: expected "not", received "not here"',
  ],
  [
    "a message without the part",
    "reject.wasm",
    "object: pod.yaml, expect: {allowed: false, message: {contains: x}}",
    'message: expected a text with "x", received "not here"',
  ],
  [
    "another code",
    "reject.wasm",
    "object: pod.yaml, expect: {allowed: false, code: 403}",
    "code: expected 403, received nothing",
  ],
  [
    "a mutation that nobody expects",
    "mutate.wasm",
    "object: pod.yaml, expect: {allowed: true}",
    'expected no mutation, received the patch [{"op":"replace"',
  ],
  [
    "another patch",
    "mutate.wasm",
    "object: pod.yaml, expect: {allowed: true, patch: []}",
    "patch: expected [], received",
  ],
  [
    "another object",
    "mutate.wasm",
    "object: pod.yaml, expect: {allowed: true, mutatedObject: pod.yaml}",
    'mutatedObject.metadata.name: expected "web", received "new"',
  ],
  [
    "no mutation",
    "accept.wasm",
    "object: pod.yaml, expect: {allowed: true, patch: [{op: remove, path: /spec}]}",
    "patch: expected [{",
  ],
  [
    "a policy that could not be evaluated",
    "fails.wasm",
    "object: pod.yaml, expect: {allowed: false}",
    "the policy could not be evaluated: ",
  ],
  [
    "warnings that are not there",
    "accept.wasm",
    "object: pod.yaml, expect: {allowed: true, warnings: [a]}",
    'warnings: expected ["a"], received []',
  ],
  [
    "settings that are taken",
    "accept.wasm",
    "object: pod.yaml, expect: {settings: invalid}",
    "settings: expected the policy to refuse them, it takes them",
  ],
  [
    "a host call without a session",
    "lookup.wasm",
    "object: pod.yaml, expect: {allowed: true}",
    "no session answers net/v1/dns_lookup_host",
  ],
  [
    "a policy in monitor mode that could not be evaluated",
    "fails.yaml",
    "object: pod.yaml, expect: {allowed: true}",
    "the policy could not be evaluated: ",
  ],
  [
    "another spelling of a number",
    "raw.wasm",
    "request: {a: 1}, expect: {allowed: true, mutatedObject: {a: 1}}",
    "mutatedObject.a: expected 1, received 1.0",
    ", raw: true",
  ],
].map(withProblem);

const notRun = [
  [
    "an object that is not there",
    "accept.wasm",
    "object: none.yaml, expect: {allowed: true}",
    "Cannot open none.yaml: No such file or directory (os error 2)",
  ],
  [
    "several objects in a file",
    "accept.wasm",
    "object: policies.yaml, expect: {allowed: true}",
    "expected one object, received 2",
  ],
  [
    "a session that is none",
    "lookup.wasm",
    "object: pod.yaml, session: pod.yaml, expect: {allowed: true}",
    "Cannot parse session file pod.yaml",
  ],
  ["a policy that is not there", "none.wasm", "object: pod.yaml, expect: {allowed: false}", "none.wasm"],
  [
    "settings that are refused",
    "refuses.wasm",
    "object: pod.yaml, expect: {allowed: false}",
    "the policy refuses its settings: bad settings",
  ],
  [
    "a resource that is not named",
    "policies.yaml",
    "object: pod.yaml, expect: {allowed: false}",
    "name one of one, two as policyName",
  ],
  [
    "a resource that is not there",
    "policies.yaml",
    "object: pod.yaml, expect: {allowed: false}",
    "has no policy three, but one, two",
    ", policyName: three",
  ],
].map(withProblem);

describe.each([
  ["passes with", met, "passed", 0],
  ["fails with", unmet, "failed", 1],
  ["cannot be run with", notRun, "error", 2],
] as const)("kwctl test: a case %s", (_title, rows, outcome, exitCode) => {
  let run: Awaited<ReturnType<typeof runRows>>;
  beforeAll(async () => {
    run = await runRows(rows);
  });

  it.each(rows)("$title", ({ title, problem }) => {
    const found = run.outcomeOf(title);
    expect(found.problems.join("\n")).toContain(problem);
    expect(found.outcome).toBe(outcome);
  });

  it(`which is exit code ${exitCode}`, () => {
    expect(run.code).toBe(exitCode);
  });
});

describe("kwctl test", () => {
  it.each([
    [
      "a field that is misspelt",
      "accept.wasm",
      "object: pod.yaml, expects: {allowed: true}",
      "expects: expected no such field",
    ],
    ["no expectation", "accept.wasm", "object: pod.yaml", "tests[0].cases[0].expect: expected a value"],
    ["a case about nothing", "accept.wasm", "expect: {allowed: true}", "either request, or object"],
    [
      "a request and an object",
      "accept.wasm",
      "object: pod.yaml, request: review.json, expect: {allowed: true}",
      "either request, or object",
    ],
    [
      "a pattern that is none",
      "accept.wasm",
      "object: pod.yaml, expect: {allowed: true, message: {matches: '('}}",
      "a regular expression",
    ],
  ])("cannot read a suite with %s: exit code 2", async (_row, policy, suiteCase, problem) => {
    const { code, stdout } = await runSuite(
      `tests: [{name: t, policy: ${policy}, cases: [{name: c, ${suiteCase}}]}]`,
    );
    expect(JSON.parse(stdout).suites[0].problem).toContain(problem);
    expect(code).toBe(2);
  });

  it("kwctl-and-oci 8: runs nothing with policies that are not verified as asked", async () => {
    const suite = `apiVersion: kubewarden-ts/v1\nkind: TestSuite\ntests: [{name: t, policy: accept.wasm, cases: [{name: c, object: pod.yaml, expect: {allowed: true}}]}]`;
    const { code, stdout, stderr } = await runKwctl(["test", "/s", "-k", "/none.pub"], {
      files: memoryFiles({ ...files, "/s/kwctl-test.yml": suite }),
    });
    expect(stderr).toContain("No such file or directory (os error 2)");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("runs the suites of a folder, whatever is wrong with one of them", async () => {
    const suite = (name: string, allowed: boolean, up: string): string => `apiVersion: kubewarden-ts/v1
kind: TestSuite
metadata: {name: ${name}}
tests:
- name: no pods
  policy: ${up}/s/reject.wasm
  cases:
  - {name: a pod, object: ${up}/s/pod.yaml, expect: {allowed: ${allowed}}}
  - {name: later, skip: true, object: pod.yaml, expect: {allowed: true}}
`;
    const { code, stdout } = await runKwctl(["test", "/t"], {
      files: memoryFiles({
        ...files,
        "/t/a.kwctl-test.yml": suite("good", false, ".."),
        "/t/deep/kwctl-test.yaml": suite("bad", true, "../.."),
        "/t/z-kwctl-test.yml": "a: [",
        "/t/other.yml": "a: [",
      }),
    });
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^\/t\/a\.kwctl-test\.yml\n {2}no pods\n {4}ok a pod\n {4}skipped later\n\/t\/deep\/kwctl-test\.yaml\n {2}no pods\n {4}FAILED a pod\n {6}allowed: expected true, received false \(not here\)\n {4}skipped later\n\/t\/z-kwctl-test\.yml\n {2}ERROR Cannot parse suite .*\n\n1 passed, 1 failed, 1 errors, 2 skipped\n$/,
    );
  });

  it.each([["/none"], ["/s"]])("finds no suite in %s: exit code 2", async (folder) => {
    const { code, stderr } = await runKwctl(["test", folder], { files: memoryFiles(files) });
    expect(stderr).toMatch(/^Error: (?:no suite in|Cannot open) /);
    expect(code).toBe(2);
  });
});
