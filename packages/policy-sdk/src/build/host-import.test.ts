import { describe, expect, it } from "vitest";
import * as injected from "../guest/host/injected.ts";
import { host } from "../guest/index.ts";
import { withoutHostImport } from "./host-import.ts";

describe("withoutHostImport", () => {
  const sdk = '"@kubewarden-ts/policy-sdk"';
  it.each([
    [`import { accept, host, log } from ${sdk};`, `import { accept,       log } from ${sdk};`],
    [`import { host } from ${sdk};`, `import {      } from ${sdk};`],
    [`import {\n  accept,\n  host,\n} from ${sdk};`, `import {\n  accept,\n       \n} from ${sdk};`],
    [
      `import { accept, host } from '@kubewarden-ts/policy-sdk'`,
      `import { accept,      } from '@kubewarden-ts/policy-sdk'`,
    ],
    [`import { host as h } from ${sdk};`, `import { host as h } from ${sdk};`],
    [`import { hosts, a as host } from ${sdk};`, `import { hosts, a as host } from ${sdk};`],
    [`import { host } from "./other.ts";`, `import { host } from "./other.ts";`],
    [
      `import { host } from "./other.ts";\nimport { accept } from ${sdk};`,
      `import { host } from "./other.ts";\nimport { accept } from ${sdk};`,
    ],
  ])("makes of %j: %j", (source, expected) => {
    expect(withoutHostImport(source)).toBe(expected);
  });
});

it("every function of the host is there under its full name", () => {
  const { host: whole, ...functions } = injected;
  const expected = Object.entries(host).flatMap(([namespace, members]) =>
    Object.entries(members).map(([name, member]) => [`host.${namespace}.${name}`, member]),
  );
  expect(whole).toBe(host);
  expect({ ...functions }).toEqual(Object.fromEntries(expected));
});
