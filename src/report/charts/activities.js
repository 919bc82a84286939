chart("activities", {
  section: "activities", wide: true, title: ["Seats and who will come", "名额与预计到场"],
  note: (list) => [`${count(sum(list, "invited"))} invited tonight, ${count(sum(list, "waitlist"))} on waitlists. Bars: seats that invitations are expected to fill, earlier ones and tonight's; the line marks the seats.`,
    `今晚邀请 ${count(sum(list, "invited"))} 位，候补 ${count(sum(list, "waitlist"))} 位。条形为先前与今晚邀请预计占用的名额；竖线为名额数。`],
  columns: [["activity_id", ["Activity", "活动"], "activity"], ["interest", ["Interest", "兴趣"], "interest"], ["starts", ["Starts", "开始时间"]], ["seats", ["Seats", "名额"], "count"], ["eligible", ["Candidates", "候选客户"], "count"],
    ["invited", ["Invited tonight", "今晚邀请"], "count"], ["waitlist", ["Waitlist", "候补"], "count"], ["earlier_attendance", ["Seats taken before", "先前预计占用"], "n1"], ["expected_attendance", ["Seats taken tonight", "今晚预计占用"], "n1"], ["held_back", ["Held back", "暂缓原因"], "long"]],
  height: (list) => tall(list.length, 30, 90),
  option: (list) => {
    const all = [...list].reverse();
    return bars({
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } }, legend: legend(),
      xAxis: axis({ type: "value" }), yAxis: names(all.map((row) => label("activity", row.activity_id))),
      series: [
        { type: "bar", stack: "seats", barMaxWidth: 18, name: say(["taken before", "先前占用"]), data: all.map((row) => row.earlier_attendance), color: colour(8), tooltip: { valueFormatter: number(1) } },
        { type: "bar", stack: "seats", barMaxWidth: 18, name: say(["taken tonight", "今晚占用"]), data: all.map((row) => row.expected_attendance), color: colour(0), tooltip: { valueFormatter: number(1) } },
        { type: "scatter", symbol: "rect", symbolSize: [3, 24], name: say(["seats", "名额"]), color: css("--ink"), data: all.map((row, at) => [row.seats, at]), tooltip: { valueFormatter: count } },
      ],
    });
  },
});
