import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { type JunitCase, junitXml } from "./junit.ts";

const schema = await readFile(join(import.meta.dirname, "testing/junit.xsd"), "utf8");

async function faultsOf(xml: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: xml }],
    schema: [schema],
  });
  return errors.map(({ message }) => message);
}

const each = (name: string, outcome: JunitCase["outcome"], more: Partial<JunitCase> = {}): JunitCase => ({
  ...{ name, className: "pods.yaml", outcome, ...more },
});

const hostile = '</failure><script a="b">&amp;]]>\u0000\u001b[2J\ud800\uffff\n\t"';

describe("junitXml", () => {
  it("writes suites and cases as Jenkins and Surefire read them", async () => {
    const xml = junitXml("kwctl test", [
      {
        name: "pods",
        cases: [
          each("a", "passed"),
          each("b", "failed", { message: "not <here>", details: "all of it" }),
          each("c", "error", { message: "no answer" }),
          each("d", "skipped", { output: "told" }),
        ],
      },
      { name: "none", cases: [] },
    ]);
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kwctl test" tests="4" failures="1" errors="1">
  <testsuite name="pods" tests="4" failures="1" errors="1" skipped="1" time="0">
    <testcase name="a" classname="pods.yaml" time="0"/>
    <testcase name="b" classname="pods.yaml" time="0">
      <failure message="not &lt;here&gt;" type="violation">all of it</failure>
    </testcase>
    <testcase name="c" classname="pods.yaml" time="0">
      <error message="no answer" type="error">no answer</error>
    </testcase>
    <testcase name="d" classname="pods.yaml" time="0">
      <skipped/>
      <system-out>told</system-out>
    </testcase>
  </testsuite>
  <testsuite name="none" tests="0" failures="0" errors="0" skipped="0" time="0">
  </testsuite>
</testsuites>
`);
    expect(await faultsOf(xml)).toEqual([]);
  });

  it("is checked by a schema that knows what it must not be", async () => {
    expect(await faultsOf('<testsuites><testsuite name="a"/></testsuites>')).not.toEqual([]);
  });

  it("stays well-formed whatever the texts are", async () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constant(hostile));
    const outcome = fc.constantFrom<JunitCase["outcome"]>("passed", "failed", "error", "skipped");
    const anyCase = fc.record({
      name: text,
      className: text,
      outcome,
      message: text,
      details: text,
      output: text,
    });
    const cases = fc.sample(anyCase, 200);
    expect(await faultsOf(junitXml(hostile, [{ name: hostile, cases }]))).toEqual([]);
  });
});
