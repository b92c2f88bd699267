"""The docs say what the code does: every block of Python in them runs, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import runpy
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from socialmkt.core.errors import SocialmktError
from tests.test_architecture import PUBLIC

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXTRAS = {"frames": "narwhals", "plots": "matplotlib"}
OPTIONAL = ["pandas", "polars", "pyarrow", "duckdb", "dask", "narwhals", "matplotlib", "lifetimes", "fastapi", "httpx"]

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_INCLUDED = re.compile(r'--8<-- "([\w/.]+):(\w+)"\n')
"""A snippet of a file of the tests, which run it themselves."""


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the line its text begins at."""

    language: str
    text: str
    line: int


def _blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(match[1], match[2], text.count("\n", 0, match.start(2)) + 1) for match in _FENCE.finditer(text)]


def _output(block: Block, names: dict[str, Any], page: str) -> str:
    """Run a plain block; a refusal that ends it is shown as Python's last line would show it."""
    code = compile("\n" * (block.line - 1) + block.text, page, "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(code, names)  # noqa: S102  # the docs are ours
        except SocialmktError as refusal:
            printed.write(f"{type(refusal).__name__}: {refusal}\n")
    return printed.getvalue()


def _run(page: Path) -> None:
    """Run a page from top to bottom in one namespace; a `text` block is the output of the block above it."""
    name, names = page.relative_to(ROOT).as_posix(), dict[str, Any](__name__="__page__")
    for block, below in itertools.pairwise([*_blocks(page), Block("", "", 0)]):
        if block.language == "python" and not _INCLUDED.fullmatch(block.text):
            shown = below.text if below.language == "text" else ""
            assert _output(block, names, name) == shown, f"{name}:{block.line} prints something else"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_of_the_page_runs_and_prints_what_it_shows(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "".join(block.text for block in _blocks(page) if block.language == "python")
    for library in OPTIONAL:
        if re.search(rf"^\W*(import|from) {library}\b", text, flags=re.MULTILINE):
            pytest.importorskip(library)
    for extra, library in EXTRAS.items():
        if re.search(rf"^from socialmkt import .*\b{extra}\b", text, flags=re.MULTILINE):
            pytest.importorskip(library)
    (tmp_path / "docs").symlink_to(ROOT / "docs")  # what a page writes does not stay
    monkeypatch.chdir(tmp_path)
    _run(page)


def test_every_ratio_on_a_page_is_that_of_the_last_run() -> None:
    run = runpy.run_path(str(ROOT / "docs" / "benchmarks" / "run.py"))
    shown = [mark for page in PAGES for mark in run["FIGURE"].findall(page.read_text(encoding="utf-8"))]
    ratios = run["ratios_shown"]()
    assert len(shown) > 20
    assert [mark for mark in shown if ratios.get(mark[:3]) != mark[3]] == []


def test_every_included_snippet_is_in_its_file() -> None:
    blocks = [block for page in PAGES for block in _blocks(page)]
    found = [match.groups() for block in blocks if (match := _INCLUDED.fullmatch(block.text))]
    assert found
    for file, section in found:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert all(f"# --8<-- [{edge}:{section}]" in text for edge in ("start", "end")), f"{file}:{section}"


def test_every_page_is_on_the_map() -> None:
    listed = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), flags=re.MULTILINE))
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in PAGES[1:]}
    assert listed == pages - {"benchmarks/results.md"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as the gate does, but for the outputs of notebooks."""
    for tool in ("mkdocs", "material", "mkdocstrings_handlers", "mkdocs_jupyter"):
        pytest.importorskip(tool)
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    env = {**os.environ, "SOCIALMKT_RUN_NOTEBOOKS": "false"}
    done = subprocess.run(build, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_reference_describes_every_public_name(site: Path) -> None:
    inventory = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    known = {line.split(" ")[0] for line in zlib.decompress(inventory).decode().splitlines()}
    missing = [f"{face}.{name}" for face, name in PUBLIC if f"{face}.{name}" not in known]
    assert missing == []


def test_the_site_reads_without_a_network(site: Path) -> None:
    remote = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""")
    pages = {page.relative_to(site).as_posix(): page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    assert pages
    assert [name for name, text in pages.items() if remote.search(text)] == []
