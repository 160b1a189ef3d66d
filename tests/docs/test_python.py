"""The examples in Python are run, page by page, each from top to bottom in one session."""

import re
import shutil
from pathlib import Path

import pytest

PAGES = [Path(__file__).parents[2] / "docs" / "howto" / "python.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_work(page, tmp_path, monkeypatch, history):
    shutil.copytree(history, tmp_path / "past-results")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) > 5
    session: dict[str, object] = {}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), session)  # noqa: S102 - our own documentation
    assert session["after"].height == 2
    assert session["tested"].rows.height > 0
