import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { memoryFiles } from "../../testing/memory-files.ts";
import { runKwctl } from "../../testing/run-kwctl.ts";

const metadata = (title: string) => `rules: []
mutating: false
annotations:
  io.kubewarden.policy.version: 1.2.3
  io.kubewarden.policy.title: ${title}
  io.artifacthub.displayName: Test
  io.kubewarden.policy.description: Tests
  io.kubewarden.policy.ociUrl: ghcr.io/acme/test
`;

async function scaffold(contents: Readonly<Record<string, string>>, line = "") {
  const files = memoryFiles(contents);
  const words = line === "" ? [] : line.split(" ");
  return { files, ...(await runKwctl(["scaffold", "artifacthub", ...words], { files })) };
}

describe("kwctl scaffold artifacthub", () => {
  it.each([
    ["the file that is there", { "metadata.yaml": metadata("a") }, "", { name: "a" }],
    ["the first file", { "metadata.yaml": metadata("a"), "metadata.yml": metadata("b") }, "", { name: "b" }],
    [
      "the file that is given",
      { "metadata.yml": metadata("a"), "m.yml": metadata("b") },
      "-m m.yml",
      { name: "b" },
    ],
  ])("kwctl-and-oci 31: reads the metadata from %s", async (_row, contents, line, expected) => {
    const { code, stdout, stderr } = await scaffold(contents, line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^# /);
    expect(parse(stdout)).toMatchObject(expected);
  });

  it.each([
    ["questions.yaml", {}, ""],
    ["questions-ui.yml", { "questions.yml": "no" }, ""],
    ["q.yml", { "questions-ui.yml": "no" }, "-q q.yml"],
  ])("kwctl-and-oci 31: reads the questions from %s", async (name, others, line) => {
    const { stdout } = await scaffold(
      { "metadata.yml": metadata("a"), [name]: "questions: []\n", ...others },
      line,
    );
    expect(parse(stdout).annotations["kubewarden/questions-ui"]).toBe("questions: []\n");
  });

  it("kwctl-and-oci 31: writes a file, and only that", async () => {
    const { stdout, files } = await scaffold({ "metadata.yml": metadata("a") }, "-o pkg.yml");
    expect(stdout).toBe("");
    const text = new TextDecoder().decode(files.written.get("pkg.yml"));
    expect(parse(text)).toMatchObject({ name: "a", createdAt: "2026-01-02T03:04:05.678Z" });
  });

  it("kwctl-and-oci 31: warns of the version that is ignored", async () => {
    const { stdout, lines } = await scaffold({ "metadata.yml": metadata("a") }, "-v 9.9.9");
    expect(parse(stdout).version).toBe("1.2.3");
    expect(lines.map(({ level }) => level)).toEqual(["warn"]);
  });

  it.each([
    ["", {}, "path to metadata file not provided, plus 'metadata.yml' not found"],
    ["-m none.yml", {}, "Error opening metadata file none.yml: No such file or directory (os error 2)"],
    ["-q none.yml", {}, "Error opening questions file none.yml: No such file or directory (os error 2)"],
    ["", { "metadata.yml": "mutating: 1" }, "Error unmarshalling metadata metadata.yml: "],
    ["", { "questions-ui.yml": "\n" }, "questions-ui content cannot be empty"],
  ])("kwctl-and-oci 31, 44: `%s` with %j fails", async (line, contents, message) => {
    const needed: Record<string, string> = message.startsWith("path to")
      ? {}
      : { "metadata.yml": metadata("a") };
    const { code, stdout, stderr } = await scaffold({ ...needed, ...contents }, line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Error: ${message}`);
  });
});
