# SPDX-License-Identifier: BSD-3-Clause
"""What bench/run makes of the rows that the programs print: medians with their
spread, targets, the comparison with an earlier result, and tables.

Pure: nothing here runs or measures. run_test.py tests it."""
import json
import math
import re
from pathlib import Path

FORMAT = 1  # of the result; result.schema.json
BYTES = ("B", "KiB", "MB", "MiB")  # these do not depend on how fast a machine is
CONFIDENCE = 0.93


def load(path):
    """A result, or ValueError that names the file."""
    try:
        result = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as e:
        raise ValueError(f"{path}: {e.strerror}") from e
    except ValueError as e:
        raise ValueError(f"{path} is no JSON: {e}") from e
    if not isinstance(result, dict) or result.get("format") != FORMAT or "rows" not in result:
        raise ValueError(f"{path} is no result of bench/run --json")
    return result


def load_table(path):
    """The programs of the set, and targets by the name of their row."""
    table = json.loads(Path(path).read_text(encoding="utf-8"))
    return table["programs"], {x["name"]: x for x in table["rows"]}


def wants(only, name):
    """As `row_options::wants`: a row, or a part of the set."""
    return not only or any(name.startswith(x) for x in only)


def spread(values):
    """Two order statistics that enclose the median of what `values` are drawn
    from with CONFIDENCE, whatever its distribution: lowest and highest up to
    seven. Fewer than five cannot; these are the extremes all the same."""
    xs = sorted(values)
    n = len(xs)
    if n == 0:
        return None
    tail, k = 0.0, 0
    while k < (n - 1) // 2:
        tail += math.comb(n, k) / 2 ** n
        if 1 - 2 * (tail + math.comb(n, k + 1) / 2 ** n) < CONFIDENCE:
            break
        k += 1
    return [xs[k], xs[n - 1 - k]]


def figure_of(row, target):
    """What the target of the row counts: its ratio or its value."""
    if target and "value" in target or "ratio" not in row:
        return row["value"]
    return row["ratio"]


def reached(row, figure, bound):
    return figure >= bound if row["better"] == "higher" else figure <= bound


def judge(row, targets, quick=False):
    """The row with its spread, and with its target where it has one; a quick
    figure meets none and misses none."""
    row = dict(row)
    row["spread"] = spread(row["ratios"] if "ratio" in row else row["samples"])
    target = targets.get(row["name"])
    if target:
        row["work"] = target["work"]
        row["target"] = {k: target[k] for k in ("ratio", "value", "stretch") if k in target}
        figure = figure_of(row, target)
        bound = target.get("value", target.get("ratio"))
        if bound is not None and not quick:
            row["met"] = reached(row, figure, bound)
        if "stretch" in target and not quick:
            row["stretch_met"] = reached(row, figure, target["stretch"])
    return row


def compare(row, earlier):
    """How a row has changed since an earlier result: (change, low, high), the
    bounds from both spreads. Over 1 is better. None: not comparable."""
    if "ratio" in row and "ratio" in earlier:
        now, then = row["ratio"], earlier["ratio"]
    elif row["unit"] in BYTES and row["unit"] == earlier["unit"]:
        now, then = row["value"], earlier["value"]
    else:
        return None
    new, old = row["spread"], earlier["spread"]
    if not new or not old or min(now, then, *new, *old) <= 0:
        return None
    if row["better"] == "lower":
        return then / now, old[0] / new[1], old[1] / new[0]
    return now / then, new[0] / old[1], new[1] / old[0]


def changes(rows, baseline):
    """Of each row that is in both: its name, and what `compare` says."""
    earlier = {x["name"]: x for x in baseline["rows"]}
    found = ((x["name"], compare(x, earlier[x["name"]])) for x in rows if x["name"] in earlier)
    return {name: change for name, change in found if change}


def fell_below(change, bound):
    """Beyond what noise may explain."""
    return change[2] < bound


def number(x):
    """Three digits that count."""
    if x == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(x)))
    text = f"{round(x, digits):,.{max(0, min(digits, 6))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def target_text(row):
    target = row.get("target", {})
    sign = "at least" if row["better"] == "higher" else "at most"
    if "value" in target:
        text = f"{sign} {number(target['value'])} {row['unit']}"
    elif "ratio" in target:
        text = f"{sign} {number(target['ratio'])}"
    else:
        text = ""
    if "stretch" in target:
        text += f"{' ' if text else ''}(stretch {number(target['stretch'])})"
    return text


def met_text(row):
    if "met" not in row and "stretch_met" not in row:
        return ""
    if row.get("stretch_met"):
        return "stretch"
    return "yes" if row.get("met") else "no"


def change_text(change):
    if change is None:
        return ""
    middle, low, high = change
    word = "better" if low > 1 else "worse" if high < 1 else "same"
    return f"{middle:.2f} ({low:.2f} to {high:.2f}) {word}"


def cells(row, change=None):
    """Name, ours, reference, ratio, spread, target, met, change; as texts."""
    reference = row.get("reference")
    low_high = row["spread"]
    return [
        row["name"],
        f"{number(row['value'])} {row['unit']}",
        f"{number(reference['value'])} {reference['name']}" if reference else "",
        number(row["ratio"]) if reference else "",
        f"{number(low_high[0])} to {number(low_high[1])}" if low_high else "",
        target_text(row),
        met_text(row),
        change_text(change),
    ]


HEADS = ["row", "ours", "reference", "ratio", "spread", "target", "met", "to the baseline"]
WIDTHS = [26, 18, 34, 7, 16, 22, 7, 0]


def line(texts):
    return "  ".join(x.ljust(w) for x, w in zip(texts, WIDTHS)).rstrip()


def markdown(result):
    """The table of docs/performance.md."""
    heads = ["Row", "Work", "Ours", "Reference", "Ratio", "Spread", "Target", "Met"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in result["rows"]:
        name, ours, reference, ratio, low_high, target, met, _ = cells(row)
        lines.append("| " + " | ".join([f"`{name}`", row.get("work", ""), ours, reference, ratio, low_high, target,
                                        met]) + " |")
    machine, build = result["machine"], result["build"]
    lines += ["", f"{result['date'][:10]}, commit {result['commit'][:9]}, {machine['cores']} cores of "
              f"{machine['cpu']}, {machine['memory_mb']:,} MB, {machine['system']}, Linux {machine['kernel']}, "
              f"{build['compiler']}, {build['type']} ({build['flags']}), load {machine['load']:.1f} at the beginning. "
              f"`{result['command']}`"]
    return "\n".join(lines)


BEGIN = re.compile(r"<!-- bench/run --markdown (\S+) -->\n")
END = "<!-- end -->"


def tables(text):
    """Of each table in a document: the result that it shows, and where it is."""
    for match in BEGIN.finditer(text):
        yield match.group(1), match.end(), text.index(END, match.end())


def with_tables(text, root):
    """The document with its tables as their results have them."""
    for name, begin, end in reversed(list(tables(text))):
        text = text[:begin] + markdown(load(Path(root, name))) + "\n" + text[end:]
    return text
