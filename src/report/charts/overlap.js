chart("overlap", {
  section: "segments", title: ["Who likes two things", "兴趣重叠"],
  note: ["Of the customers fond of the interest on the left (affinity 0.75 or more), the share fond of the one below as well.", "在偏好左侧兴趣（亲和度不低于 0.75）的客户中，同时偏好下方兴趣的占比。"],
  columns: [["interest", ["Interest", "兴趣"], "interest"], ["other", ["Other", "另一兴趣"], "interest"], ["customers", ["Customers", "客户数"], "count"], ["share", ["Of the first", "占前者"], "percent"]],
  height: (list) => tall(Math.sqrt(list.length), 30, 110),
  option: (list) => {
    const all = unique(list.map((row) => row.interest));
    const flipped = [...all].reverse();
    const pairs = list.filter((row) => row.interest !== row.other && row.share !== null);
    return {
      tooltip: { formatter: ({ data: { row } }) => `${label("interest", row.interest)} → ${label("interest", row.other)}<br>${count(row.customers)} · ${percent(row.share)}` },
      grid: { left: 18, right: 8, top: 8, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: all.map((id) => label("interest", id)), axisTick: { show: false }, axisLabel: { interval: 0, rotate: 45, color: css("--ink"), hideOverlap: false } }),
      yAxis: names(flipped.map((id) => label("interest", id))),
      visualMap: { show: false, min: 0, max: Math.max(0.01, ...pairs.map((row) => row.share)), inRange: { color: dark() ? ["#1b212b", "#2f6fb8"] : ["#f6f7f9", "#7db1ea"] } },
      series: [{ type: "heatmap", itemStyle: { borderColor: css("--ground"), borderWidth: 1 }, data: pairs.map((row) => ({ row, value: [all.indexOf(row.other), flipped.indexOf(row.interest), row.share] })),
        label: { show: true, color: css("--ink"), fontSize: narrow() ? 9 : 11, formatter: ({ value }) => `${Math.round(value[2] * 100)}` } }],
    };
  },
});
