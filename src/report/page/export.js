// What readers take along: CSV of a table, SVG and PNG of a drawing.
const save = (name, type, content) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const fileName = (id, ending) => `${report.run_id}-${id}.${ending}`;
const csvCell = (value) => {
  const text = value === null || value === undefined ? "" : String(value);
  // A spreadsheet would take such a text for a formula.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
const csv = (result) => "\ufeff" + [result.columns, ...result.rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
const svgOf = (drawn) => drawn.renderToSVGString({ useViewBox: true });
const savePng = (id, drawn) => {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = drawn.getWidth() * 2;
    canvas.height = drawn.getHeight() * 2;
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(fileName(id, "png"), "image/png", blob), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(drawn))}`;
};
