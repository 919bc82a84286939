// Texts of the frame, and the closed sets that no published table names.
const WORDS = {
  title: ["Nightly report", "夜间运行报告"], skip: ["Skip to the content", "跳到正文"],
  contents: ["Contents", "目录"], asOf: ["as of", "数据截至"], run: ["run", "运行"],
  compared: ["compared with", "对比运行"], first: ["first run, nothing to compare with", "首次运行，无可对比"],
  language: ["中文", "English"], data: ["Data", "数据"], query: ["Query", "查询"],
  csv: ["CSV", "CSV"], svg: ["SVG", "SVG"], png: ["PNG", "PNG"], download: ["Download", "下载"],
  filter: ["Filter rows", "筛选行"], rows: ["rows", "行"], of: ["of", "/"],
  cut: ["The page holds the first {n} of {all} rows; the table has them all.", "本页只含 {all} 行中的前 {n} 行；全部见数据表。"],
  source: ["From", "来源"], yes: ["yes", "是"], no: ["no", "否"], none: ["none", "无"],
  alerts: ["Alerts", "警报"], noAlerts: ["No alerts.", "没有警报。"], warnings: ["Warnings", "提醒"],
  heldBack: ["Held back by the pre-launch review", "未通过发布前审查而暂缓"],
  joined: ["joined", "新加入"], left: ["left", "已离开"], before: ["before", "上次"], tonight: ["tonight", "今晚"],
  all: ["All activities", "全部活动"], outside: ["outside all segments", "不属任何分群"],
  footer: ["This page holds counts and shares only: no customer's name, number or id. It loads nothing from anywhere and may be passed on as a file. Every chart can be asked for again with its query on the Parquet files beside it (clubcall sql, DuckDB, polars).",
    "本页只含计数与占比，不含任何客户的姓名、号码或编号；不加载任何外部内容，可作为文件转发。每张图都能用所附查询从同目录的 Parquet 文件重新得到（clubcall sql、DuckDB、polars）。"],
};
const SECTIONS = {
  tonight: ["Tonight", "今晚概览"], segments: ["Segments", "客户分群"], model: ["Model", "模型"],
  activities: ["Activities", "活动"], effect: ["Effect", "效果"], calls: ["Calls", "外呼"], quality: ["Data", "数据"],
};
const CLOSED = {
  status: { kept: ["kept", "保持"], new: ["new", "新增"], split: ["split off", "拆分"], merged: ["merged", "合并"],
    retired: ["retired", "退出"], reserved: ["set aside by rule", "按规则单列"],
    planned: ["planned", "计划"], carried_over: ["carried over", "顺延"] },
  action: { sms: ["text message", "短信"], call: ["call", "电话"], survey: ["survey", "意见收集"],
    promotion: ["promotion", "推介"], visit: ["visit", "上门走访"] },
  severity: { warn: ["a warning", "提醒"], reject: ["a rejected row", "剔除该行"], fail: ["an error", "报错停止"] },
  kind: { alert: ["alert", "警报"], warning: ["warning", "提醒"] },
  of: { values: ["values", "取值"], share: ["share of customers", "占比"], distances: ["distances to the middle", "到中心的距离"] },
  measure: { value: ["value", "价值"], invitations: ["invitations", "邀请数"], cost: ["cost", "费用"],
    responses: ["expected responses", "预期响应"], minutes: ["minutes", "分钟"] },
  sense: { at_most: ["at most", "至多"], at_least: ["at least", "至少"] },
  model: { prior: ["stated acceptances", "既定接受率"], logistic: ["logistic regression", "逻辑回归"] },
};
