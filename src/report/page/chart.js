// The registry of charts, and how one is put on the page.
const CHARTS = [];
/**
 * Registers a chart.
 * section: where it stands; title, note: texts in both languages, or functions
 * of the rows that give one; from: another chart whose result it shows; columns: of its table; option: rows to an ECharts
 * option, left out where the table is the chart; height: of (rows); wide: over
 * both columns; list: rows of the table, where they are not the result's own.
 */
const chart = (id, settings) => CHARTS.push({ id, ...settings });

const COLOURS = { light: ["#1f6fc9", "#d1690a", "#23875b", "#b03a8b", "#7a5cc9", "#8a6d00", "#0f8a9c", "#c2413b", "#6a7280", "#4d8f1c", "#7b4f2e", "#3c4fa8"],
  dark: ["#6aa9f7", "#f0a04b", "#5cc796", "#e48bc4", "#b29df2", "#d8bb4a", "#55c6d6", "#f28b82", "#a9b3c1", "#9bd06a", "#c99a78", "#93a3f0"] };
const dark = () => matchMedia("(prefers-color-scheme: dark)").matches && !document.documentElement.classList.contains("paper");
const colour = (at) => { const set = COLOURS[dark() ? "dark" : "light"]; return set[at % set.length]; };
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const segmentColour = (id) => {
  const at = [...segmentNames.keys()].indexOf(id);
  return at < 0 ? css("--soft") : colour(at);
};
const narrow = () => innerWidth < 700;
const axis = (more = {}) => ({ axisLabel: { color: css("--soft"), fontSize: 12, hideOverlap: true, ...more.axisLabel },
  axisLine: { lineStyle: { color: css("--line") } }, splitLine: { lineStyle: { color: css("--line") } },
  nameTextStyle: { color: css("--soft") }, ...Object.fromEntries(Object.entries(more).filter(([k]) => k !== "axisLabel")) });
/** Names along an axis, short enough to leave room for the drawing. */
const names = (list, more = {}) => axis({ type: "category", data: list, axisTick: { show: false },
  axisLabel: { width: narrow() ? 105 : 190, overflow: "truncate", interval: 0, color: css("--ink"), hideOverlap: false }, ...more });
const legend = (more = {}) => ({ type: "scroll", top: 0, left: 0, textStyle: { color: css("--ink") }, pageTextStyle: { color: css("--ink") }, ...more });
const tall = (n, each = 26, around = 80) => Math.max(160, n * each + around);
const bars = (more = {}) => ({ grid: { left: 18, right: 24, top: 34, bottom: 8, containLabel: true }, ...more });

const drawn = [];
const put = (one) => {
  const result = report.charts[one.from ?? one.id];
  if (!result || one.hidden || (!result.rows.length && !one.always)) return null;
  const list = rows(one.from ?? one.id);
  const text = (what) => (typeof what === "function" ? say(what(list)) : say(what));
  const title = text(one.title);
  const note = one.note ? text(one.note) : "";
  const card = element("section", { class: one.wide ? "card wide" : "card", id: one.id, "aria-labelledby": `${one.id}-title` },
    element("h3", { id: `${one.id}-title` }, title), note ? element("p", { class: "soft" }, note) : null);
  const tools = element("div", { class: "tools" });
  const tool = (key, act) => tools.append(element("button", { type: "button", "data-export": key,
    "aria-label": `${word("download")} ${word(key)}: ${title}`, onclick: act }, word(key)));
  tool("csv", () => save(fileName(one.id, "csv"), "text/csv;charset=utf-8", csv(result)));
  const all = table(title, one.columns, one.list ? one.list(list) : list, one.alert);
  if (one.option) {
    const place = element("div", { class: "drawing", role: "img", "aria-label": `${title}. ${note}` });
    card.append(place);
    place.style.height = `${typeof one.height === "function" ? one.height(list) : one.height ?? 320}px`;
    drawn.push({ one, list, place });
    tool("svg", () => save(fileName(one.id, "svg"), "image/svg+xml", svgOf(place.chart)));
    tool("png", () => savePng(one.id, place.chart));
    card.append(tools, element("details", {}, element("summary", {}, word("data")), all));
  } else {
    card.append(all, tools);
  }
  const cut = result.total > result.rows.length ? fill(word("cut"), { n: count(result.rows.length), all: count(result.total) }) : "";
  card.append(element("details", { class: "query" },
    element("summary", {}, `${word("source")} ${result.table}${result.sql ? ".parquet" : ""}`),
    cut ? element("p", {}, cut) : null, result.sql ? element("code", {}, result.sql) : null));
  if (cut) card.append(element("p", { class: "soft" }, cut));
  return card;
};
const drawAll = () => {
  for (const { one, list, place } of drawn) {
    place.chart?.dispose();
    place.chart = echarts.init(place, null, { renderer: "svg" });
    const option = one.option(list);
    place.chart.setOption({ animation: false, color: COLOURS[dark() ? "dark" : "light"], // Room for labels is measured in the font that is drawn; its quotes would
      // end an attribute of an exported SVG.
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily.replaceAll('"', "'"), color: css("--ink") },
      ...option, tooltip: { confine: true, backgroundColor: css("--ground"), borderColor: css("--line"),
        textStyle: { color: css("--ink") }, extraCssText: "max-width:min(28rem,80vw);white-space:normal", ...option.tooltip } });
  }
};
