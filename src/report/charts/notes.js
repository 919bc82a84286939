chart("notes", {
  section: "tonight", hidden: true, title: ["Alerts and warnings", "警报与提醒"],
  columns: [["kind", ["Kind", "类别"], "is_kind"], ["text", ["Text", "内容"], "long"]],
});
