{
const limited = (list) => list.filter((row) => row.capacity_minutes !== null).map((row) => ({ ...row, hours: row.planned_minutes / 60, limit: row.capacity_minutes / 60 }));
chart("capacity", {
  section: "calls", title: ["Call queue against capacity", "外呼量与班组工时"],
  note: ["Hours that planned calls take, by team and day; the line marks the hours that the team has. Machines without a limit are in the table only.", "各班组每日计划外呼所需小时；短线为可用小时。不限量的系统发送只列于表中。"],
  columns: [["team", ["Team", "班组"]], ["day", ["Day", "日期"]], ["agents", ["Agents", "坐席"], "n1"], ["capacity_minutes", ["Minutes available", "可用分钟"], "n1"], ["planned_minutes", ["Minutes planned", "计划分钟"], "n1"], ["calls", ["Calls", "外呼"], "count"], ["late", ["Late", "逾期"], "count"]],
  height: 340,
  option: (list) => {
    const all = limited(list);
    const days = unique(all.map((row) => row.day)).sort();
    const teams = unique(all.map((row) => row.team));
    const at = (team, day, name) => all.find((row) => row.team === team && row.day === day)?.[name] ?? null;
    return bars({
      tooltip: { trigger: "item", formatter: ({ seriesName, name, value }) => `${seriesName}<br>${name}: ${number(1)(value)} h` },
      legend: legend({ data: teams }), xAxis: axis({ type: "category", data: days }), yAxis: axis({ type: "value", name: "h" }),
      series: teams.flatMap((team, i) => [
        { type: "bar", name: team, color: colour(i), barMaxWidth: 22, data: days.map((day) => at(team, day, "hours")) },
        { type: "bar", name: `${team}: ${say(["available", "可用"])}`, barMaxWidth: 22, itemStyle: { color: "transparent", borderColor: css("--ink"), borderWidth: 1, borderType: "dashed" }, data: days.map((day) => at(team, day, "limit")) },
      ]),
    });
  },
});
}
