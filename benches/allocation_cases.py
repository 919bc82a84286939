"""Small random problems of `clubcall allocate` with their exact optimum.

    python3 allocation_cases.py FOLDER [COUNT]

Writes FOLDER/NNN/{problem.toml, candidates.parquet, expected.json} and all of
them once more into FOLDER.json. Three in ten are infeasible: a third of these
for one constraint alone, a third for several together, and a third only because
nobody is invited by halves. Every kind of
constraint, contact rule and conflict occurs, with and without soft prices,
seats, households, costs of single candidates, dates instead of days. Costs have
two decimals and probabilities too, so that a sum is either within a bound or
beyond it by a hundredth at least.

HiGHS solves each with and without presolve; where there are few candidates the
result is checked against all their subsets.
"""

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import allocation_peer as peer
from allocation_problem import Problem

CHANNELS = ["app", "sms", "call", "visit"]
PRODUCTS = ["film", "health", "travel"]
KINDS = ["min_invitations", "max_invitations", "budget", "min_responses", "max_responses"]
DAYS = 40
EPOCH = np.datetime64("2026-11-01")
MOST_SUBSETS = 16


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value)


class Draw:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def chance(self, odds):
        return bool(self.rng.random() < odds)

    def whole(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def cents(self, low, high):
        return round(float(self.rng.uniform(low, high)), 2)

    def cost(self):
        # Tenths often: their sums meet a bound exactly, or miss it by rounding only.
        return self.whole(0, 20) / 10 if self.chance(0.5) else self.cents(0, 2)

    def some(self, values):
        count = self.whole(1, max(1, len(values) - 1))
        return [str(value) for value in self.rng.choice(values, count, replace=False)]

    def one(self, values):
        return str(self.rng.choice(values))


def problem(draw):
    """The text of a problem as a dictionary, and its candidates as columns."""
    customers, count = draw.whole(3, 12), draw.whole(3, 8)
    dated = draw.chance(0.2)
    day = (lambda number: EPOCH + number) if dated else (lambda number: number)
    activities = []
    for at in range(count):
        activity = {
            "id": f"a{at + 1}",
            "date" if dated else "day": day(draw.whole(0, DAYS)),
            "channel": draw.one(CHANNELS[: draw.whole(2, 4)]),
            "products": draw.some(PRODUCTS) if draw.chance(0.3) else [draw.one(PRODUCTS)],
            "cost": draw.cost(),
        }
        if draw.chance(0.15):
            activity["seats"] = draw.whole(1, 2)
        activities.append(activity)
    candidates = pairs(draw, customers, activities)
    text = {"activities": activities}
    context = Context(day, activities, len(candidates["value"]))
    text["constraints"] = [constraint(draw, context) for _ in range(draw.whole(1, 4))]
    if draw.chance(0.5):
        text["constraints"] += opposed(draw, context)
    text["contact_rules"] = [rule(draw, context) for _ in range(draw.whole(0, 2))]
    text["conflicts"] = [conflict(draw, context) for _ in range(draw.whole(0, 3))]
    return text, candidates


class Context:
    """What constraints can be about: names that occur, as others are taken for
    typing errors."""

    def __init__(self, day, activities, candidates):
        self.day = day
        self.ids = [activity["id"] for activity in activities]
        self.channels = sorted({activity["channel"] for activity in activities})
        self.products = sorted({name for activity in activities for name in activity["products"]})
        self.candidates = candidates


def pairs(draw, customers, activities):
    dense = draw.rng.uniform(0.3, 1.0)
    rows = [
        (f"c{customer + 1:02}", activity["id"], customer)
        for customer in range(customers)
        for activity in activities
        if draw.chance(dense)
    ] or [("c01", "a1", 0)]
    columns = {
        "customer_id": [row[0] for row in rows],
        "activity_id": [row[1] for row in rows],
        "value": [draw.cents(-1, 6) for _ in rows],
        "probability": [draw.cents(0.01, 0.9) for _ in rows],
    }
    if draw.chance(0.4):
        columns["cost"] = [None if draw.chance(0.3) else draw.cost() for _ in rows]
    if draw.chance(0.4):
        members = draw.rng.integers(0, max(1, customers // 2), customers)
        columns["contact_unit"] = [f"u{members[row[2]] + 1}" for row in rows]
    order = draw.rng.permutation(len(rows))
    return {name: [values[at] for at in order] for name, values in columns.items()}


def window(draw, context):
    low, high = sorted((draw.whole(0, DAYS), draw.whole(0, DAYS)))
    found = {}
    if draw.chance(0.4):
        found["from"] = context.day(low)
    if draw.chance(0.4):
        found["to"] = context.day(high)
    return found


def chosen(draw, context):
    found = {}
    for name, values in (("channels", context.channels), ("products", context.products)):
        if draw.chance(0.4):
            found[name] = draw.some(values)
        elif draw.chance(0.2):
            found[name] = "all"
    return found | window(draw, context)


def constraint(draw, context):
    kind = draw.one(KINDS)
    found = {"kind": kind} | chosen(draw, context)
    if draw.chance(0.2):
        found["activities"] = draw.some(context.ids)
    # Of what all candidates of two or three activities a customer would use.
    rows = context.candidates * min(1.0, 2.5 / len(context.ids))
    scale = 0.45 * rows if "responses" in kind else rows
    share = draw.rng.uniform(0.05, 0.5) if kind.startswith("min") else draw.rng.uniform(0.1, 0.8)
    bound = scale * share
    whole = "invitations" in kind or draw.chance(0.3)
    found["bound"] = float(round(bound)) if whole else round(bound, 1)
    if draw.chance(0.25):
        found["soft"] = draw.cents(0.1, 5)
    return found


def opposed(draw, context):
    """A minimum and a maximum that leave each other little room, or none."""
    low = constraint(draw, context)
    low["kind"] = draw.one(["min_invitations", "min_responses"])
    low["bound"] = float(draw.whole(1, 4))
    low.pop("soft", None)
    high = dict(low) if draw.chance(0.5) else {"bound": 0.0}
    if draw.chance(0.4):
        # A band that sums of probabilities may well miss.
        low["kind"], high["kind"] = "min_responses", "max_responses"
        high["bound"] = round(low["bound"] + draw.cents(0, 0.02), 2)
    else:
        high["kind"] = draw.one(["budget", "max_responses", "max_invitations"])
        high["bound"] = round(low["bound"] * draw.rng.uniform(0.3, 1.2), 1)
    return [low, high]


def rule(draw, context):
    return {"max": draw.whole(0, 3) if draw.chance(0.2) else draw.whole(1, 3)} | chosen(draw, context)


def conflict(draw, context):
    def side():
        found = {}
        if draw.chance(0.6):
            found["channel"] = draw.one(context.channels)
        if draw.chance(0.6):
            found["product"] = draw.one(context.products)
        return found

    return {"first": side(), "second": side(), "lag_days": draw.whole(0, 25)}


def write(folder, text, candidates):
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, tables in text.items():
        if tables:
            lines.append(f"{name} = [")
            lines += [f"  {toml(table)}," for table in tables]
            lines.append("]")
    page = "\n".join(lines) + "\n"
    (folder / "problem.toml").write_text(page)
    types = {"customer_id": pa.string(), "activity_id": pa.string(), "contact_unit": pa.string()}
    columns = {
        name: pa.array(values, types.get(name, pa.float64())) for name, values in candidates.items()
    }
    pq.write_table(pa.table(columns), folder / "candidates.parquet")
    return page


def optimum(found):
    """The exact value, or None, by HiGHS with and without presolve."""
    results = [peer.solve(found, presolve=presolve, seconds=60.0) for presolve in ("off", "on")]
    feasible = [result["mip_status"] == "Optimal" for result in results]
    assert feasible[0] == feasible[1], results
    relaxed = results[0]["lp_status"] == "Optimal"
    if not feasible[0]:
        return None, relaxed, results[0].get("lp_bound")
    values = [result["mip_value"] for result in results]
    assert abs(values[0] - values[1]) < 1e-6, values
    return round(values[0], 6), relaxed, results[0]["lp_bound"]


def best_subset(found):
    """The optimum by trying every subset of the candidates."""
    count = len(found)
    subsets = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    value = subsets @ found.value
    fine = np.ones(len(subsets), dtype=bool)
    for _, coefficients, sign, bound, soft in found.sums():
        beyond = sign * (subsets @ coefficients - bound)
        if soft is None:
            fine &= beyond < 1e-6
        else:
            value -= soft * np.maximum(beyond, 0)
    for rule in found.text.get("contact_rules", []):
        counted = found.activities.of(rule)[found.activity]
        for unit in np.unique(found.unit):
            fine &= subsets[:, counted & (found.unit == unit)].sum(axis=1) <= rule["max"]
    for a, b in combinations(range(count), 2):
        apart = found.apart[found.activity[a], found.activity[b]]
        if apart and found.customer[a] == found.customer[b]:
            fine &= ~((subsets[:, a] == 1) & (subsets[:, b] == 1))
    return float(value[fine].max()) if fine.any() else None


def smallest_groups(found):
    """Every smallest set of hard constraints that cannot hold together."""
    text = found.text
    hard = [at for at, table in enumerate(text.get("constraints", [])) if "soft" not in table]
    seated = [at for at, seats in enumerate(found.activities.seats) if seats is not None]
    every = [("constraint", at) for at in hard] + [("seats", at) for at in seated]
    all_constraints, all_seats = text.get("constraints", []), found.activities.seats
    groups = []
    for size in range(1, len(every) + 1):
        for group in combinations(every, size):
            kept = {at for kind, at in group if kind == "constraint"}
            text["constraints"] = [table for at, table in enumerate(all_constraints) if at in kept]
            seats = {at for kind, at in group if kind == "seats"}
            found.activities.seats = [s if at in seats else None for at, s in enumerate(all_seats)]
            if peer.solve(found, relaxed=False)["mip_status"] != "Optimal":
                names = {"constraint": range(1, len(all_constraints) + 1)}
                names["seats"] = [f"of {name}" for name in found.activities.ids]
                groups.append([f"{kind} {names[kind][at]}" for kind, at in group])
        if groups:
            break
    text["constraints"], found.activities.seats = all_constraints, all_seats
    return groups


def main(folder, count):
    folder = Path(folder)
    # Infeasible for one constraint alone, for several together, and only in
    # whole numbers.
    few = count // 10
    wanted = {"one alone": few, "together": few, "whole": few, "feasible": count - 3 * few}
    cases, seed, tried = [], 0, 0
    while len(cases) < count:
        seed += 1
        text, candidates = problem(Draw(seed))
        here = folder / f"{len(cases):03}"
        page = write(here, text, candidates)
        found = Problem(here)
        value, relaxed, bound = optimum(found)
        if len(found) <= MOST_SUBSETS:
            tried += 1
            best = best_subset(found)
            assert (best is None) == (value is None), (here, best, value)
            assert best is None or abs(best - value) < 1e-6, (here, best, value)
        expected = {"feasible": value is not None, "value": value}
        expected |= {"relaxed_feasible": relaxed, "relaxed_bound": bound}
        kind = "feasible"
        if value is None:
            if not wanted["one alone"] and not wanted["whole" if relaxed else "together"]:
                continue
            groups = smallest_groups(found)
            expected["smallest_groups"] = groups
            kind = "one alone" if len(groups[0]) == 1 else "together" if not relaxed else "whole"
        if not wanted[kind]:
            continue
        wanted[kind] -= 1
        (here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
        cases.append({"problem": page, "candidates": candidates, "expected": expected})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    folder.with_suffix(".json").write_text(f"[\n{lines}\n]\n")
    print(f"{count} problems, {tried} of the {seed} drawn checked by all subsets")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200)
