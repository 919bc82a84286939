// A table that sorts and filters; also the alternative to every drawing.
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

// More rows than anybody reads make a page slow; the filter and CSV reach them all.
const SHOWN = 200;

/** `columns`: [name, title, format]; `list`: rows as objects. */
const table = (title, columns, list, isAlert) => {
  let sorted = { name: null, down: false };
  let wanted = "";
  const format = (column) => FORMATS[column[2] ?? "text"];
  const body = element("tbody");
  const status = element("span", { role: "status" });
  const head = element("tr");
  const draw = () => {
    let shown = list.filter((row) => !wanted || columns.some((column) =>
      String(format(column).show(row[column[0]], row)).toLowerCase().includes(wanted)));
    if (sorted.name !== null) {
      const column = columns.find((one) => one[0] === sorted.name);
      const key = (row) => (format(column).number ? row[column[0]] : format(column).show(row[column[0]], row));
      const way = sorted.down ? -1 : 1;
      shown = [...shown].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === null || x === undefined) return 1;
        if (y === null || y === undefined) return -1;
        return way * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), zh ? "zh" : "en"));
      });
    }
    body.replaceChildren(...shown.slice(0, SHOWN).map((row) => element("tr", { class: isAlert?.(row) ? "alert" : undefined },
      ...columns.map((column) => {
        const form = format(column);
        return element("td", { class: form.number ? "number" : form.long ? "long" : undefined }, String(form.show(row[column[0]], row)));
      }))));
    status.textContent = `${Math.min(SHOWN, shown.length)} ${word("of")} ${shown.length} ${word("rows")}`;
    head.replaceChildren(...columns.map((column) => {
      const active = sorted.name === column[0];
      const order = active ? (sorted.down ? "descending" : "ascending") : "none";
      const button = element("button", { type: "button", onclick: () => {
        sorted = { name: column[0], down: active ? !sorted.down : Boolean(format(column).number) };
        draw();
        head.querySelectorAll("button")[columns.indexOf(column)].focus();
      } }, say(column[1]) + (active ? (sorted.down ? " ▾" : " ▴") : ""));
      return element("th", { scope: "col", "aria-sort": order, class: format(column).number ? "number" : undefined }, button);
    }));
  };
  draw();
  const filter = element("input", { type: "search", "aria-label": `${word("filter")}: ${title}`, placeholder: word("filter"),
    oninput: (event) => { wanted = event.target.value.trim().toLowerCase(); draw(); } });
  return element("div", {},
    list.length > 5 ? element("div", { class: "filter" }, filter, status) : null,
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      element("table", {}, element("thead", {}, head), body)));
};
