chart("migration", {
  section: "segments", title: ["Moves since the previous run", "与上次运行之间的迁移"],
  note: (list) => {
    const moved = sum(list.filter((row) => row.from_segment_id !== row.to_segment_id && row.from_segment_id && row.to_segment_id), "customers");
    return [`${count(moved)} customers are in another segment than before; ${count(sum(list.filter((row) => !row.from_segment_id), "customers"))} joined, ${count(sum(list.filter((row) => !row.to_segment_id), "customers"))} left. Those who stayed are not drawn.`,
      `${count(moved)} 位客户换了分群；${count(sum(list.filter((row) => !row.from_segment_id), "customers"))} 位新加入，${count(sum(list.filter((row) => !row.to_segment_id), "customers"))} 位离开。未变者不绘出。`];
  },
  columns: [["from_segment_id", ["Before", "上次"], "segment"], ["to_segment_id", ["Tonight", "今晚"], "segment"], ["customers", ["Customers", "客户数"], "count"], ["share", ["Of the first", "占前者"], "percent"]],
  height: 380,
  option: (list) => {
    const left = (id) => `${id ? segment(id) : word("joined")} (${word("before")})`;
    const right = (id) => (id ? segment(id) : word("left"));
    const moved = list.filter((row) => row.from_segment_id !== row.to_segment_id).sort((a, b) => b.customers - a.customers).slice(0, 60);
    const short = (name) => (name.length > (narrow() ? 16 : 26) ? `${name.slice(0, narrow() ? 15 : 25)}…` : name);
    const nodes = [...unique(moved.map((row) => row.from_segment_id)).map((id) => [left(id), id, "right"]), ...unique(moved.map((row) => row.to_segment_id)).map((id) => [right(id), id, "left"])];
    return {
      tooltip: { trigger: "item", formatter: ({ data, name, value }) => (data.source ? `${data.source} → ${data.target}: ${count(data.value)}` : `${name}: ${count(value)}`) },
      series: [{ type: "sankey", left: 4, right: 4, top: 10, bottom: 10, nodeGap: 10, draggable: false, emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: 0.4 }, label: { color: css("--ink"), formatter: ({ name }) => short(name) },
        data: nodes.map(([name, id, position]) => ({ name, itemStyle: { color: id ? segmentColour(id) : css("--soft") }, label: { position } })),
        links: moved.map((row) => ({ source: left(row.from_segment_id), target: right(row.to_segment_id), value: row.customers })) }],
    };
  },
});
