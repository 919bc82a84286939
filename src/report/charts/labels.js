chart("labels", { section: "quality", hidden: true, title: ["Names", "名称"], columns: [["id", ["Id", "编号"]]] });
