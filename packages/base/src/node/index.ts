export { type FileStamp, fileStamp, fileStamps, type WatchOptions, watchFiles } from "./watch-files.ts";
