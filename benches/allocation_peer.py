"""Problems of `clubcall allocate`, checked and solved independently of it.

    python3 allocation_peer.py check PROBLEM OUT
    python3 allocation_peer.py solve PROBLEM [--relaxed | --integer] [--solver S]
                               [--presolve on|off] [--gap G] [--seconds S]

PROBLEM is a folder with problem.toml and candidates.parquet, OUT one with
assignments.parquet and perhaps solution.json. `check` says whether the
assignments keep every constraint, contact rule and conflict and what they are
worth, and ends with 1 if anything is wrong. `solve` has HiGHS solve the linear
and the integer programme: one 0/1 variable per candidate, one row per
constraint, per contact unit and rule, and per clique of conflicts of a customer.
Both print one JSON object. Needs numpy, pyarrow and highspy.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field

import highspy
import numpy as np

from allocation_problem import Problem, check, judged


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


def solve(
    problem,
    relaxed=True,
    integer=True,
    solver="choose",
    presolve="off",
    gap=0.0,
    seconds=600.0,
):
    """The linear and the integer programme by HiGHS, as the JSON object."""
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
