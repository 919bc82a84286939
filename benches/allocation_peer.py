"""Problems of `clubcall allocate`, read, checked and solved independently of it.

    python3 allocation_peer.py check PROBLEM OUT
    python3 allocation_peer.py solve PROBLEM [--relaxed | --integer] [--solver S]
                               [--presolve on|off] [--gap G] [--seconds S]

PROBLEM is a folder with problem.toml and candidates.parquet, OUT one with
assignments.parquet and perhaps solution.json. `check` says whether the
assignments keep every constraint, contact rule and conflict and what they are
worth, and ends with 1 if anything is wrong. `solve` has HiGHS solve the linear
and the integer programme. Both print one JSON object. Needs numpy and pyarrow,
and `solve` highspy.

Nothing here is shared with the program: this is a second reading of what a
problem means, with the model written out as rows over one 0/1 variable per
candidate.
"""

import argparse
import datetime
import json
import os
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

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
        import pyarrow.parquet as pq

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
        found = []
        for at, table in enumerate(self.text.get("constraints", [])):
            kind = table["kind"]
            counts = {"budget": self.cost, "min_responses": self.probability}
            counts["max_responses"] = self.probability
            coefficients = counts.get(kind, np.ones(len(self)))
            assert kind in counts or kind in ("min_invitations", "max_invitations"), kind
            members = self.activities.of(table)[self.activity]
            sign = -1 if kind.startswith("min_") else 1
            name = table.get("name", f"constraint {at + 1} ({kind})")
            soft = table.get("soft")
            found.append((name, np.where(members, coefficients, 0.0), sign, table["bound"], soft))
        for at, seats in enumerate(self.activities.seats):
            if seats is not None:
                taken = np.where(self.activity == at, self.probability, 0.0)
                found.append((f"seats of {self.activities.ids[at]}", taken, 1, seats, None))
        return found


def coded(column):
    """The distinct texts of a column, and each row's place among them."""
    import pyarrow as pa

    column = column.combine_chunks()
    if not isinstance(column, pa.DictionaryArray):
        column = column.dictionary_encode()
    codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return column.dictionary.to_pylist(), codes


def numbers(column):
    return column.to_numpy().astype(float)


# --- checking -------------------------------------------------------------------


def check(problem, out):
    import pyarrow.parquet as pq

    table = pq.read_table(Path(out) / "assignments.parquet")
    wrong = []
    chosen = places(problem, table, wrong)
    times = np.bincount(chosen, minlength=len(problem)) if len(chosen) else np.zeros(len(problem), int)
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
    own = np.array([known.get(name, -1) for name in customers], dtype=np.int64)
    places = np.array([problem.activities.place.get(name, -1) for name in activities], np.int64)
    if not len(customer):
        return np.zeros(0, dtype=np.int64)
    width = len(problem.activities)
    pairs = np.where((own[customer] < 0) | (places[activity] < 0), -1, own[customer] * width + places[activity])
    order = np.argsort(problem.customer * width + problem.activity)
    sorted_pairs = (problem.customer * width + problem.activity)[order]
    at = np.minimum(np.searchsorted(sorted_pairs, pairs), max(len(sorted_pairs) - 1, 0))
    found = sorted_pairs[at] == pairs if len(sorted_pairs) else np.zeros(len(pairs), bool)
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


# --- solving --------------------------------------------------------------------


@dataclass
class Rows:
    """Constraints as sparse rows, gathered block by block."""

    counts: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    values: list = field(default_factory=list)
    lower: list = field(default_factory=list)
    upper: list = field(default_factory=list)

    def add(self, counts, columns, values, lower, upper):
        self.counts.append(np.asarray(counts, dtype=np.int64))
        self.columns.append(np.asarray(columns, dtype=np.int64))
        self.values.append(np.asarray(values, dtype=float))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), len(counts)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), len(counts)))

    def add_groups(self, candidates, groups, most):
        """At most `most` of the candidates of each group; groups that cannot
        have more are left out."""
        order = np.argsort(groups, kind="stable")
        candidates, groups = candidates[order], groups[order]
        counts = np.bincount(groups) if len(groups) else np.zeros(0, int)
        matters = counts > most
        if matters.any():
            kept = candidates[matters[groups]]
            self.add(counts[matters], kept, np.ones(len(kept)), -np.inf, most)


def cliques(apart):
    """Maximal cliques that cover every pair which is apart (greedily)."""
    apart = apart.copy()
    left = apart.copy()
    found = []
    while left.any():
        degrees = left.sum(axis=1)
        first = int(degrees.argmax())
        members, common = [first], apart[first].copy()
        while common.any():
            # The one that covers the most, then any that fits.
            gains = np.where(common, left[members].sum(axis=0), -1)
            best = int(gains.argmax())
            members.append(best)
            common &= apart[best]
        left[np.ix_(members, members)] = False
        found.append(members)
    return found


