chart("customers", {
  section: "tonight", hidden: true, title: ["Customers", "客户数"], columns: [["customers", ["Customers", "客户数"], "count"]],
});
