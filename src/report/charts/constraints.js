{
const binding = (list) => list.filter((row) => row.price > 0).sort((a, b) => a.price - b.price).slice(-20);
chart("constraints", {
  section: "activities", title: ["What one more is worth", "多一个名额的价值"],
  note: (list) => {
    const whole = list.find((row) => row.name === "value of all invitations");
    const gap = whole && whole.bound ? Math.max(0, whole.bound - whole.used) / Math.abs(whole.bound) : 0;
    const text = number(3)(gap * 100);
    return [`All invitations are worth ${number(2)(whole?.used ?? null)}; no choice is worth more than ${number(2)(whole?.bound ?? null)}, so at most ${text} % is missing. Drawn: the dual price of each bound that binds, at most 20.`,
      `全部邀请的预期价值为 ${number(2)(whole?.used ?? null)}；任何选择不超过 ${number(2)(whole?.bound ?? null)}，即至多差 ${text} %。图中为起作用的约束的对偶价格，至多 20 项。`];
  },
  columns: [["name", ["Bound", "约束"]], ["measure", ["Of", "度量"], "is_measure"], ["sense", ["Sense", "方向"], "is_sense"], ["bound", ["Limit", "界限"], "n2"], ["used", ["Used", "已用"], "n2"], ["slack", ["Left", "剩余"], "n2"], ["price", ["Price of one more", "对偶价格"], "n2"]],
  height: (list) => tall(Math.max(1, binding(list).length), 26, 60),
  option: (list) => bars({
    tooltip: { formatter: ({ name, value }) => `${name}<br>${number(2)(value)}` },
    grid: { left: 18, right: 52, top: 10, bottom: 8, containLabel: true },
    xAxis: axis({ type: "value" }), yAxis: names(binding(list).map((row) => row.name)),
    series: [{ type: "bar", barMaxWidth: 18, data: binding(list).map((row) => row.price), label: { show: true, position: "right", color: css("--ink"), formatter: ({ value }) => number(2)(value) } }],
  }),
});
}
