"""What a problem of `clubcall allocate` means: read into arrays, and choices
checked against it. For allocation_peer.py and allocation_cases.py.

Nothing here is shared with the program, this is a second reading.
"""

import datetime
import json
import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# What a sum of many floats may miss a bound by, relative to the bound.
ROUNDING = 1e-9


def day_number(value):
    return value.toordinal() if isinstance(value, datetime.date) else value


class Activities:
    """The activities of a problem, and which of them a set names."""

    def __init__(self, rows):
        self.ids = [row["id"] for row in rows]
        self.place = {name: at for at, name in enumerate(self.ids)}
        assert len(self.place) == len(rows), "two activities have one id"
        days = [day_number(row["date"] if "date" in row else row["day"]) for row in rows]
        self.days = np.array(days, dtype=np.int64)
        self.channels = [row["channel"] for row in rows]
        self.products = [set(row["products"]) for row in rows]
        self.costs = np.array([row.get("cost", 0.0) for row in rows], dtype=float)
        self.seats = [row.get("seats") for row in rows]

    def __len__(self):
        return len(self.ids)

    def named(self, channels="all", products="all", ids=None, start=None, end=None):
        """A mask over activities."""
        mask = np.ones(len(self), dtype=bool)
        if channels != "all":
            mask &= [channel in channels for channel in self.channels]
        if products != "all":
            mask &= [bool(own & set(products)) for own in self.products]
        if ids is not None:
            mask &= [name in ids for name in self.ids]
        if start is not None:
            mask &= self.days >= day_number(start)
        if end is not None:
            mask &= self.days <= day_number(end)
        return mask

    def of(self, table):
        return self.named(
            table.get("channels", "all"),
            table.get("products", "all"),
            table.get("activities"),
            table.get("from"),
            table.get("to"),
        )

    def apart(self, conflicts):
        """Which pairs of activities cannot go to one customer, both ways round."""
        apart = np.zeros((len(self), len(self)), dtype=bool)
        later = self.days[None, :] - self.days[:, None]
        for rule in conflicts:
            first, second = (self.side(rule[name]) for name in ("first", "second"))
            within = (later >= 0) & (later <= rule["lag_days"])
            apart |= first[:, None] & second[None, :] & within
        np.fill_diagonal(apart, False)
        return apart | apart.T

    def side(self, table):
        channel, product = table.get("channel"), table.get("product")
        return self.named(
            "all" if channel is None else [channel],
            "all" if product is None else [product],
        )


class Problem:
    """problem.toml and candidates.parquet as arrays, one entry per candidate."""

    def __init__(self, folder):
        folder = Path(folder)
        with open(folder / "problem.toml", "rb") as file:
            self.text = tomllib.load(file)
        self.activities = Activities(self.text["activities"])
        self.apart = self.activities.apart(self.text.get("conflicts", []))
        texts = ["customer_id", "activity_id", "contact_unit"]
        table = pq.read_table(folder / "candidates.parquet", read_dictionary=texts)
        self.customers, self.customer = coded(table["customer_id"])
        ids, codes = coded(table["activity_id"])
        places = np.array([self.activities.place[name] for name in ids], dtype=np.int64)
        self.activity = places[codes] if len(codes) else codes
        self.value = numbers(table["value"])
        self.probability = numbers(table["probability"])
        self.cost = self.activities.costs[self.activity]
        if "cost" in table.column_names:
            own = table["cost"].to_numpy(zero_copy_only=False).astype(float)
            self.cost = np.where(np.isnan(own), self.cost, own)
        self.unit = self.customer
        if "contact_unit" in table.column_names:
            self.unit = coded(table["contact_unit"])[1]
        pairs = self.customer * len(self.activities) + self.activity
        assert len(np.unique(pairs)) == len(pairs), "a candidate is there twice"

    def __len__(self):
        return len(self.value)

    def sums(self):
        """Every constraint over all customers: name, coefficients per candidate
        (0 where it does not count), sign of the side (1: at most), bound, price
        of a unit beyond it or None."""
        for at, table in enumerate(self.text.get("constraints", [])):
            kind = table["kind"]
            each = {
                "budget": self.cost,
                "min_responses": self.probability,
                "max_responses": self.probability,
                "min_invitations": 1.0,
                "max_invitations": 1.0,
            }[kind]
            coefficients = np.where(self.activities.of(table)[self.activity], each, 0.0)
            sign = -1 if kind.startswith("min_") else 1
            name = table.get("name", f"constraint {at + 1} ({kind})")
            yield name, coefficients, sign, table["bound"], table.get("soft")
        for at, seats in enumerate(self.activities.seats):
            if seats is not None:
                coefficients = np.where(self.activity == at, self.probability, 0.0)
                yield f"seats of {self.activities.ids[at]}", coefficients, 1, seats, None


