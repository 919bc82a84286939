// The embedded results, and how values are written in the page's language.
const report = JSON.parse(document.getElementById("data").textContent);
let zh = report.language === "zh";
const say = (pair) => (Array.isArray(pair) ? pair[zh ? 1 : 0] : pair);
const word = (key) => say(WORDS[key]);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The rows of a result as objects; none where the table is not there. */
const rows = (id) => {
  const result = report.charts[id];
  if (!result) return [];
  return result.rows.map((row) => Object.fromEntries(result.columns.map((name, i) => [name, row[i]])));
};
const labels = new Map(rows("labels").map((row) => [`${row.kind} ${row.id}`, [row.en, row.zh]]));
const segmentNames = new Map(rows("segments").map((row) => [row.segment_id, row.name]));
const label = (kind, id) => {
  if (id === null || id === "") return "";
  const called = labels.get(`${kind} ${id}`);
  return called ? say(called) : String(id);
};
const segment = (id) => (id === null ? "" : id === "outside" ? word("outside") : `${id} ${segmentNames.get(id) ?? ""}`.trim());
const closed = (set, id) => (CLOSED[set][id] ? say(CLOSED[set][id]) : id ?? "");

const count = (value) => (value === null ? "–" : Math.round(value).toLocaleString("en"));
const number = (digits) => (value) => (value === null || value === undefined ? "–"
  : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−"));
const percent = (value) => (value === null || value === undefined ? "–" : `${number(1)(value * 100)} %`);
const points = (value) => (value === null || value === undefined ? "–" : Math.abs(value) < 0.0005 ? "0.0"
  : `${value > 0 ? "+" : ""}${number(1)(value * 100)}`);

/** Column formats by name: how a cell reads, and whether it is a number. */
const FORMATS = {
  text: { show: (v) => v ?? "" }, long: { show: (v) => v ?? "", long: true },
  count: { show: count, number: true }, percent: { show: percent, number: true }, points: { show: points, number: true },
  n1: { show: number(1), number: true }, n2: { show: number(2), number: true }, n3: { show: number(3), number: true },
  yes: { show: (v) => (v ? word("yes") : "") },
  segment: { show: segment }, activity: { show: (v) => (v === "universal" ? word("all") : label("activity", v)) },
  interest: { show: (v) => label("interest", v) }, feature: { show: (v) => label("feature", v) },
  call: { show: (v) => label("call", v) }, decision: { show: (v) => label("decision", v) }, reason: { show: (v) => label("reason", v) },
};
for (const set of Object.keys(CLOSED)) FORMATS[`is_${set}`] = { show: (v) => closed(set, v) };
const unique = (values) => [...new Set(values)];
const sum = (list, name) => list.reduce((total, row) => total + (row[name] ?? 0), 0);
