import { panels } from "../../../core/web/panels.ts";

export default panels("studio", import.meta.url, {
  master: "./src/master.ts",
  review: "./src/review.ts",
  kernel: "./src/kernel/kernel.ts",
  worklet: "./src/kernel/worklet.ts",
});
