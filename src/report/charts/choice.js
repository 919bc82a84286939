{
const CRITERIA = [["gap", ["Gap", "间隔统计量"], "n3"], ["smallest_stability", ["Least stable segment", "最不稳定分群"], "n3"], ["silhouette", ["Silhouette", "轮廓系数"], "n3"],
  ["calinski_harabasz", ["Calinski–Harabasz", "Calinski–Harabasz"], "n1"], ["davies_bouldin", ["Davies–Bouldin (lower is better)", "Davies–Bouldin（越低越好）"], "n3"],
  ["smallest_share", ["Smallest segment", "最小分群占比"], "percent"]];
const there = (list) => CRITERIA.filter(([name]) => list.some((row) => row[name] !== null));
chart("choice", {
  section: "model", wide: true, title: ["Choice of the number of segments", "分群数的选择"],
  note: (list) => {
    const chosen = list.find((row) => row.chosen)?.k;
    return [`Tried: ${list.map((row) => row.k).join(", ")}; taken: ${chosen}. Of the numbers whose segments are large and stable enough, the fewest near the highest gap are taken. The vertical line is the number taken; bars on the gap are one standard error.`,
      `试过：${list.map((row) => row.k).join("、")}；选用：${chosen}。在规模与稳定性达标者中，取接近最高间隔值的最小者。竖线为选用数；间隔上的短线为一个标准误。`];
  },
  columns: [["k", ["Segments", "分群数"], "count"], ["chosen", ["Taken", "选用"], "yes"], ...CRITERIA, ["gap_error", ["Standard error of the gap", "间隔的标准误"], "n3"], ["inertia", ["Mean squared distance", "均方距离"], "n3"]],
  height: (list) => Math.ceil(there(list).length / (narrow() ? 1 : 3)) * 190 + 10,
  option: (list) => {
    const across = narrow() ? 1 : 3;
    const shown = there(list);
    const chosen = list.find((row) => row.chosen)?.k;
    const ks = list.map((row) => String(row.k));
    const wide = 100 / across;
    return {
      tooltip: { trigger: "item", formatter: ({ seriesName, name, value }) => `${seriesName}<br>k = ${name}: ${number(3)(Array.isArray(value) ? value[1] : value)}` },
      title: shown.map(([, title], at) => ({ text: say(title), left: `${(at % across) * wide + 1}%`, top: Math.floor(at / across) * 190, textStyle: { fontSize: 13, fontWeight: 600, color: css("--ink") } })),
      grid: shown.map((_, at) => ({ left: `${(at % across) * wide + 1}%`, width: `${wide - 3}%`, top: Math.floor(at / across) * 190 + 28, height: 145, containLabel: true })),
      xAxis: shown.map((_, at) => axis({ type: "category", data: ks, gridIndex: at })),
      yAxis: shown.map((_, at) => axis({ type: "value", scale: true, gridIndex: at, splitNumber: 3 })),
      series: shown.flatMap(([name, title], at) => [
        { type: "line", name: say(title), xAxisIndex: at, yAxisIndex: at, symbolSize: 6, color: colour(0), data: list.map((row) => row[name]),
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: css("--ink"), type: "dashed" }, data: chosen === undefined ? [] : [{ xAxis: String(chosen) }] } },
        ...(name === "gap" ? [{ type: "custom", name: say(title), xAxisIndex: at, yAxisIndex: at, silent: true, data: list.filter((row) => row.gap !== null).map((row) => [String(row.k), row.gap - (row.gap_error ?? 0), row.gap + (row.gap_error ?? 0)]),
          renderItem: (_, api) => {
            const [low, high] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(0), api.value(2)])];
            return { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: { stroke: colour(0), lineWidth: 2 } };
          }, encode: { x: 0, y: [1, 2] } }] : []),
      ]),
    };
  },
});
chart("stability", {
  section: "model", from: "segments", title: ["How stable each segment is", "各分群的稳定性"],
  note: ["Mean Jaccard similarity when the customers are drawn again: highly stable from 0.85 on, doubtful below 0.75 (the lines).", "重新抽样后的平均 Jaccard 相似度：0.85 以上为高度稳定，低于 0.75 存疑（见虚线）。"],
  list: (list) => list.filter((row) => row.stability !== null),
  columns: [["segment_id", ["Segment", "分群"], "segment"], ["stability", ["Stability", "稳定性"], "n3"]],
  height: (list) => tall(list.filter((row) => row.stability !== null).length, 26, 70),
  option: (list) => {
    const all = list.filter((row) => row.stability !== null).sort((a, b) => a.stability - b.stability);
    return bars({
      tooltip: { formatter: ({ name, value }) => `${name}: ${number(3)(value)}` },
      grid: { left: 18, right: 48, top: 22, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", min: 0, max: 1 }), yAxis: names(all.map((row) => segment(row.segment_id))),
      series: [{ type: "bar", barMaxWidth: 18, data: all.map((row) => ({ value: row.stability, itemStyle: { color: colour(row.stability < 0.75 ? 7 : row.stability < 0.85 ? 1 : 2) } })),
        label: { show: true, position: "right", color: css("--ink"), formatter: ({ value }) => number(2)(value) },
        markLine: { silent: true, symbol: "none", lineStyle: { color: css("--ink"), type: "dashed" }, label: { show: !narrow(), color: css("--ink"), position: "end" }, data: [{ xAxis: 0.75 }, { xAxis: 0.85 }] } }],
    });
  },
});
}
