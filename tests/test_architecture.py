"""The shape of the house: its floors, its purity, its sizes, and what importing it costs."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import itertools
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest

import socialmkt

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "socialmkt"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

DEPENDENCIES = {"numpy", "pydantic", "pydantic_core", "dateutil"}
IMPURE = {
    "os",
    "io",
    "pathlib",
    "socket",
    "ssl",
    "http",
    "urllib",
    "subprocess",
    "logging",
    "random",
    "secrets",
    "time",
    "tempfile",
    "shutil",
    "sqlite3",
    "asyncio",
    "threading",
    "multiprocessing",
    "concurrent",
    "pickle",
    "marshal",
    "shelve",
    "dbm",
    "mmap",
    "glob",
    "ftplib",
    "smtplib",
    "webbrowser",
    "select",
    "fcntl",
    "signal",
    "atexit",
    "platform",
    "getpass",
    "locale",
    "gettext",
    "configparser",
    "argparse",
}
ONLY_IN = {
    "ctypes": {"socialmkt/core/arrow.py"},
    "narwhals": {path for path in TREES if path.startswith(("socialmkt/frames", "socialmkt/_frame_"))},
    "matplotlib": {"socialmkt/plots.py"},
}
FACES_WITH_EXTRA = {"socialmkt.frames": "narwhals", "socialmkt.plots": "matplotlib"}
LATE = {"pandas", "polars", "pyarrow"}
EXTRAS = sorted(LATE | {"narwhals", "matplotlib", "duckdb", "dask", "scipy"})
IMPURE_CALLS = {"print", "open", "input", "eval", "exec", "compile"}
CLOCKS_AND_CHANCE = {"now", "utcnow", "today", "uuid1", "uuid4"}
RANDOM_TYPES = {"Generator", "BitGenerator"}
PROCESS = {"stdout", "stderr", "stdin", "argv", "exit"}

MOST_CODE_LINES = 60
MOST_FILE_LINES = 450
LINES_PER_SILENCER = 150

Found = Iterator[tuple[int, str]]


# --- purity --------------------------------------------------------------------------------------------------------


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and dotted name of each import from outside the package, names taken from a module included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _inside_functions(tree: ast.AST) -> set[int]:
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {line for node in functions for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)}


def _impure_imports(path: str, tree: ast.AST) -> Found:
    late_lines = _inside_functions(tree)
    for line, name in _imports(tree):
        top = name.partition(".")[0]
        if top in ONLY_IN:
            allowed = path in ONLY_IN[top]
        elif top in LATE:
            allowed = line in late_lines
        else:
            allowed = top in DEPENDENCIES | sys.stdlib_module_names | {"socialmkt"} and top not in IMPURE
        if not allowed:
            yield line, f"imports {name}"


def _impure_calls(tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS | CLOCKS_AND_CHANCE:
            yield node.lineno, f"calls {node.func.id}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS_AND_CHANCE:
            yield node.lineno, f"calls .{node.func.attr}"


def _impure_attributes(tree: ast.AST) -> Found:
    types_only = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in RANDOM_TYPES
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in {"np", "numpy"} and node.attr == "random" and id(node) not in types_only:
            yield node.lineno, "uses np.random beyond its types"
        if node.value.id == "sys" and node.attr in PROCESS:
            yield node.lineno, f"uses sys.{node.attr}"


def _impure_names(tree: ast.AST) -> Found:
    for line, name in _imports(tree):
        module, _, taken = name.rpartition(".")
        if name == "numpy.random" or (module == "numpy.random" and taken not in RANDOM_TYPES):
            yield line, f"imports {name}"
        if (module == "sys" and taken in PROCESS) or taken in CLOCKS_AND_CHANCE:
            yield line, f"imports {name}"


def _global_statements(tree: ast.AST) -> Found:
    yield from ((node.lineno, "declares a global") for node in ast.walk(tree) if isinstance(node, ast.Global))


def _impurities(path: str, tree: ast.AST) -> list[str]:
    found = [
        *_impure_imports(path, tree),
        *_impure_calls(tree),
        *_impure_attributes(tree),
        *_impure_names(tree),
        *_global_statements(tree),
    ]
    return [f"{path}:{line} {what}" for line, what in found]


@pytest.mark.parametrize("path", TREES)
def test_the_package_reaches_for_nothing_outside_its_arguments(path: str) -> None:
    assert _impurities(path, TREES[path]) == []


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "import os.path as p",
        "from os import path",
        "def f():\n    import time",
        "import typing_extensions",
        "from annotated_types import Ge",
        "import requests",
        "import ctypes",
        "import narwhals as nw",
        "import pandas as pd",
        "if TYPE_CHECKING:\n    import polars",
        "from datetime import datetime\ndatetime.now(None)",
        "dt.date.today()",
        "uuid.uuid4()",
        "print(1)",
        "open('x')",
        "eval('1')",
        "np.random.default_rng(1)",
        "rng = np.random",
        "from numpy.random import default_rng",
        "from numpy import random",
        "import numpy.random",
        "def f():\n    global x",
        "sys.exit()",
        "from sys import stdout",
    ],
)
def test_the_purity_check_sees(code: str) -> None:
    assert _impurities("socialmkt/rfm/summary.py", ast.parse(code)) != []


@pytest.mark.parametrize(
    "code",
    [
        "from __future__ import annotations",
        "import numpy as np",
        "from numpy.typing import NDArray",
        "from pydantic_core import core_schema",
        "from dateutil.zoneinfo import get_zonefile_instance",
        "import hashlib, hmac, json, re, warnings, functools, zoneinfo",
        "def to_pandas(table):\n    import pandas",
        "def f(rng: np.random.Generator): ...",
        "from numpy.random import Generator",
        "re.compile('a')",
        "sys.byteorder",
        "VERIFIER = 'import os; print(1)'",
    ],
)
def test_the_purity_check_lets_pass(code: str) -> None:
    assert _impurities("socialmkt/rfm/summary.py", ast.parse(code)) == []


# --- what an import brings along -----------------------------------------------------------------------------------


def _fresh(code: str) -> str:
    """Run code in a fresh interpreter where every warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _loaded(code: str) -> set[str]:
    return set(_fresh(f"{code}\nimport sys\nprint(*sys.modules)").split())


