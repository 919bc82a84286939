{
const DECISIONS = [["invited", 0], ["waitlist", 6], ["control", 4], ["suppressed", 8], ["not_selected", 1]];
const byActivity = (list) => unique(list.map((row) => row.activity_id));
chart("funnel", {
  section: "activities", title: ["What became of the candidates", "候选客户去向"],
  note: ["Each bar is all candidates of an activity; the table says how many each reason decided about.", "每条代表一个活动的全部候选客户；表中为各原因的人数。"],
  columns: [["activity_id", ["Activity", "活动"], "activity"], ["decision", ["Decision", "决定"], "decision"], ["reason", ["Reason", "原因"], "reason"], ["candidates", ["Candidates", "候选客户"], "count"]],
  height: (list) => tall(byActivity(list).length, 28, 90),
  option: (list) => {
    const all = byActivity(list).reverse();
    return bars({
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: count }, legend: legend(),
      xAxis: axis({ type: "value" }), yAxis: names(all.map((id) => label("activity", id))),
      series: DECISIONS.map(([decision, at]) => ({ type: "bar", stack: "all", barMaxWidth: 18, color: colour(at), name: label("decision", decision),
        data: all.map((id) => sum(list.filter((row) => row.activity_id === id && row.decision === decision), "candidates")) })),
    });
  },
});
chart("turned_down", {
  section: "activities", wide: true, from: "funnel", title: ["Why candidates were turned down", "未获邀请的原因"],
  note: ["Candidates that each reason decided about, by activity; the first reason that applies counts.", "各活动按首个适用原因统计的候选客户。"],
  list: (list) => list.filter((row) => row.decision !== "invited" && row.decision !== "waitlist"),
  columns: [["reason", ["Reason", "原因"], "reason"], ["activity_id", ["Activity", "活动"], "activity"], ["decision", ["Decision", "决定"], "decision"], ["candidates", ["Candidates", "候选客户"], "count"]],
  height: (list) => tall(unique(list.map((row) => row.reason)).length, 28, 150),
  option: (list) => {
    const down = list.filter((row) => row.decision !== "invited" && row.decision !== "waitlist");
    const total = (reason) => sum(down.filter((row) => row.reason === reason), "candidates");
    const reasons = unique(down.map((row) => row.reason)).sort((a, b) => total(a) - total(b));
    const activities = byActivity(down);
    return {
      tooltip: { formatter: ({ data: { row } }) => `${label("activity", row.activity_id)}<br>${label("reason", row.reason)}: ${count(row.candidates)}` },
      grid: { left: 18, right: 8, top: 8, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: activities.map((id) => label("activity", id)), axisTick: { show: false }, axisLabel: { interval: 0, rotate: narrow() ? 70 : 35, width: 130, overflow: "truncate", color: css("--ink"), hideOverlap: false } }),
      yAxis: names(reasons.map((reason) => label("reason", reason))),
      visualMap: { show: false, min: 0, max: Math.max(1, ...down.map((row) => row.candidates)), inRange: { color: dark() ? ["#1b212b", "#8a4a1c"] : ["#f6f7f9", "#f2a56b"] } },
      series: [{ type: "heatmap", itemStyle: { borderColor: css("--ground"), borderWidth: 1 }, data: down.map((row) => ({ row, value: [activities.indexOf(row.activity_id), reasons.indexOf(row.reason), row.candidates] })),
        label: { show: !narrow() && activities.length < 20, color: css("--ink"), fontSize: 11, formatter: ({ value }) => count(value[2]) } }],
    };
  },
});
}
