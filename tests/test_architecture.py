"""What holds between the parts: who imports whom, that every query is used, that every model has a card."""

import ast
import re
from pathlib import Path

import pytest
import typer

from turnout.cli import app

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "turnout"

#: Rooms in the order data flows; each may import from those before it.
ROOMS = (
    "reading",
    "ethnicity",
    "electorate",
    "projection",
    "example",
    "backtest",
    "reporting",
    "running",
    "cli",
)
GROUND = {
    "addresses",
    "vocabulary",
    "errors",
    "contest",
    "encryption",
    "quoting",
    "resources",
    "reuse",
    "storage",
    "workspace",
}
QUERIES = sorted((ROOT / "sql").rglob("*.sql"))
SPECIFICATIONS = sorted((ROOT / "models").glob("*.toml"))


def imported(path: Path) -> set[str]:
    """Parts of the package that a module imports, wherever in it the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module} if node.module != "turnout" else {f"turnout.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("turnout.")}


def own_text() -> str:
    """Text of all code that names queries: the package's, and what made the models."""
    paths = [*sorted(PACKAGE.rglob("*.py")), *sorted((ROOT / "models").glob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_above(room):
    allowed = {room, *GROUND, *ROOMS[: ROOMS.index(room)]}
    for path in sorted((PACKAGE / room).rglob("*.py")):
        assert imported(path) <= allowed, f"{path.relative_to(ROOT)} imports from {sorted(imported(path) - allowed)}"


@pytest.mark.parametrize("name", sorted(GROUND))
def test_the_ground_floor_imports_from_no_room(name):
    assert imported(PACKAGE / f"{name}.py") <= GROUND


def test_every_room_is_in_the_list():
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(ROOMS)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_begins_by_saying_its_grain(path):
    comment = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        comment.append(line)
    assert comment, f"{path.name} does not begin with a comment"
    head = "\n".join(comment).lower()
    says = "grain" in head or "yields macros" in head
    assert path.name == "schema.sql" or says, f"{path.name}: the comment on top names no grain"


def test_every_query_is_used_and_every_query_used_is_there():
    text = own_text()
    names = {path.relative_to(ROOT / "sql").with_suffix("").as_posix() for path in QUERIES}
    unused = sorted(name for name in names if f'"{name}"' not in text)
    assert unused == []
    called = set(re.findall(r'\.(?:execute|query)\(\s*"([a-z_]+/[a-z_0-9]+)"', text))
    assert sorted(called - names) == []


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.stem)
def test_a_model_has_its_card(path):
    # A variant shares the card of the model it varies: propensity-boosted is on the card of propensity.
    cards = [path.with_suffix(".md"), path.with_name(f"{path.stem.split('-')[0]}.md")]
    text = "".join(card.read_text(encoding="utf-8") for card in cards if card.exists())
    assert path.stem in text, f"models/{path.name} has no card, or its card does not name it"


def test_the_readme_lists_the_commands_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `turnout (\w+)", text, re.MULTILINE))
    assert listed == set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_links_between_documents_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("http") or (ROOT / target).exists(), f"{name} links to {target}"