def _public_modules() -> list[str]:
    """Name every module that needs no extra, private ones left out, `core.arrow` included."""
    names = [module.name for module in pkgutil.walk_packages([str(PACKAGE)], "socialmkt.")]
    return [name for name in names if "._" not in name and name not in FACES_WITH_EXTRA]


def test_importing_the_package_loads_no_area_and_not_even_numpy() -> None:
    loaded = _loaded("import socialmkt")
    assert {name for name in loaded if name.startswith("socialmkt")} == {"socialmkt"}
    assert not loaded & {"numpy", "pydantic", "dateutil"}


def test_all_public_names_load_no_extra_and_no_arrow_exporter() -> None:
    loaded = _loaded("import socialmkt\nfor name in socialmkt.__all__: getattr(socialmkt, name)")
    assert not loaded & {*EXTRAS, "socialmkt.core.arrow"}


def test_all_modules_load_no_extra() -> None:
    assert not _loaded("import " + ", ".join(_public_modules())) & set(EXTRAS)


def test_the_face_lists_what_it_can_load_and_refuses_the_rest() -> None:
    assert set(socialmkt.__all__) <= set(dir(socialmkt))
    with pytest.raises(AttributeError, match="has no attribute 'sumarize'"):
        _ = socialmkt.sumarize


def test_the_face_offers_every_area_and_every_error() -> None:
    areas = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - {"core"}
    errors = {name for name in importlib.import_module("socialmkt.core.errors").__all__ if name[0].isupper()}
    assert areas | errors - {"Verbatim"} <= set(socialmkt.__all__)


def test_the_floors_stand_on_one_another_only_downwards() -> None:
    pytest.importorskip("importlinter")
    linter = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# --- public names --------------------------------------------------------------------------------------------------


def _public(module: ModuleType) -> list[str]:
    """Name what a module offers; a module among it is a face of its own."""
    names = [name for name in getattr(module, "__all__", []) if name != "__version__"]
    return [name for name in names if not isinstance(getattr(module, name), ModuleType)]


def _faces() -> list[str]:
    """Name the modules users import from: the areas, the modules they offer, and the modules of `core`."""
    areas = {f"socialmkt.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")} - {"socialmkt.core"}
    offered = {
        module.__name__
        for area in areas
        for module in vars(importlib.import_module(area)).values()
        if isinstance(module, ModuleType)
        and module.__name__.rpartition(".")[2] in importlib.import_module(area).__all__
    }
    core = {f"socialmkt.core.{path.stem}" for path in PACKAGE.glob("core/[!_]*.py")}
    extras = {face for face, library in FACES_WITH_EXTRA.items() if importlib.util.find_spec(library)}
    return sorted(areas | offered | core | extras)


