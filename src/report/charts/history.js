chart("history", {
  section: "segments", title: ["Shares over the last thirty nights", "近三十晚占比"],
  note: (list) => {
    const nights = unique(list.map((row) => row.as_of));
    return [`${nights.length} ${nights.length === 1 ? "night" : "nights"}, ${nights[0]} to ${nights.at(-1)}.`, `共 ${nights.length} 晚，${nights[0]} 至 ${nights.at(-1)}。`];
  },
  columns: [["as_of", ["Night", "日期"]], ["segment_id", ["Id", "编号"]], ["name", ["Segment", "分群"]], ["size", ["Customers", "客户数"], "count"], ["share", ["Share", "占比"], "percent"]],
  height: 380,
  option: (list) => bars({
    tooltip: { trigger: "item", formatter: ({ seriesName, value }) => `${seriesName}<br>${value[0]}: ${percent(value[1])}` },
    legend: legend(),
    xAxis: axis({ type: "category", data: unique(list.map((row) => row.as_of)), axisLabel: { formatter: (day) => day.slice(5) } }),
    yAxis: axis({ type: "value", axisLabel: { formatter: (v) => `${Math.round(v * 100)} %` } }),
    series: unique(list.map((row) => row.segment_id)).map((id) => ({
      type: "line", name: segment(id), itemStyle: { color: segmentColour(id) }, lineStyle: { color: segmentColour(id) }, symbolSize: 6,
      data: list.filter((row) => row.segment_id === id).map((row) => [row.as_of, row.share]),
    })),
  }),
});
