"""Builds the documentation site: gathers pages, writes the reference from the code, renders formulas, checks links.

    python docs/site.py [DIR]

The pages are those below docs/, the models' cards, the changelog and CONTRIBUTING.md; the reference of the commands
is made of their own help. Formulas (```math blocks, and $`…`$ within a line) become MathML, which browsers draw by
themselves: the site asks no other host for anything. A warning, such as a link that leads nowhere, fails the build.
"""

import html
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer
from latex2mathml.converter import convert

from turnout.cli import app

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
#: Pages that live elsewhere in the repository: page -> file.
ELSEWHERE: Final = {
    **{
        page: ROOT / name
        for page, name in (
            ("changelog.md", "CHANGELOG.md"),
            ("contributing.md", "CONTRIBUTING.md"),
            ("security.md", "SECURITY.md"),
        )
        if (ROOT / name).exists()
    },
    **{f"models/{card.name}": card for card in sorted((ROOT / "models").glob("*.md"))},
}
#: Width at which the help is written out.
_COLUMNS: Final = 96
_FENCE: Final = re.compile(r"^(```+)(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_LINK: Final = re.compile(r"\[([^\]\n]*)\]\(([^)\s]+)\)")


def pages() -> dict[str, str]:
    """Return every page of the site by its path, as Markdown for the site generator."""
    own = {path.relative_to(DOCS).as_posix(): path for path in sorted(DOCS.rglob("*.md"))}
    files = {**own, **ELSEWHERE}
    places = {path.resolve(): page for page, path in files.items()}
    texts = {page: _linked(page, path, places) for page, path in files.items()}
    texts["reference/commands.md"] = commands()
    return {page: formulas(text) for page, text in texts.items()}


def commands() -> str:
    """Return the reference of the command line, in the words of its own help."""
    root = typer.main.get_command(app)
    parts = ["# Commands\n", _help(root, "turnout")]
    parts += [f"\n## turnout {name}\n\n{_help(command, f'turnout {name}')}" for name, command in _listed(root)]
    return "\n".join(parts)


def _listed(root: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - Typer's own classes
    context = typer.Context(root, info_name="turnout")
    for name in root.list_commands(context):
        yield name, root.get_command(context, name)


def _help(command: Any, name: str) -> str:  # noqa: ANN401
    settings = {**app.info.context_settings, "max_content_width": _COLUMNS}  # type: ignore[dict-item]
    context = typer.Context(command, info_name=name, terminal_width=_COLUMNS, **settings)
    return f"```text\n{command.get_help(context).strip()}\n```\n"


def formulas(text: str) -> str:
    """Render the formulas of a page; what stands in other code is left as it is."""
    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts.append(_inline(text[end : fence.start()]))
        body = fence.group(3)
        if fence.group(2) == "math":
            parts.append(f'<div class="formula">{convert(body.strip(), display="block")}</div>')
        else:
            parts.append(fence.group(0))
        end = fence.end()
    return "".join([*parts, _inline(text[end:])])


def _inline(text: str) -> str:
    """Render formulas within lines. Their signs are written as references, so that Markdown makes nothing of them."""

    def rendered(found: re.Match[str]) -> str:
        markup = convert(found.group(1))
        plain = re.sub(r">([^<]+)<", lambda part: f">{_references(html.unescape(part.group(1)))}<", markup)
        return f"<span>{plain}</span>"  # at the beginning of a line Markdown would take the formula for a block

    return re.sub(r"\$`([^`]+)`\$", rendered, text)


def _references(text: str) -> str:
    return "".join(each if each.isascii() and each.isalnum() else f"&#{ord(each)};" for each in text)


def _linked(page: str, path: Path, places: dict[Path, str]) -> str:
    """Return a file's text with links to files that are pages turned into links to these, and others into text."""

    def turned(found: re.Match[str]) -> str:
        said, leads = found.groups()
        target, _, anchor = leads.partition("#")
        there = (path.parent / target).resolve()
        if not target or "://" in target or not there.exists():
            return found.group(0)
        if there not in places:
            return said
        return f"[{said}]({'../' * page.count('/')}{places[there]}{'#' + anchor if anchor else ''})"

    return _LINK.sub(turned, path.read_text(encoding="utf-8"))


def navigation(nav: list[Any], there: set[str]) -> list[Any]:
    """Return the navigation without pages that are not there, and without sections left empty."""
    kept: list[Any] = []
    for ((title, leads),) in (entry.items() for entry in nav):
        if isinstance(leads, list):
            if inside := navigation(leads, there):
                kept.append({title: inside})
        elif leads in there:
            kept.append({title: leads})
    return kept


def listed(nav: list[Any]) -> list[str]:
    """Return the pages of a navigation."""
    leads = [lead for entry in nav for lead in entry.values()]
    return [page for lead in leads for page in (listed(lead) if isinstance(lead, list) else [lead])]


def complete(nav: list[Any], gathered: dict[str, str]) -> list[Any]:
    """Return the navigation of the pages there are; those it does not name stand last, by their headings."""
    kept = navigation(nav, set(gathered))
    others = sorted(set(gathered) - set(listed(kept)))
    more = [{gathered[page].partition("\n")[0].lstrip("# "): page} for page in others]
    return [*kept, {"More": more}] if more else kept


def prepare(directory: Path) -> None:
    """Write the pages and the generator's configuration into a directory, in place of what an earlier build left."""
    shutil.rmtree(directory, ignore_errors=True)
    gathered = pages()
    for page, text in gathered.items():
        target = directory / "pages" / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for drawn in ("site.css", *(path.name for path in sorted(DOCS.glob("*.svg")))):
        shutil.copy(DOCS / drawn, directory / "pages" / drawn)
    config = (DOCS / "site.toml").read_text(encoding="utf-8")
    told = tomllib.loads(config)["project"]
    nav = re.compile(r"^nav = \[\n.*?^\]$", re.DOTALL | re.MULTILINE)
    config = nav.sub(lambda _: f"nav = {_toml(complete(told['nav'], gathered))}", config, count=1)
    config = config.replace('paths = ["."]', f"paths = [{_toml(str(ROOT))}]")
    config = config.replace('extensions = ["docstrings.py"]', f"extensions = [{_toml(str(DOCS / 'docstrings.py'))}]")
    (directory / "zensical.toml").write_text(config, encoding="utf-8")


def _toml(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_toml(key)} = {_toml(inner)}' for key, inner in value.items())} }}"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> int:
    """Build the site; return the exit code of the generator."""
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "docs").resolve()
    prepare(directory)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(_COLOUR.sub("", f"{done.stdout}{done.stderr.split('Traceback')[0]}"), file=sys.stderr)
        return 1
    print(directory / "site" / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
