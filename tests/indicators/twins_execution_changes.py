"""Changes of contracts a second time, row by row."""

from itertools import pairwise

from tests.indicators.twins import OPEN_OR_DIRECT, cmp, either, every, inside, of_contracts, positive, signed, twin
from tests.indicators.world import group

GROWS = ("additional", "extension", "complementary")


def kinds_of_source(p):
    return tuple(sorted(set(p["sources"] or [])))


def changes_of(w, c):
    """The contract's changes, an empty list where it had none, None where its sources tell of none anywhere."""
    if not hasattr(w, "changes_by_contract"):
        w.changes_by_contract = group(w.rows["modifications"], "process_id", "contract_id")
        w.change_sources = {
            kinds_of_source(w.of[x["process_id"]])
            for x in w.rows["contracts"]
            if x["process_id"] in w.of and (x["process_id"], x["contract_id"]) in w.changes_by_contract
        }
    found = w.changes_by_contract.get((c["process_id"], c["contract_id"]))
    if found:
        return found
    return [] if kinds_of_source(w.of[c["process_id"]]) in w.change_sources else None


def total(w, c, *kinds):
    changes = changes_of(w, c)
    if changes is None:
        return None
    amounts = [m["amount_cents"] for m in changes if m["kind"] in kinds]
    return None if None in amounts else sum(amounts)


def minus(a, b):
    return None if a is None or b is None else a - b


def over(cents, whole):
    return cents / whole if cents is not None and whole is not None and whole > 0 else None


def count(w, c, of=lambda m: True):
    changes = changes_of(w, c)
    return None if changes is None else sum(1 for m in changes if of(m))


def first_day(w, c, of=lambda m: True):
    return min((m["date"] for m in changes_of(w, c) or [] if m["date"] and of(m)), default=None)


def apart(start, end):
    return (end - start).days if start and end else None


def growth(w, c):
    return minus(total(w, c, *GROWS), total(w, c, "reduction"))


def is_kind(kind):
    return lambda m: m["kind"] == kind


@twin("EXE-14")
def exe_14(w, p):
    limit = {"CD": p["law_lp_threshold_cents"], "CPRE": p["law_cprec_max_cents"]}.get(p["method"])

    def grown(c):
        more, amount, soles = growth(w, c), c["amount_cents"], c["amount_pen_cents"]
        if more is None or soles is None:
            return None
        if c["currency"] != "PEN":
            if amount is None or amount <= 0:
                return None
            more = round(more * soles / amount)
        return soles + more

    return of_contracts(
        w,
        p,
        lambda c: every(inside(p["method"], {"CD", "CPRE"}), limit is not None, cmp(c["amount_pen_cents"], "<", limit)),
        lambda c: cmp(grown(c), ">=", limit),
    )


@twin("EXE-15")
def exe_15(w, p):
    scope = inside(p["method"], OPEN_OR_DIRECT)
    return of_contracts(
        w,
        p,
        lambda c: every(scope, positive(c["amount_pen_cents"])),
        lambda c: either(cmp(c["over_award"], "<", 0.5), cmp(c["over_award"], ">", 1.5)),
    )


@twin("EXE-16")
def exe_16(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(count(w, c), ">=", 3))


@twin("EXE-17")
def exe_17(w, p):
    most = p["law_reduction_max"]
    return of_contracts(
        w, p, lambda c: most is not None, lambda c: cmp(over(total(w, c, "reduction"), c["amount_cents"]), ">", most)
    )


@twin("EXE-18")
def exe_18(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(over(growth(w, c), c["amount_cents"]), ">", 0.2))


@twin("EXE-19")
def exe_19(w, p):
    most = p["law_complementary_max"]
    return of_contracts(
        w,
        p,
        lambda c: most is not None,
        lambda c: cmp(over(total(w, c, "complementary"), c["amount_cents"]), ">", most),
    )


@twin("EXE-20")
def exe_20(w, p):
    return of_contracts(
        w,
        p,
        lambda c: every(p["law_complementary_max"] is not None, cmp(count(w, c, is_kind("complementary")), ">", 0)),
        lambda c: cmp(apart(c["end_date"], first_day(w, c, is_kind("complementary"))), ">", 92),
    )


@twin("EXE-21")
def exe_21(w, p):
    return of_contracts(
        w,
        p,
        lambda c: every(signed(c), cmp(count(w, c), ">", 0)),
        lambda c: cmp(apart(c["signed_date"], first_day(w, c)), "<=", 30),
    )


@twin("EXE-22")
def exe_22(w, p):
    return of_contracts(
        w,
        p,
        lambda c: every(signed(c), cmp(count(w, c, is_kind("extension")), ">", 0)),
        lambda c: cmp(apart(c["end_date"], first_day(w, c, is_kind("extension"))), ">", 0),
    )


@twin("EXE-23")
def exe_23(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(count(w, c, is_kind("extension")), ">=", 3))


@twin("EXE-24")
def exe_24(w, p):
    works = None if p["object"] is None else p["object"] == "works"

    def all_three(c):
        changes = changes_of(w, c)
        if changes is None:
            return None
        return {"additional", "reduction", "extension"} <= {m["kind"] for m in changes}

    return of_contracts(w, p, lambda c: every(works, signed(c)), all_three)


@twin("EXE-25")
def exe_25(w, p):
    works, most = None if p["object"] is None else p["object"] == "works", p["law_additional_without_cgr_max"]
    return of_contracts(
        w,
        p,
        lambda c: every(works, most is not None),
        lambda c: cmp(over(minus(total(w, c, "additional"), total(w, c, "reduction")), c["amount_cents"]), ">", most),
    )


@twin("EXE-26")
def exe_26(w, p):
    def raises(m):
        return m["kind"] in GROWS and m["amount_cents"] is not None and m["amount_cents"] > 0

    def quick(c):
        days = sorted({m["date"] for m in changes_of(w, c) or [] if raises(m) and m["date"]})
        return min(((b - a).days for a, b in pairwise(days)), default=None)

    return of_contracts(
        w, p, lambda c: every(signed(c), cmp(count(w, c, raises), ">=", 2)), lambda c: cmp(quick(c), "<=", 90)
    )
