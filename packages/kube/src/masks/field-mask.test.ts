import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { applyFieldMask, fieldMaskKey, parseFieldMask } from "./field-mask.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const masked = (text: string, paths: string[] | null | undefined) =>
  new TextDecoder().decode(applyFieldMask(encode(text), parseFieldMask(paths)));

describe("applyFieldMask", () => {
  it.each([
    ["keeps what is named", '{"a":{"b":1,"c":2},"d":3}', ["a.b", "d"], '{"a":{"b":1},"d":3}'],
    ["looks through arrays", '{"l":[{"x":1,"y":2},{"x":3}]}', ["l.x"], '{"l":[{"x":1},{"x":3}]}'],
    ["looks through arrays of arrays", '{"l":[[{"x":1,"y":2}],[]]}', ["l.x"], '{"l":[[{"x":1}],[]]}'],
    ["keeps nothing that is not named", '{"a":1}', ["z"], "{}"],
    [
      "keeps scalars where a path goes on",
      '{"a":1,"b":[1,{"c":2}],"d":null}',
      ["a.x", "b.x", "d.x"],
      '{"a":1,"b":[1,{}],"d":null}',
    ],
    [
      "lets the longer path narrow the shorter",
      '{"spec":{"x":1,"y":2}}',
      ["spec", "spec.x"],
      '{"spec":{"x":1}}',
    ],
    ["whatever their order", '{"spec":{"x":1,"y":2}}', ["spec.x", "spec"], '{"spec":{"x":1}}'],
    ["keeps everything for no paths", '{"a":{"b":1}}', [], '{"a":{"b":1}}'],
    ["keeps everything for null", '{"a":{"b":1}}', null, '{"a":{"b":1}}'],
    ["keeps everything when absent", '{"a":{"b":1}}', undefined, '{"a":{"b":1}}'],
    [
      "keeps apiVersion, kind and metadata whole",
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"x":1}}',
      ["metadata.name"],
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}}}',
    ],
    [
      "does not treat a nested metadata so",
      '{"spec":{"metadata":{"a":1,"b":2}}}',
      ["spec.metadata.a"],
      '{"spec":{"metadata":{"a":1}}}',
    ],
    ["takes an empty path for an empty key", '{"":{"a":1},"b":2}', [""], '{"":{"a":1}}'],
    ["takes dots for separators only", '{"a.b":1,"a":{"b":2}}', ["a.b"], '{"a":{"b":2}}'],
    [
      "keeps numbers as they are written",
      '{"n":[1.0,9007199254740993,-0,1E+2],"m":1}',
      ["n"],
      '{"n":[1.0,9007199254740993,-0,1E+2]}',
    ],
    ["keeps strings as they are written", '{"s":"\\u00e9\\/ é "}', ["s"], '{"s":"\\u00e9\\/ é "}'],
    ["takes white space away", ' { "s" : [ 1 , "a b" , { } ] ,\n "t" : 2 } ', ["s"], '{"s":[1,"a b",{}]}'],
    ["resolves escapes in keys", '{"\\u0061":{"\\u0062":1,"c":2}}', ["a.b"], '{"\\u0061":{"\\u0062":1}}'],
    [
      "resolves escapes in the names of whole members",
      '{"met\\u0061data":{"a":1},"x":1}',
      ["z"],
      '{"met\\u0061data":{"a":1}}',
    ],
    [
      "treats both of two equal keys alike",
      '{"a":{"b":1,"c":2},"a":{"b":3,"c":4},"d":1,"d":2}',
      ["a.b"],
      '{"a":{"b":1},"a":{"b":3}}',
    ],
    [
      "has no opinion on __proto__",
      '{"__proto__":{"a":1,"b":2},"constructor":1,"c":{"toString":1}}',
      ["__proto__.a", "c"],
      '{"__proto__":{"a":1},"c":{"toString":1}}',
    ],
    ["does not find what every object inherits", '{"constructor":1,"toString":{"a":1}}', ["a"], "{}"],
    ["drops a key with half a character", '{"\\ud800":1,"a":2}', ["a"], '{"a":2}'],
  ])("policy-runtime 36: %s", (_row, text, paths, expected) => {
    expect(masked(text, paths)).toBe(expected);
  });

  const key = fc.constantFrom("a", "b", "c", "metadata", "kind", "__proto__", "x.y", "é", "");
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<unknown>(1, "s", null, true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map(objectOf),
    ),
  }));
  const object = fc.array(fc.tuple(key, value), { maxLength: 5 }).map(objectOf);
  const paths = fc.array(
    fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join(".")),
    { maxLength: 4 },
  );

  it("policy-runtime 36: prunes as an oracle on parsed values does", () => {
    fc.assert(
      fc.property(object, paths, fc.constantFrom("", " ", "\n\t"), (anyObject, anyPaths, indent) => {
        const text = JSON.stringify(anyObject, null, indent);
        expect(masked(text, anyPaths)).toBe(JSON.stringify(prunedObject(anyObject, anyPaths)));
      }),
      { numRuns: 2000 },
    );
  });

  it("answers any bytes with an object or its own error", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'{}[],:"a1 \\u') }).map(encode),
    );
    fc.assert(
      fc.property(bytes, paths, (anyBytes, anyPaths) => {
        try {
          JSON.parse(new TextDecoder().decode(applyFieldMask(anyBytes, parseFieldMask(anyPaths))));
        } catch (error) {
          expect(error).toBeInstanceOf(KubeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["[]", "1", "", "{", '{"a":1}x'])("refuses %j, which is no object", (text) => {
    expect(() => masked(text, ["a"])).toThrow(expect.objectContaining({ code: "KUBE_ANSWER_INVALID" }));
  });

  it("bears a path of a million parts", () => {
    const path = "a.".repeat(1_000_000);
    expect(masked('{"a":{"a":1,"b":2}}', [path])).toBe('{"a":{"a":1}}');
    expect(fieldMaskKey(parseFieldMask([path])).length).toBeGreaterThan(0);
  });
});

describe("fieldMaskKey", () => {
  it.each([
    [["a", "b"], ["b", "a"], true],
    [["a", "a"], ["a"], true],
    [["a", "a.b"], ["a.b"], true],
    [["a.b"], ["a"], false],
    [["a"], ["b"], false],
    [[], null, true],
    [[""], [], false],
  ])("tells whether %j and %j keep the same", (left, right, same) => {
    expect(fieldMaskKey(parseFieldMask(left)) === fieldMaskKey(parseFieldMask(right))).toBe(same);
  });
});

/** An object with own keys only, `__proto__` among them. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [name, member] of entries) {
    Object.defineProperty(made, name, {
      value: member,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

function prunedObject(from: object, paths: readonly string[]): unknown {
  if (paths.length === 0) return from;
  const split = paths.map((path) => path.split("."));
  const whole = ["apiVersion", "kind", "metadata"];
  return objectOf(
    Object.entries(from).flatMap(([name, member]) =>
      whole.includes(name) ? [[name, member] as const] : keptMember(name, member, split),
    ),
  );
}

function keptMember(
  name: string,
  member: unknown,
  paths: readonly string[][],
): (readonly [string, unknown])[] {
  const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
  if (below.length === 0) return [];
  return [
    [
      name,
      pruned(
        member,
        below.filter((path) => path.length > 0),
      ),
    ],
  ];
}

function pruned(from: unknown, paths: readonly string[][]): unknown {
  if (paths.length === 0 || typeof from !== "object" || from === null) return from;
  if (Array.isArray(from)) return from.map((element) => pruned(element, paths));
  return objectOf(Object.entries(from).flatMap(([name, member]) => keptMember(name, member, paths)));
}
