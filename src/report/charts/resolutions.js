chart("resolutions", {
  section: "calls", title: ["From complaint to resolution", "投诉处理时长"],
  columns: [["category", ["Category", "类别"]], ["severity", ["Severity", "严重度"]], ["opened_30d", ["Opened, 30 days", "30 天新增"], "count"], ["resolved_30d", ["Resolved, 30 days", "30 天解决"], "count"], ["open", ["Open", "未结"], "count"],
    ["median_hours", ["Median hours", "中位小时"], "n1"], ["p90_hours", ["90 % within hours", "九成小时内"], "n1"], ["oldest_open_days", ["Oldest open, days", "最久未结天数"], "count"]],
});
