{
const name = (row) => (row.feature !== null ? label("feature", row.feature) : `${segment(row.segment_id)}: ${closed("of", row.of)}`);
const top = (list) => [...list].sort((a, b) => b.psi - a.psi).slice(0, 20).reverse();
chart("drift", {
  section: "model", title: ["Drift since the model was fitted", "模型拟合以来的漂移"],
  note: ["Population stability index (PSI) of features and segments, the 20 highest. Below 0.10 is stable; above 0.25 the model is due for a refit (the lines).",
    "特征与分群的群体稳定性指数（PSI），取最高的 20 项。低于 0.10 为稳定，高于 0.25 应重新拟合（见虚线）。"],
  list: (list) => list.map((row) => ({ ...row, what: name(row) })),
  columns: [["what", ["Of", "对象"]], ["of", ["Compared", "比较内容"], "is_of"], ["psi", ["PSI", "PSI"], "n3"], ["chance", ["By chance at most", "偶然所致至多"], "n3"]],
  height: (list) => tall(Math.min(20, list.length), 22, 70),
  option: (list) => bars({
    tooltip: { formatter: ({ name: of, value }) => `${of}<br>PSI ${number(3)(value)}` },
    grid: { left: 18, right: 52, top: 22, bottom: 8, containLabel: true },
    xAxis: axis({ type: "value", max: ({ max }) => Math.max(0.3, max) }), yAxis: names(top(list).map(name)),
    series: [{ type: "bar", barMaxWidth: 16, data: top(list).map((row) => ({ value: row.psi, itemStyle: { color: colour(row.psi > 0.25 ? 7 : row.psi > 0.1 ? 1 : 2) } })),
      label: { show: true, position: "right", color: css("--ink"), formatter: ({ value }) => number(3)(value) },
      markLine: { silent: true, symbol: "none", lineStyle: { color: css("--ink"), type: "dashed" }, label: { color: css("--ink"), position: "end" }, data: [{ xAxis: 0.1 }, { xAxis: 0.25 }] } }],
  }),
});
}
