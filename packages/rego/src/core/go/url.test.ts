import fc from "fast-check";
import { expect, it } from "vitest";
import { resolveGoUrl } from "../../node/go/url-resolve.ts";
import { formatGoUrl, parseGoUrl } from "./url.ts";

const textOf = (bytes: string): string => Buffer.from(bytes, "latin1").toString();

// What Go 1.26 gives for `url.Parse(text).String()`; nothing where it refuses.
it.each<[string, string | undefined]>([
  ["http://u:p@h.test:80/a%20b/c%2fd?q=1#fr%41g", "http://u:p@h.test:80/a%20b/c%2fd?q=1#fr%41g"],
  ["http://[::1]:80/", "http://[::1]:80/"],
  ["http://[fe80::1%25en0]/", "http://[fe80::1%25en0]/"],
  ["mailto:a@b", "mailto:a@b"],
  ["urn:x:y", "urn:x:y"],
  ["/a/b:c", "/a/b:c"],
  ["a:b", "a:b"],
  ["a b", "a%20b"],
  ["x?", "x?"],
  ["//h/p", "//h/p"],
  ["///p", "///p"],
  ["http://a b/", undefined],
  ["http://a%zz/", undefined],
  ["http://é/ü?ö#ä", "http://%C3%A9/%C3%BC?ö#%C3%A4"],
  ["http://h:8a/", undefined],
  ["http://h:/", "http://h:/"],
  ["1a:b", undefined],
  ["*", "*"],
  ["HTTP://H/%7ea", "http://H/%7ea"],
  ["http://h/%", undefined],
  ["", ""],
  ["./a:b", "./a:b"],
  ["a/../b", "a/../b"],
  ["http://u@v@h/", "http://u%40v@h/"],
  ["#f", "#f"],
  ["a\u0001", undefined],
  ['http://h/"<>^`{|}', "http://h/%22%3C%3E%5E%60%7B%7C%7D"],
])("%j is read and written as Go does", (text, wanted) => {
  const url = parseGoUrl(text);
  expect(url && textOf(formatGoUrl(url))).toBe(wanted);
});

// The examples of RFC 3986, section 5.4, with what Go 1.26 gives.
it.each([
  ["g:h", "g:h"],
  ["g", "http://a/b/c/g"],
  ["./g", "http://a/b/c/g"],
  ["g/", "http://a/b/c/g/"],
  ["/g", "http://a/g"],
  ["//g", "http://g"],
  ["?y", "http://a/b/c/d;p?y"],
  ["g?y", "http://a/b/c/g?y"],
  ["#s", "http://a/b/c/d;p?q#s"],
  ["g#s", "http://a/b/c/g#s"],
  [";x", "http://a/b/c/;x"],
  ["", "http://a/b/c/d;p?q"],
  ["..", "http://a/b/"],
  ["../g", "http://a/b/g"],
  ["../../../g", "http://a/g"],
  ["/./g", "http://a/g"],
  ["g;x=1/../y", "http://a/b/c/y"],
  ["a//b/../c", "http://a/b/c/a//c"],
])("%j is resolved as Go does", (text, wanted) => {
  const [base, reference] = [parseGoUrl("http://a/b/c/d;p?q"), parseGoUrl(text)];
  if (base === undefined || reference === undefined) throw new Error("no URL");
  expect(formatGoUrl(resolveGoUrl(base, reference))).toBe(wanted);
});

it("what is written is read again as the same", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab:/?#[]@%20.;é ".split("")), maxLength: 12 });
  fc.assert(
    fc.property(text, (any) => {
      const url = parseGoUrl(any);
      if (url === undefined) return;
      const written = textOf(formatGoUrl(url));
      const again = parseGoUrl(written);
      if (again !== undefined) expect(textOf(formatGoUrl(again))).toBe(written);
    }),
  );
});
