"""The fenced blocks of a page, by the heading they stand under."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Block:
    """A fenced block of a page."""

    page: str
    heading: str
    kind: str
    text: str

    def __str__(self):
        first = self.text.strip().splitlines()[0][:40]
        return f"{self.page}: {self.heading} ({self.kind}: {first})"


def blocks(page, under=None):
    """The blocks of a page; only those below the heading `under`, if given."""
    found, heading, inside, wanted = [], "", None, under is None
    for line in (ROOT / page).read_text().splitlines():
        if inside is not None:
            if line.strip() == "```":
                found.append(Block(page, heading, kind, "\n".join(inside) + "\n"))
                inside = None
            else:
                inside.append(line)
        elif match := re.match(r"(#+) (.*)", line):
            heading = match[2]
            if under is not None and len(match[1]) <= 2:
                wanted = heading == under
        elif (match := re.match(r"```(\w+)$", line.strip())) and wanted:
            kind, inside = match[1], []
    return found


ANALYSTS = blocks("pipelines/analysts.md")
README = blocks("README.md", under="Questions an analyst asks")