def _described_constants(path: Path) -> set[str]:
    """Name the assignments of a file that are followed by a string that describes them."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    pairs = itertools.pairwise(body)
    described = [node for node, text in pairs if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)]
    plain = [target for node in described if isinstance(node, ast.Assign) for target in node.targets]
    typed = [node.target for node in described if isinstance(node, ast.AnnAssign)]
    return {target.id for target in [*plain, *typed] if isinstance(target, ast.Name)}


DESCRIBED = {name for path in FILES for name in _described_constants(path)}
PUBLIC = [(face, name) for face in _faces() for name in _public(importlib.import_module(face))]


@pytest.mark.parametrize("face", _faces())
def test_every_module_that_users_import_from_lists_its_public_names(face: str) -> None:
    module = importlib.import_module(face)
    assert _public(module), f"{face} has no __all__"
    assert [name for name in _public(module) if not hasattr(module, name)] == []


def test_every_public_constant_is_described() -> None:
    values = {name: getattr(importlib.import_module(face), name) for face, name in PUBLIC}
    constants = {name for name, value in values.items() if not inspect.isclass(value) and not inspect.isfunction(value)}
    assert constants - DESCRIBED == set(), "no string below the assignment says what it is"


def _enums() -> dict[type[Enum], str]:
    """Find every public enum with the area it belongs to."""
    values = [(getattr(importlib.import_module(face), name), face.split(".")[1]) for face, name in PUBLIC]
    return {value: area for value, area in values if inspect.isclass(value) and issubclass(value, Enum)}


@pytest.mark.parametrize(("kind", "area"), _enums().items(), ids=lambda part: getattr(part, "__name__", part))
def test_a_test_of_its_area_names_every_member_of_a_public_enum(kind: type[Enum], area: str) -> None:
    tests = [*(ROOT / "tests" / area).glob("*.py"), *(ROOT / "tests" / "vectors").glob(f"{area}_*.json")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    named = {member: rf"\b{kind.__name__}\.{member.name}\b|[\"']{re.escape(member.value)}[\"']" for member in kind}
    assert [member.name for member, words in named.items() if not re.search(words, text)] == []


def test_every_public_module_stands_in_the_reference() -> None:
    pages = [page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md")]
    listed = re.findall(r"^::: (\S+)$", "\n".join(pages), flags=re.MULTILINE)
    assert sorted(listed) == sorted({*_faces(), *FACES_WITH_EXTRA})


# --- the shape of files --------------------------------------------------------------------------------------------


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = ast.get_docstring(function, clean=False)
    return (function.end_lineno or 0) - function.lineno + 1 - (doc.count("\n") + 1 if doc else 0)


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_no_function_is_too_long_to_read() -> None:
    long = [
        f"{path}:{function.lineno} {function.name} has {_code_lines(function)} lines"
        for path, tree in TREES.items()
        for function in _functions(tree)
        if _code_lines(function) > MOST_CODE_LINES
    ]
    assert long == []


def test_no_file_holds_two_ideas() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: length for path, length in lengths.items() if length > MOST_FILE_LINES} == {}


def test_no_file_of_an_area_bears_the_name_of_a_public_function() -> None:
    for face in _faces():
        files = {path.stem for path in (ROOT / face.replace(".", "/")).glob("*.py")}
        assert not files & set(_public(importlib.import_module(face))), face


def test_an_area_s_init_only_names_what_it_offers() -> None:
    for path, tree in TREES.items():
        if re.fullmatch(r"socialmkt/\w+/__init__\.py", path):
            kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
            assert all(isinstance(node, kinds) for node in tree.body), path


def test_silencers_are_few_and_name_their_code_and_reason() -> None:
    silencer = re.compile(r"# (?:type: ignore|noqa|pyright: ignore).*")
    named = re.compile(r"# (?:(?:type|pyright): ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)  # \S.*")
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    found = [match for text in texts for match in silencer.findall(text)]
    assert [text for text in found if not named.match(text)] == []
    assert len(found) * LINES_PER_SILENCER < sum(text.count("\n") for text in texts)


def _texts() -> Iterator[tuple[str, str]]:
    """Give name and text of what the project consists of, what tools and builds leave behind left out."""
    parts = ["socialmkt", "tests", "docs", ".ci"]
    files = [path for part in parts for path in (ROOT / part).rglob("*") if "__pycache__" not in path.parts]
    for path in [*files, *ROOT.glob("[!.]*")]:
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yml", ".json", ".ipynb", ".csv", ""}:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_no_path_of_a_machine_stands_in_the_project() -> None:
    path = re.compile(r"""(?:^|[\s"'`(=:])/(?:home|root|work|tmp|Users|opt|mnt)/[\w.]""", flags=re.MULTILINE)
    assert [name for name, text in _texts() if path.search(text)] == []
    assert [name for name, text in _texts() if str(ROOT) + os.sep in text] == []
