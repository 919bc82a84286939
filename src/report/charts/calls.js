{
const reasons = (list) => unique(list.map((row) => row.reason)).sort((a, b) => total(list, a) - total(list, b));
const total = (list, reason) => sum(list.filter((row) => row.reason === reason), "calls");
chart("calls", {
  section: "calls", title: ["Follow-ups by reason", "跟进原因"],
  note: (list) => [`${count(sum(list, "calls"))} calls, messages and visits by their leading reason.`, `共 ${count(sum(list, "calls"))} 次电话、短信与走访，按首要原因统计。`],
  columns: [["team", ["Team", "班组"]], ["reason", ["Reason", "原因"], "call"], ["action", ["Action", "动作"], "is_action"], ["status", ["State", "状态"], "is_status"], ["calls", ["Number", "数量"], "count"]],
  height: (list) => tall(reasons(list).length, 28, 80),
  option: (list) => bars({
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: count }, legend: legend(),
    xAxis: axis({ type: "value", minInterval: 1 }), yAxis: names(reasons(list).map((id) => label("call", id))),
    series: ["planned", "carried_over"].map((status, at) => ({ type: "bar", stack: "all", barMaxWidth: 18, color: colour(at), name: closed("status", status),
      data: reasons(list).map((reason) => sum(list.filter((row) => row.reason === reason && row.status === status), "calls")) })),
  }),
});
}
