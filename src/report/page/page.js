// Puts the page together; again when the language, the width or the light changes.
const tiles = () => {
  const invited = rows("activities");
  const calls = (status) => sum(rows("calls").filter((row) => row.status === status), "calls");
  const held = invited.filter((row) => row.held_back).length;
  const list = [
    [["Customers", "客户数"], count(rows("customers")[0]?.customers ?? 0)],
    [["Invited tonight", "今晚邀请"], count(sum(invited, "invited"))],
    [["On waitlists", "候补"], count(sum(invited, "waitlist"))],
    [["Activities out", "已发布活动"], count(invited.length - held)],
    [["Held back", "暂缓活动"], count(held)],
    [["Follow-ups planned", "计划跟进"], count(calls("planned"))],
    [["Carried over", "顺延"], count(calls("carried_over"))],
  ];
  return element("dl", { class: "tiles" }, ...list.map(([name, value]) => element("div", {}, element("dt", {}, say(name)), element("dd", {}, value))));
};
const alerts = () => {
  const of = (kind) => rows("notes").filter((row) => row.kind === kind);
  const list = (found) => element("ul", { class: "plain" }, ...found.map((row) => element("li", {}, row.text)));
  const parts = [];
  if (of("alert").length) parts.push(element("div", { class: "alerts" }, element("h3", {}, word("alerts")), list(of("alert"))));
  else parts.push(element("p", {}, word("noAlerts")));
  const held = rows("activities").filter((row) => row.held_back);
  if (held.length) parts.push(element("h3", {}, word("heldBack")), element("ul", { class: "plain" },
    ...held.map((row) => element("li", {}, `${label("activity", row.activity_id)}: ${row.held_back}`))));
  if (of("warning").length) parts.push(element("details", {}, element("summary", {}, `${word("warnings")} (${of("warning").length})`), list(of("warning"))));
  return parts;
};
const build = () => {
  document.documentElement.lang = zh ? "zh-CN" : "en";
  document.title = `${word("title")}: ${report.pipeline}, ${report.as_of}`;
  document.querySelector(".skip").textContent = word("skip");
  const compared = report.previous_run ? `${word("compared")} ${report.previous_run}` : word("first");
  document.querySelector("header").replaceChildren(
    element("div", {}, element("h1", {}, `${word("title")}: ${report.pipeline}`),
      element("p", {}, `${word("asOf")} ${report.as_of} · ${word("run")} ${report.run_id} · ${compared} · clubcall ${report.version}`)),
    element("button", { type: "button", id: "language", lang: zh ? "en" : "zh-CN", onclick: () => {
      zh = !zh; build(); document.getElementById("language").focus(); } }, word("language")));
  drawn.forEach(({ place }) => place.chart?.dispose());
  drawn.length = 0;
  const main = document.querySelector("main");
  const links = [];
  main.replaceChildren();
  for (const [id, title] of Object.entries(SECTIONS)) {
    const cards = CHARTS.filter((one) => one.section === id).map(put).filter(Boolean);
    if (!cards.length && id !== "tonight") continue;
    links.push(element("li", {}, element("a", { href: `#section-${id}` }, say(title))));
    main.append(element("h2", { id: `section-${id}` }, say(title)), ...(id === "tonight" ? [tiles(), ...alerts()] : []),
      element("div", { class: "grid" }, ...cards));
  }
  document.querySelector("nav").setAttribute("aria-label", word("contents"));
  document.querySelector("nav").replaceChildren(element("ul", {}, ...links));
  document.querySelector("footer").replaceChildren(element("p", {}, word("footer")));
  drawAll();
};
build();
let waiting;
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 150);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => { document.documentElement.classList.add("paper"); drawAll(); });
addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); drawAll(); });