def coded(column):
    """The distinct texts of a column, and each row's place among them."""
    column = column.combine_chunks()
    if not isinstance(column, pa.DictionaryArray):
        column = column.dictionary_encode()
    codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return column.dictionary.to_pylist(), codes


def numbers(column):
    return column.to_numpy().astype(float)


def check(problem, out):
    table = pq.read_table(Path(out) / "assignments.parquet")
    wrong = []
    chosen = places(problem, table, wrong)
    times = np.bincount(chosen, minlength=len(problem))
    twice = int((times > 1).sum())
    if twice:
        wrong.append(f"{twice} candidates are assigned twice")
    taken = times > 0
    value, slacks = judged(problem, taken, wrong)
    result = {"assignments": len(table), "value": value, "violations": wrong}
    said = Path(out) / "solution.json"
    if said.exists():
        compare(json.loads(said.read_text()), result, slacks)
    return result


def judged(problem, taken, wrong):
    """What a choice is worth, and the slack of each constraint."""
    penalty, slacks = sums_kept(problem, taken, wrong)
    rules_kept(problem, taken, wrong)
    conflicts_kept(problem, taken, wrong)
    return float(problem.value[taken].sum() - penalty), slacks


def places(problem, table, wrong):
    """The candidates that the assignments name."""
    customers, customer = coded(table["customer_id"])
    activities, activity = coded(table["activity_id"])
    known = {name: at for at, name in enumerate(problem.customers)}
    own = np.array([known.get(name, -1) for name in customers], dtype=np.int64)[customer]
    place = problem.activities.place
    to = np.array([place.get(name, -1) for name in activities], dtype=np.int64)[activity]
    named = np.where((own < 0) | (to < 0), -1, own * len(place) + to)
    pairs = problem.customer * len(place) + problem.activity
    order = np.argsort(pairs)
    at = np.searchsorted(pairs, named, sorter=order)
    found = at < len(pairs)
    found[found] = pairs[order[at[found]]] == named[found]
    if not found.all():
        wrong.append(f"{int((~found).sum())} assignments are no candidates")
    return order[at[found]]


def sums_kept(problem, taken, wrong):
    penalty, slacks = 0.0, []
    for name, coefficients, sign, bound, soft in problem.sums():
        used = float(coefficients[taken].sum())
        slack = sign * (bound - used)
        slacks.append((name, slack))
        if soft is not None:
            penalty += soft * max(0.0, -slack)
        elif slack < -ROUNDING * max(1.0, abs(bound)):
            wrong.append(f"{name}: {used} used, bound {bound}")
    return penalty, slacks


def rules_kept(problem, taken, wrong):
    for at, rule in enumerate(problem.text.get("contact_rules", [])):
        counted = taken & problem.activities.of(rule)[problem.activity]
        contacts = np.bincount(problem.unit[counted])
        over = int((contacts > rule["max"]).sum())
        if over:
            wrong.append(f"contact rule {at + 1}: {over} units have more than {rule['max']}")


def conflicts_kept(problem, taken, wrong):
    rows = np.flatnonzero(taken)
    rows = rows[np.argsort(problem.customer[rows], kind="stable")]
    customer, activity = problem.customer[rows], problem.activity[rows]
    broken, step = 0, 1
    while step < len(rows):
        same = customer[step:] == customer[:-step]
        if not same.any():
            break
        broken += int((same & problem.apart[activity[step:], activity[:-step]]).sum())
        step += 1
    if broken:
        wrong.append(f"{broken} pairs of assignments are in conflict")


def compare(said, result, slacks):
    """What solution.json says against what is so."""
    wrong = result["violations"]
    result["said"] = {name: said.get(name) for name in ("value", "bound", "gap", "seconds")}
    scale = max(1.0, abs(result["value"]))
    if said.get("value") is None or abs(said["value"] - result["value"]) > 1e-6 * scale:
        wrong.append(f"value {result['value']}, but solution.json says {said.get('value')}")
    if said.get("bound") is not None and said["bound"] < result["value"] - 1e-6 * scale:
        wrong.append(f"bound {said['bound']} is below the value {result['value']}")
    listed = said.get("constraints") or []
    by_name = {row.get("name"): row for row in listed}
    for name, slack in slacks:
        row = by_name.get(name)
        if row is not None and row.get("slack") is not None:
            if abs(abs(row["slack"]) - abs(slack)) > 1e-6 * max(1.0, abs(slack)):
                wrong.append(f"{name}: slack {slack}, but solution.json says {row['slack']}")
