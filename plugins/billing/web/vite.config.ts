import { panels } from "../../../core/web/panels.ts";

export default panels("billing", import.meta.url, { money: "./src/money.ts" });
