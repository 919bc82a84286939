chart("calibration", {
  section: "effect", title: ["Whether probabilities come true", "概率是否兑现"],
  note: ["Predicted against observed acceptance among past outcomes that the model had not seen, all interests together; on the line, predictions are right.", "在模型未见过的历史结果中，预测与实际接受率（全部兴趣合计）；落在斜线上即预测准确。"],
  columns: [["model", ["Model", "模型"], "is_model"], ["interest", ["Interest", "兴趣"], "interest"], ["bin", ["Bin", "组"], "count"], ["predicted", ["Predicted", "预测"], "percent"], ["observed", ["Observed", "实际"], "percent"], ["outcomes", ["Outcomes", "结果数"], "count"]],
  height: 340,
  option: (list) => {
    const all = list.filter((row) => !row.interest);
    const end = Math.max(0.05, ...all.map((row) => Math.max(row.predicted, row.observed)));
    const share = { axisLabel: { formatter: (v) => `${Math.round(v * 100)} %` } };
    return bars({
      tooltip: { formatter: ({ seriesName, value }) => `${seriesName}<br>${say(["predicted", "预测"])} ${percent(value[0])}, ${say(["observed", "实际"])} ${percent(value[1])}<br>${count(value[2])}` },
      legend: legend({ data: unique(all.map((row) => closed("model", row.model))) }), grid: { left: 18, right: 40, top: 34, bottom: 28, containLabel: true },
      xAxis: axis({ type: "value", name: say(["predicted", "预测"]), nameLocation: "middle", nameGap: 26, ...share }), yAxis: axis({ type: "value", ...share }),
      series: [...unique(all.map((row) => row.model)).map((model) => ({ type: "line", name: closed("model", model), symbolSize: 8, data: all.filter((row) => row.model === model).map((row) => [row.predicted, row.observed, row.outcomes]) })),
        { type: "line", symbol: "none", silent: true, lineStyle: { color: css("--soft"), type: "dashed" }, tooltip: { show: false }, data: [[0, 0], [end, end]] }],
    });
  },
});