def model(problem):
    """The integer programme, as a HighsLp."""
    import highspy

    inf = highspy.kHighsInf
    rows = Rows()
    costs, upper = [problem.value], [np.ones(len(problem))]
    columns = len(problem)
    for _, coefficients, sign, bound, soft in problem.sums():
        at = np.flatnonzero(coefficients)
        values = coefficients[at]
        if soft is not None:
            at, values = np.append(at, columns), np.append(values, -float(sign))
            costs.append([-soft])
            upper.append([inf])
            columns += 1
        low, high = (-inf, bound) if sign > 0 else (bound, inf)
        rows.add([len(at)], at, values, low, high)
    for rule in problem.text.get("contact_rules", []):
        counted = np.flatnonzero(problem.activities.of(rule)[problem.activity])
        rows.add_groups(counted, problem.unit[counted], rule["max"])
    conflict_rows(problem, rows)

    lp = highspy.HighsLp()
    counts = np.concatenate([*rows.counts, np.zeros(0, np.int64)])
    lp.num_col_, lp.num_row_ = columns, len(counts)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.concatenate(costs)
    lp.col_lower_ = np.zeros(columns)
    lp.col_upper_ = np.concatenate(upper)
    lp.row_lower_ = np.concatenate([*rows.lower, np.zeros(0)])
    lp.row_upper_ = np.concatenate([*rows.upper, np.zeros(0)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, len(counts)
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([*rows.columns, np.zeros(0)]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([*rows.values, np.zeros(0)])
    return lp


def conflict_rows(problem, rows):
    """At most one of every clique of activities for each customer, each row
    once."""
    order = np.argsort(problem.activity, kind="stable")
    starts = np.searchsorted(problem.activity[order], np.arange(len(problem.activities) + 1))
    blocks = [order[a:b] for a, b in zip(starts[:-1], starts[1:])]
    marks = np.random.default_rng(1).integers(1, 2**63, len(problem), dtype=np.uint64)
    candidates, groups, digests, groups_so_far = [], [], [], 0
    for members in cliques(problem.apart):
        own = np.concatenate([blocks[member] for member in members])
        customers = problem.customer[own]
        shared = np.bincount(customers, minlength=1)[customers] > 1
        if not shared.any():
            continue
        own = own[shared]
        _, group = np.unique(problem.customer[own], return_inverse=True)
        digest = np.zeros(group.max() + 1, dtype=np.uint64)
        np.add.at(digest, group, marks[own])
        candidates.append(own)
        groups.append(group + groups_so_far)
        digests.append(digest)
        groups_so_far += len(digest)
    if candidates:
        _, first = np.unique(np.concatenate(digests), return_index=True)
        keep = np.zeros(groups_so_far, dtype=bool)
        keep[first] = True
        candidates, groups = np.concatenate(candidates), np.concatenate(groups)
        kept = keep[groups]
        rows.add_groups(candidates[kept], groups[kept], 1)


def solve(problem, relaxed=True, integer=True, solver="choose", presolve="off", gap=0.0, seconds=600.0):
    import highspy

    start = time.perf_counter()
    lp = model(problem)
    result = {
        "candidates": len(problem),
        "rows": lp.num_row_,
        "nonzeros": len(lp.a_matrix_.index_),
        "model_seconds": time.perf_counter() - start,
        "presolve": presolve,
    }
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("presolve", presolve)
    highs.setOptionValue("time_limit", float(seconds))
    highs.setOptionValue("solver", solver)
    highs.passModel(lp)
    if relaxed:
        result |= {"lp_solver": solver} | run(highs, "lp")
        if result["lp_status"] == "Optimal":
            x = np.array(highs.getSolution().col_value)[: len(problem)]
            result["lp_bound"] = highs.getInfo().objective_function_value
            result["fractional"] = int(((x > 1e-6) & (x < 1 - 1e-6)).sum())
    if integer:
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("presolve", presolve)
        highs.setOptionValue("time_limit", float(seconds))
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_abs_gap", 0.0)
        kinds = np.zeros(lp.num_col_, dtype=object)
        kinds[:] = highspy.HighsVarType.kContinuous
        kinds[: len(problem)] = highspy.HighsVarType.kInteger
        lp.integrality_ = list(kinds)
        highs.passModel(lp)
        result |= {"mip_gap_asked": gap} | run(highs, "mip")
        info = highs.getInfo()
        if info.primal_solution_status == 2:
            taken = np.array(highs.getSolution().col_value)[: len(problem)] > 0.5
            wrong = []
            result["mip_value"] = judged(problem, taken, wrong)[0]
            result["mip_bound"] = info.mip_dual_bound
            result["mip_nodes"] = info.mip_node_count
            result["mip_invitations"] = int(taken.sum())
            # Empty, unless HiGHS made use of its tolerance.
            result["mip_violations"] = wrong
    return result


def run(highs, what):
    """Solves; how it ended, seconds, and seconds of processors."""
    start, busy = time.perf_counter(), time.process_time()
    highs.run()
    return {
        f"{what}_status": highs.modelStatusToString(highs.getModelStatus()),
        f"{what}_seconds": time.perf_counter() - start,
        f"{what}_processor_seconds": time.process_time() - busy,
    }


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    checks = commands.add_parser("check")
    checks.add_argument("problem")
    checks.add_argument("out")
    solves = commands.add_parser("solve")
    solves.add_argument("problem")
    solves.add_argument("--relaxed", action="store_true", help="the linear programme only")
    solves.add_argument("--integer", action="store_true", help="the integer programme only")
    solves.add_argument("--solver", default="choose", help="of the linear programme")
    solves.add_argument("--presolve", default="off")
    solves.add_argument("--gap", type=float, default=0.0, help="relative, at which to stop")
    solves.add_argument("--seconds", type=float, default=600.0, help="limit of each solve")
    asked = parser.parse_args()
    # HiGHS greets on standard output, whatever its options say.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    problem = Problem(asked.problem)
    if asked.command == "check":
        result = check(problem, asked.out)
    else:
        result = solve(
            problem,
            relaxed=not asked.integer,
            integer=not asked.relaxed,
            solver=asked.solver,
            presolve=asked.presolve,
            gap=asked.gap,
            seconds=asked.seconds,
        )
    print(json.dumps(result, indent=1), file=answer, flush=True)
    return 1 if result.get("violations") else 0


if __name__ == "__main__":
    sys.exit(main())
