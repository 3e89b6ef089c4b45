/** Trusted Types: what Lit makes passes by its own policy; anything else is reduced to harmless SVG. */

interface Rules {
  createHTML(text: string): string;
  createScriptURL(address: string): string;
}

interface Policies {
  createPolicy(name: string, rules: Partial<Rules>): Rules;
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
/** For the parser alone: what it makes is never put into the page, only what is left of it. */
const unparsed = policies?.createPolicy("maxbooster-parse", { createHTML: (text) => text });

const FORBIDDEN = "script, foreignObject, iframe, object, embed, animate, set, handler, listener";

export function harmlessSvg(text: string): string {
  const parsed = new DOMParser().parseFromString(unparsed?.createHTML(text) ?? text, "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg") return "";
  parsed.querySelectorAll(FORBIDDEN).forEach((each) => each.remove());
  for (const each of [parsed, ...parsed.querySelectorAll("*")]) {
    for (const { name, value } of [...each.attributes]) {
      if (/^on/i.test(name) || (/href$/i.test(name) && !/^[#/]/.test(value))) each.removeAttribute(name);
    }
  }
  return new XMLSerializer().serializeToString(parsed);
}

policies?.createPolicy("default", { createHTML: harmlessSvg });

/** The one script that the page starts by its address. */
const WORKER = "/service-worker.js";

const workers = policies?.createPolicy("maxbooster-worker", {
  createScriptURL: (address) => {
    if (address !== WORKER) throw new TypeError(`${address} is no worker of ours.`);
    return address;
  },
});

export const scriptUrl = (address: string): string => (workers ? workers.createScriptURL(address) : address);
