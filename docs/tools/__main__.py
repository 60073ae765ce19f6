"""Write the pages of docs/ that are made from the code: ``python -m docs.tools``."""

from docs.tools.architecture import architecture_page, architecture_svg
from docs.tools.configuration import configuration_page
from docs.tools.rules import rules_page
from docs.tools.smk import ROOT

PAGES = {
    "docs/configuration.md": configuration_page,
    "docs/rules.md": rules_page,
    "docs/architecture.md": architecture_page,
    "docs/pictures/architecture.svg": architecture_svg,
}


def main() -> None:
    """Write them all."""
    for name, make in PAGES.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
        print(f"Wrote {name}.")


if __name__ == "__main__":
    main()
