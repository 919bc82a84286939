chart("scatter", {
  section: "segments", title: ["How the customers lie", "客户分布"],
  note: (list) => [`${count(list.length)} customers of a sample, one dot each, on the two principal components; similar customers lie close. The axes have no unit.`,
    `抽样 ${count(list.length)} 位客户，每点一位，取前两个主成分；相似者彼此靠近，坐标轴没有单位。`],
  columns: [["segment_id", ["Segment", "分群"], "segment"], ["x", ["Across", "横"], "n2"], ["y", ["Up", "纵"], "n2"]],
  height: 420,
  option: (list) => bars({
    tooltip: { formatter: ({ seriesName, value }) => `${seriesName}<br>${number(2)(value[0])}, ${number(2)(value[1])}` },
    legend: legend(),
    xAxis: axis({ type: "value", scale: true, splitLine: { show: false } }), yAxis: axis({ type: "value", scale: true, splitLine: { show: false } }),
    series: unique(list.map((row) => row.segment_id)).sort().map((id, at) => ({ type: "scatter", name: segment(id), symbolSize: 4,
      symbol: ["circle", "triangle", "rect", "diamond"][at % 4], itemStyle: { color: segmentColour(id), opacity: 0.7 },
      data: list.filter((row) => row.segment_id === id).map((row) => [row.x, row.y]) })),
  }),
});
