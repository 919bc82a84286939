{
// Against the previous run, which the history holds as its last night but one.
const withChange = (list) => {
  const nights = unique(rows("history").map((row) => row.as_of));
  const last = nights.at(-2);
  const before = new Map(rows("history").filter((row) => row.as_of === last).map((row) => [row.segment_id, row]));
  return list.map((row) => {
    const old = before.get(row.segment_id);
    return { ...row, before: old?.share ?? null, change: old ? row.share - old.share : null, grown: old ? row.size - old.size : null };
  }).sort((a, b) => b.size - a.size);
};
chart("segments", {
  section: "segments", wide: true, title: ["How large the segments are", "各分群规模"],
  note: (list) => {
    const largest = withChange(list)[0];
    return [`${list.length} segments. The largest, ${largest.name}, holds ${percent(largest.share)} of the customers. The line marks the share in the previous run.`,
      `共 ${list.length} 个分群。最大的是${largest.name}，占客户的 ${percent(largest.share)}。竖线为上次占比。`];
  },
  list: withChange,
  columns: [["segment_id", ["Id", "编号"]], ["name", ["Segment", "分群"]], ["size", ["Customers", "客户数"], "count"], ["share", ["Share", "占比"], "percent"],
    ["before", ["Share before", "上次占比"], "percent"], ["change", ["Change, points", "变化（百分点）"], "points"], ["stability", ["Stability", "稳定性"], "n2"],
    ["status", ["Since then", "其间"], "is_status"], ["lineage", ["From", "来自"]], ["top_interests", ["Stands out for (lift)", "突出兴趣（倍数）"]]],
  height: (list) => tall(list.length, 30, 60),
  option: (list) => {
    const all = withChange(list).reverse();
    return bars({
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: ([{ dataIndex }]) => {
        const row = all[dataIndex];
        return `${segment(row.segment_id)}<br>${count(row.size)} · ${percent(row.share)}<br>${word("before")}: ${percent(row.before)} (${points(row.change)})`;
      } },
      grid: { left: 18, right: 90, top: 10, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", axisLabel: { formatter: (v) => `${Math.round(v * 100)} %` } }),
      yAxis: names(all.map((row) => segment(row.segment_id))),
      series: [
        { type: "bar", barMaxWidth: 20, data: all.map((row) => ({ value: row.share, itemStyle: { color: segmentColour(row.segment_id) } })),
          label: { show: true, position: "right", color: css("--ink"), formatter: ({ dataIndex }) => {
            const row = all[dataIndex];
            return row.change === null ? percent(row.share) : `${percent(row.share)} (${points(row.change)})`;
          } } },
        { type: "scatter", symbol: "rect", symbolSize: [3, 24], itemStyle: { color: css("--ink") }, silent: true,
          data: all.map((row, at) => [row.before, at]).filter((point) => point[0] !== null) },
      ],
    });
  },
});
}
