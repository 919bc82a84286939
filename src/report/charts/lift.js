{
// The widest intervals say least; the chart takes the surest, the table has all.
const measured = (list) => [...list].filter((row) => row.lift !== null).sort((a, b) => (a.high - a.low) - (b.high - b.low)).slice(0, 25).sort((a, b) => a.lift - b.lift);
chart("lift", {
  section: "effect", wide: true, title: ["Lift so far", "迄今提升"],
  note: ["Share that accepted among contact units left open to be invited, less that among those held out at random, with its 95 % interval (intention to treat). An interval that holds 0 shows no effect yet; green is what is still sure (p below 0.05) when it is taken into account how many are looked at. At most 25 are drawn, the surest; the table has all.",
    "可受邀单元与随机保留单元的接受率之差及 95 % 区间（意向性分析）。区间含 0 表示尚未见效果；绿色表示多重校正后仍显著（p 小于 0.05）。至多绘出最确定的 25 项，表中为全部。"],
  columns: [["activity_id", ["Activity", "活动"], "activity"], ["open_units", ["Open units", "可受邀单元"], "count"], ["held_out_units", ["Held out", "保留单元"], "count"], ["open_rate", ["Accepted, open", "可受邀接受率"], "percent"], ["held_out_rate", ["Accepted, held out", "保留接受率"], "percent"],
    ["lift", ["Lift, points", "提升（百分点）"], "points"], ["low", ["From", "下限"], "points"], ["high", ["To", "上限"], "points"], ["p_adjusted", ["p, adjusted", "校正 p 值"], "n3"]],
  height: (list) => tall(measured(list).length, 28, 60),
  option: (list) => {
    const all = measured(list);
    return bars({
      tooltip: { formatter: ({ dataIndex }) => { const row = all[dataIndex]; return `${FORMATS.activity.show(row.activity_id)}<br>${points(row.lift)} (${points(row.low)} … ${points(row.high)})`; } },
      grid: { left: 18, right: 24, top: 10, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", axisLabel: { formatter: (v) => number(0)(v * 100) } }), yAxis: names(all.map((row) => FORMATS.activity.show(row.activity_id))),
      series: [
        { type: "custom", data: all.map((row, at) => [row.low, row.high, at]), encode: { x: [0, 1], y: 2 }, renderItem: (_, api) => {
          const [a, b] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
          return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: css("--soft"), lineWidth: 3 } };
        } },
        { type: "scatter", symbolSize: 10, data: all.map((row, at) => ({ value: [row.lift, at], itemStyle: { color: colour(!(row.p_adjusted < 0.05) ? 0 : row.lift > 0 ? 2 : 7) } })),
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: css("--ink") }, data: [{ xAxis: 0 }] } },
      ],
    });
  },
});
chart("controls", {
  section: "effect", wide: true, from: "activities", title: ["What tonight's controls can show", "今晚对照组能显示的效果"],
  note: ["The smallest lift that is found with a chance of 80 % at these sizes (two-sided 5 %).", "在此规模下有 80 % 把握发现的最小提升（双侧 5 %）。"],
  list: (list) => list.filter((row) => row.open_units > 0),
  columns: [["activity_id", ["Activity", "活动"], "activity"], ["open_units", ["Open units", "可受邀单元"], "count"], ["held_out_units", ["Held out", "保留单元"], "count"], ["detectable_lift", ["Being open, points", "可受邀（百分点）"], "points"], ["detectable_lift_per_invitation", ["An invitation, points", "一次邀请（百分点）"], "points"]],
});
}
