export type { FakeAuthOptions } from "./fake-auth.ts";
export {
  type FakeRegistry,
  type Intercept,
  type RecordedRequest,
  startFakeRegistry,
} from "./fake-registry.ts";
export type { FakeAnswer } from "./fake-storage.ts";
