{
// The features that set any segment apart most, so that the map stays legible.
const strongest = (list) => {
  const best = new Map();
  for (const row of list) best.set(row.feature, Math.max(best.get(row.feature) ?? 0, Math.abs(row.cliffs_delta ?? row.z ?? 0)));
  return [...best].sort((a, b) => b[1] - a[1]).slice(0, 24).map(([name]) => name);
};
chart("profiles", {
  section: "segments", wide: true, title: ["What sets the segments apart", "各分群的特点"],
  note: ["Each cell is a segment's mean as a multiple of the mean of all customers (lift). Colour is the distance from that mean in standard deviations (z). At most 24 features are drawn, those that tell segments apart best; the table has all.",
    "每格为该分群的特征均值与全体均值之比（倍数）；颜色为与全体相差几个标准差（z）。至多绘出最能区分的 24 个特征，表中为全部。"],
  columns: [["segment_id", ["Segment", "分群"], "segment"], ["feature", ["Feature", "特征"], "feature"], ["mean", ["Mean", "均值"], "n2"], ["population_mean", ["Mean of all", "全体均值"], "n2"],
    ["lift", ["Lift", "倍数"], "n2"], ["z", ["z", "z"], "n2"], ["cliffs_delta", ["Cliff's delta", "Cliff's delta"], "n2"], ["rank", ["Rank", "名次"], "count"]],
  height: (list) => tall(Math.min(24, unique(list.map((row) => row.feature)).length), 26, narrow() ? 170 : 140),
  option: (list) => {
    const features = strongest(list).reverse();
    const segments = unique(list.map((row) => row.segment_id));
    const cells = list.filter((row) => features.includes(row.feature)).map((row) => ({ row, value: [segments.indexOf(row.segment_id), features.indexOf(row.feature), Math.max(-2, Math.min(2, row.z ?? 0))] }));
    return {
      tooltip: { formatter: ({ data: { row } }) => `${segment(row.segment_id)}<br>${label("feature", row.feature)}<br>× ${number(2)(row.lift)}, z ${number(2)(row.z)}` },
      grid: { left: 18, right: 8, top: 8, bottom: 52, containLabel: true },
      xAxis: axis({ type: "category", data: segments.map(segment), axisTick: { show: false }, axisLabel: { interval: 0, rotate: narrow() ? 60 : 30, width: 110, overflow: "truncate", color: css("--ink"), hideOverlap: false } }),
      yAxis: names(features.map((name) => label("feature", name))),
      visualMap: { type: "continuous", min: -2, max: 2, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, textStyle: { color: css("--ink") },
        text: ["z ≥ 2", "z ≤ −2"], inRange: { color: dark() ? ["#b5622a", "#1b212b", "#2f6fb8"] : ["#f2a56b", "#f6f7f9", "#7db1ea"] } },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: css("--ground"), borderWidth: 1 },
        label: { show: !narrow() && segments.length < 14, color: css("--ink"), fontSize: 11, formatter: ({ data: { row } }) => (row.lift === null ? "" : number(1)(row.lift)) } }],
    };
  },
});
}
