/* The panel "Set lists": one custom element, no build step. The shell sets `host` once, then it is frozen. */

/** @typedef {import("@maxbooster/ui").Host<import("../../types/schema").paths>} Host */
/** @typedef {import("../../types/schema").components["schemas"]["SetlistRow"]} Setlist */

class SetlistOverview extends HTMLElement {
  /** @param {Host} host */
  set host(host) {
    void this.#show(host);
  }

  /** @param {Host} host */
  async #show({ api, t }) {
    const setlists = await api.list("/api/setlist/setlists");
    const title = document.createElement("h1");
    title.textContent = t("setlist.title");
    this.replaceChildren(title, setlists.length ? this.#list(setlists, t) : t("setlist.empty"));
  }

  /** @param {Setlist[]} setlists @param {Host["t"]} t */
  #list(setlists, t) {
    const list = document.createElement("ol");
    for (const each of setlists) {
      const line = document.createElement("li");
      const state = t(each.published_at ? "setlist.published" : "setlist.draft");
      line.textContent = `${each.played_on} · ${each.venue} · ${each.title} (${each.songs}) · ${state}`;
      list.append(line);
    }
    return list;
  }
}

customElements.define("mb-setlist-overview", SetlistOverview);
