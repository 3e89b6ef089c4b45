import { panels } from "../../../core/web/panels.ts";

export default panels("distribution", import.meta.url, {
  releases: "./src/releases.ts",
  royalties: "./src/royalties.ts",
  "money-statements": "./src/money-statements.ts",
  "money-payee": "./src/money-payee.ts",
});
