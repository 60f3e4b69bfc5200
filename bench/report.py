# SPDX-License-Identifier: Apache-2.0
"""The result as Markdown and JSON. Groups of rows that were not measured this time are kept from
the last one, as long as machine and versions are the same."""

import json

from results import number

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def row_json(group, row, quick):
    limit = lambda bound: bound and bound.text(row.unit)
    return {"name": row.name, "value": row.value, "unit": row.unit, "must": limit(row.must),
            "aim": limit(row.aim), "met": "trial" if quick else row.met(), "quiet": row.quiet,
            "beside": row.beside, "repeat": f"./run bench {group}"}


class Results:
    """What build/bench.json holds."""

    def __init__(self, machine):
        self.machine, self.groups = machine, {}

    def load(self, path):
        """Takes over the groups of an earlier run on the same machine with the same versions."""
        try:
            earlier = json.loads(path.read_text())
            if earlier["machine"] == self.machine:
                self.groups = earlier["groups"]
        except (OSError, ValueError, KeyError):
            pass  # nothing there, or of another form

    def put(self, group, commit, quick, rows):
        self.groups[group] = {"commit": commit, "quick": quick,
                              "rows": [row_json(group, row, quick) for row in rows]}

    def save(self, path):
        path.write_text(json.dumps({"machine": self.machine, "groups": self.groups}, indent=1))

    def markdown(self, order):
        names = [name for name in order if name in self.groups]
        lines = [f"- {line}" for line in self.machine]
        commits = {self.groups[name]["commit"] for name in names}
        lines.append(f"- source: {' and '.join(sorted(commits))}")
        if quick := [name for name in names if self.groups[name]["quick"]]:
            lines.append(f"- **{', '.join(quick)}: a trial; these numbers mean nothing**")
        lines += ["", "| what | measured | must | aim | met | repeat | beside it |",
                  "|---|---|---|---|---|---|---|"]
        for name in names:
            lines += [table_line(row) for row in self.groups[name]["rows"]]
        return "\n".join(lines) + "\n"


def table_line(row):
    met = row["met"] + ("" if row["quiet"] else ", disturbed")
    cells = [row["name"], f"**{number(row['value'])}** {row['unit']}", row["must"] or "",
             row["aim"] or "", met, f"`{row['repeat']}`", row["beside"]]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def write_into(document, text):
    """Puts the text between the two marks of a Markdown document."""
    before, mark, rest = document.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{document} has no place for results: {BEGIN} ... {END}")
    document.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
