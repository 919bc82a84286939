{
const owners = (list) => unique(list.map((row) => row.owner)).sort((a, b) => late(list, a) - late(list, b));
const late = (list, owner) => sum(list.filter((row) => row.owner === owner), "overdue");
chart("overdue", {
  section: "calls", title: ["Overdue by owner", "各负责人的逾期"],
  note: (list) => [`${count(sum(list, "overdue"))} of ${count(sum(list, "open"))} open cases are past their due time.`, `${count(sum(list, "open"))} 件未结中有 ${count(sum(list, "overdue"))} 件逾期。`],
  columns: [["owner", ["Owner", "负责人"]], ["team", ["Team", "班组"]], ["reason", ["Reason", "原因"], "call"], ["open", ["Open", "未结"], "count"], ["overdue", ["Overdue", "逾期"], "count"], ["awaiting_outcome", ["Outcome awaited", "待结果"], "count"], ["oldest_since", ["Oldest since", "最早始于"]], ["oldest_days", ["Days", "天数"], "count"],
    ["no_capacity_days", ["Days without capacity", "连续无产能天数"], "count"], ["alert", ["Alert", "警报"], "yes"]],
  alert: (row) => row.alert,
  height: (list) => tall(owners(list).length, 28, 80),
  option: (list) => bars({
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: count }, legend: legend(),
    xAxis: axis({ type: "value", minInterval: 1 }), yAxis: names(owners(list)),
    series: [[["overdue", "逾期"], 7, (owner) => late(list, owner)], [["not overdue", "未逾期"], 2, (owner) => sum(list.filter((row) => row.owner === owner), "open") - late(list, owner)]]
      .map(([name, at, value]) => ({ type: "bar", stack: "all", barMaxWidth: 18, name: say(name), color: colour(at), data: owners(list).map(value) })),
  }),
});
}
