import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { textPolicy } from "../testing/text-policy.ts";

const request = {
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  ...{ operation: "CREATE", userInfo: {} },
};
const resource = (kind: string, name: string, spec: string) =>
  `apiVersion: policies.kubewarden.io/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const session = `- type: Exchange
  request: |
    !DNSLookupHost
    host: policy.test
  response: {type: Success, payload: '{"ips":["192.0.2.1"]}'}
`;

async function bench(line: string) {
  const files = memoryFiles({
    "/p.wasm": textPolicy({ validate: '{"accepted":false,"message":"no"}' }),
    "/picky.wasm": textPolicy({ settings: '{"valid":false,"message":"too many"}' }),
    "/asking.wasm": textPolicy({ looksUpHost: true }),
    "/request.json": JSON.stringify(request),
    "/two.yml": `${resource("ClusterAdmissionPolicy", "a", "{module: 'file:///p.wasm'}")}---\n${resource("AdmissionPolicy", "b", "{module: 'file:///p.wasm'}")}`,
    "/group.yml": resource(
      "ClusterAdmissionPolicyGroup",
      "g",
      "{expression: 'x()', message: m, policies: {x: {module: 'file:///picky.wasm'}}}",
    ),
    "/session.yml": session,
    target: "",
  });
  const argv = `bench -r /request.json --warm-up-time 0 --measurement-time 0 --num-samples 2 ${line}`;
  return { files, ...(await runKwctl(argv.split(" "), { files })) };
}

const one = (label: string) =>
  `${label} warming up for 0\\.00ns\n.*\n${label} mean warm up execution time \\S+ running 3\\.0 iterations\n` +
  `${label} \\[3\\.0 iterations in \\S+ with 2\\.0 samples\\]:\n\telapsed\t\\[min mean max\\]:\t\\[.*\\] \\(sample data: .*\\)\n`;
const both = one("validate_settings") + one("validate");

describe("kwctl bench", () => {
  it("kwctl-and-oci 9: measures the validation of settings, then of the request", async () => {
    const { code, stdout, stderr } = await bench("/p.wasm");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^${both}$`));
  });

  it("kwctl-and-oci 44: tells which file of sources is missing", async () => {
    expect(await bench("/p.wasm --sources-path /none")).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr:
        "Error: Error getting remote server options: Cannot read sources file /none: No such file or directory (os error 2)\n",
    });
  });

  it("measures every policy of a file", async () => {
    const { code, stdout } = await bench("/two.yml");
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^a:\n${both}b:\n${both}$`));
  });

  it("kwctl-and-oci 34: replays a session again and again", async () => {
    const { code, lines } = await bench("/asking.wasm --replay-host-capabilities-interactions /session.yml");
    expect(code).toBe(0);
    expect(lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
  });

  it("kwctl-and-oci 9: keeps its results when told to; the flag is a switch", async () => {
    const { code, files } = await bench("--dump-results-to-disk /p.wasm");
    expect(code).toBe(0);
    expect([...files.written.keys()]).toEqual([
      "target/tiny-bench/validate_settings/current-sample.json",
      "target/tiny-bench/validate/current-sample.json",
    ]);
  });

  it.each([
    ["/picky.wasm", "[policy-from-cli (file:///picky.wasm)] - provided settings are not valid: too many"],
    ["/group.yml", "[g/x (file:///picky.wasm)] - provided settings are not valid: too many"],
    ["/p.wasm --num-resamples x", "Cannot convert 'num-resamples' to number: invalid digit found in string"],
    ["/p.wasm --settings-json []", "Invalid settings in CRD, not an object"],
  ])("kwctl-and-oci 9: `%s` fails before anything is measured", async (line, message) => {
    const { code, stdout, stderr } = await bench(line);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: `Error: ${message}\n` });
  });
});
