import { panels } from "../../../core/web/panels.ts";

export default panels("studio", import.meta.url, {
  kernel: "./src/kernel/kernel.ts",
  worklet: "./src/kernel/worklet.ts",
});
