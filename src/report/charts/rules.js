chart("rules", {
  section: "segments", wide: true, title: ["What names each segment: rules of thumb", "分群的成因：经验规则"],
  note: ["Several rules of a segment go together by OR. Shares are of customers that the rules were not made from.", "同一分群的多条规则为“或”的关系。占比以未参与建立规则的客户计算。"],
  columns: [["segment_id", ["Segment", "分群"], "segment"], ["rule", ["Rule", "规则"], "long"], ["covers", ["Of the segment", "覆盖分群"], "percent"], ["precision", ["Of those it holds for", "命中率"], "percent"]],
});
