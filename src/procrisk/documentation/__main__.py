"""Make the documents of `docs/` that are generated: `python -m procrisk.documentation [DIR]`."""

import sys
from pathlib import Path

from procrisk.documentation import coverage_page, indicator_pages


def main(docs: Path) -> None:
    """Write every generated document below `docs`, and remove pages of indicators that are gone."""
    folder = docs / "indicators"
    folder.mkdir(parents=True, exist_ok=True)
    made = indicator_pages.documents()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for left in folder.glob("*.md"):
        if left.name not in made:
            left.unlink()
    (docs / "coverage.md").write_text(coverage_page.render(), encoding="utf-8")
    sys.stdout.write(f"{len(made)} → {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs"))
