"""What a user gets from the wheel, under the oldest and the newest versions of what it stands on."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import socialmkt

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = ["numpy==2.0.*", "pydantic==2.7.*", "python-dateutil==2.9.*"]
WITH_EXTRAS = {"frames": "socialmkt/*frame*.py", "plots": "socialmkt/*plot*.py"}


def test_the_package_stands_on_three_others() -> None:
    assert PROJECT["dependencies"] == ["numpy>=2.0", "pydantic>=2.7", "python-dateutil>=2.9"]


def test_the_oldest_versions_tested_are_the_oldest_allowed() -> None:
    assert [pin.replace("==", ">=").removesuffix(".*") for pin in OLDEST] == PROJECT["dependencies"]


def test_the_version_is_that_of_the_newest_entry_of_the_changelog() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", socialmkt.__version__)
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1:2] in ([], [socialmkt.__version__])


def test_the_test_extra_installs_fast() -> None:
    needs = PROJECT["optional-dependencies"]["test"]
    assert [re.split(r"[>=]", need)[0] for need in needs] == ["pytest", "pytest-xdist", "hypothesis"]


def test_the_package_is_typed() -> None:
    assert (ROOT / "socialmkt" / "py.typed").exists()


def _run(*command: str | Path, cwd: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    done = subprocess.run([*command], cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def _fresh(folder: Path, *packages: str | Path) -> Path:
    """Make an environment that holds these packages and what they need; give its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    _run(python, "-m", "pip", "install", "-q", *packages, cwd=folder)
    return python


def _needs_extra(file: str) -> bool:
    return any(fnmatch.fnmatch(file, files) for files in WITH_EXTRAS.values())


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_the_licence_only(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "socialmkt").rglob("*") if path.is_file()}
    assert held == {name for name in there if "__pycache__" not in name}
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_the_wheel_alone_imports_whole(wheel: Path, tmp_path: Path) -> None:
    python = _fresh(tmp_path / "venv", wheel)
    files = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py") and not _needs_extra(name)]
    modules = [name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in files]
    _run(python, "-W", "error", "-c", "import " + ", ".join(modules), cwd=tmp_path)
    refused = "try:\n    import socialmkt.frames\nexcept ImportError as error:\n    print(error)"
    assert 'pip install "socialmkt[frames]"' in _run(python, "-c", refused, cwd=tmp_path)
    installed = _run(python, "-m", "pip", "list", "--format=freeze", cwd=tmp_path)
    assert f"socialmkt=={socialmkt.__version__}" in installed


@pytest.mark.slow
@pytest.mark.parametrize("versions", [OLDEST, []], ids=["oldest", "newest"])
def test_the_tests_pass_under_the(versions: list[str], tmp_path: Path) -> None:
    python = _fresh(tmp_path / "venv", f"{ROOT}[test]", *versions)
    _run(python, "-m", "pip", "uninstall", "-q", "-y", "socialmkt", cwd=tmp_path)
    out = _run(python, "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", cwd=ROOT)
    assert " passed" in out
