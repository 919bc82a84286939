chart("checks", {
  section: "quality", wide: true, title: ["Checks on the input tables", "输入表检查"],
  note: (list) => {
    const broken = list.filter((row) => row.violations > 0).length;
    return [`${list.length - broken} of ${list.length} rules hold.`, `${list.length} 条规则中 ${list.length - broken} 条通过。`];
  },
  columns: [["table", ["Table", "数据表"]], ["column", ["Column", "列"]], ["rule", ["Rule", "规则"]], ["severity", ["A violation is", "违反时"], "is_severity"], ["violations", ["Violations", "违反行数"], "count"]],
  alert: (row) => row.violations > 0 && row.severity !== "warn",
});
chart("files", {
  section: "quality", wide: true, title: ["Published files", "已发布文件"],
  columns: [["path", ["File", "文件"]], ["bytes", ["Bytes", "字节"], "count"], ["rows", ["Rows", "行数"], "count"]],
});
