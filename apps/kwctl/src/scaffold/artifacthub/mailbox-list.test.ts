import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMailboxList } from "./mailbox-list.ts";

const jane = { name: "Jane Doe", email: "jane@example.test" };

describe("parseMailboxList", () => {
  it.each([
    ["one", "Jane Doe <jane@example.test>", [jane]],
    ["an address alone", "jane@example.test", [{ name: undefined, email: "jane@example.test" }]],
    ["an address in brackets", "<jane@example.test>", [{ name: undefined, email: "jane@example.test" }]],
    ["several", "Jane Doe <jane@example.test>,Jane Doe<jane@example.test>", [jane, jane]],
    ["a comma in quotes", '"Doe, \\"J\\"" <j@x.test>', [{ name: 'Doe, "J"', email: "j@x.test" }]],
    ["dots in a name", "J. R. Doe <j@x.test>", [{ name: "J. R. Doe", email: "j@x.test" }]],
    ["other letters", "Jürgen Ünsal <jü@exämple.test>", [{ name: "Jürgen Ünsal", email: "jü@exämple.test" }]],
    ["comments", "Jane (the (first) \\)) Doe <jane(x)@example.test> (y)", [jane]],
    ["several lines", "Jane\r\n Doe\t<jane@example.test>\n", [jane]],
    ["quotes before the sign", '"a b"@x.test', [{ name: undefined, email: '"a b"@x.test' }]],
    ["an address in place of a domain", "a@[192.0.2.1]", [{ name: undefined, email: "a@[192.0.2.1]" }]],
    ["signs in an address", "A <a.b+c=d@x-y.test>", [{ name: "A", email: "a.b+c=d@x-y.test" }]],
  ])("policies-and-sdk 45: reads %s", (_row, text, expected) => {
    expect(parseMailboxList(text)).toEqual(expected);
  });

  it.each([
    ["", "expected an address such as jane@example.test at character 1, found the end"],
    ["Jane Doe", "expected an address such as jane@example.test at character 9, found the end"],
    ["jane", "expected '@' at character 5, found the end"],
    ["a@x.test,", "expected an address such as jane@example.test at character 10, found the end"],
    ["a@x.test b@x.test", 'expected a comma or the end at character 10, found "b"'],
    ["A <a@x.test", "expected '>' at character 12, found the end"],
    ["A <a>", "expected '@' at character 5, found \">\""],
    ["a@", "expected a domain at character 3, found the end"],
    ["a@x..test", "expected a domain at character 10, found the end"],
    [".a@x.test", 'expected an address such as jane@example.test at character 3, found "@"'],
    ['a@"x"', "expected a domain at character 6, found the end"],
    ['"a', "expected '\"' at character 3, found the end"],
    ["a@x.test (", "expected ')' at character 11, found the end"],
    ["a@[x", "expected ']' at character 5, found the end"],
    ["a; b@x.test", "expected '@' at character 2, found \";\""],
  ])("policies-and-sdk 45: refuses %j", (text, message) => {
    expect(() => parseMailboxList(text)).toThrow(message);
  });

  const name = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
  const atom = fc.stringMatching(/^[a-z0-9+-]{1,8}$/);
  const mailbox = fc.record({ name, local: atom, domain: fc.array(atom, { minLength: 1, maxLength: 3 }) });

  it("reads back every list that was written", () => {
    fc.assert(
      fc.property(fc.array(mailbox, { minLength: 1, maxLength: 5 }), (people) => {
        const list = people.map(({ name, local, domain }) => ({
          name,
          email: `${local}@${domain.join(".")}`,
        }));
        const quote = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
        const text = list.map(({ name, email }) => `${quote(name)} <${email}>`).join(", ");
        expect(parseMailboxList(text)).toEqual(list);
      }),
    );
  });

  it("reads any text, or says where it stops", () => {
    const unit = fc.constantFrom(...'ab.@<>,"\\()[] ;:é\n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        try {
          for (const { email } of parseMailboxList(text)) expect(email).toMatch(/@/);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: expected .+ at character \d+, found /);
        }
      }),
    );
  });
});
