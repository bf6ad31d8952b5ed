"""What is shipped, and how its files read."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import wfapp

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "wfapp").rglob("*.py"))
SOURCES = [
    path
    for folder in ("wfapp", "project", "tests", "bench", "scripts", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if (path.suffix == ".py" or path.parent.name in {"scripts", ".ci"}) and "node_modules" not in path.parts
]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def exported(module: ast.Module) -> list[str] | None:
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def declared(module: ast.Module) -> Iterator[str]:
    # A name may be defined twice, for type checkers and for Python: in the branches of a condition.
    branches = [body for node in module.body if isinstance(node, ast.If) for body in (node.body, node.orelse)]
    for node in [*module.body, *(node for body in branches for node in body)]:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name


def bound(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def in_a_bare_python(code: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_version_is_one() -> None:
    """The package, its installed metadata and the newest entry of the changelog agree."""
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert [importlib.metadata.version("wfapp"), newest[1]] == [wfapp.__version__] * 2


def test_import_needs_no_settings() -> None:
    """Every public name comes without a settings module, and without reading one."""
    done = in_a_bare_python("from wfapp import *\nfrom django.conf import settings\nassert not settings.configured")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_client_needs_no_settings() -> None:
    """It is for programs that are no Django sites."""
    done = in_a_bare_python(
        "from wfapp.client import *\nfrom django.conf import settings\nassert not settings.configured\n"
        "WorkflowClient('https://example.com/wf/', 'auth/login').close()"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_client_says_which_extra_it_needs() -> None:
    """Without httpx nothing else of wfapp is missed."""
    done = in_a_bare_python("import sys\nsys.modules['httpx'] = None\nimport wfapp\nimport wfapp.client")
    assert done.stderr.splitlines()[-1] == "ImportError: wfapp.client needs httpx: pip install wfapp[client]"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_is_complete(path: Path) -> None:
    """``__all__`` lists each public class and function of its module, and nothing that is not there."""
    module = parsed(path)
    names = exported(module)
    if names is None:
        return
    public = set(declared(module))
    assert public - set(names) == set()
    assert set(names) - public - set(bound(module)) == set()


def test_root_reexports_and_does_nothing_else() -> None:
    """The package root holds imports and ``__all__``, which lists all that is imported."""
    module = parsed(ROOT / "wfapp" / "__init__.py")
    imported = [name for name in bound(module) if name != "annotations" and not name.startswith("__")]
    assert sorted(imported) == sorted(exported(module) or [])
    assert list(declared(module)) == []


def test_files_are_short() -> None:
    """No file is over 350 lines."""
    assert [str(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 350] == []


def test_functions_fit_on_a_screen() -> None:
    """No function is over 50 lines."""
    functions = (
        (path, node)
        for path in SOURCES
        if path.suffix == ".py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = [f"{path}:{node.lineno}" for path, node in functions if (node.end_lineno or 0) - node.lineno >= 50]
    assert long == []


def test_wheel_ships_the_package_alone(tmp_path: Path) -> None:
    """The wheel holds every file of ``wfapp``, templates, translations and scripts included, and no other."""
    source = tmp_path / "source"
    for folder in ("wfapp", "project", "tests"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", tmp_path, source], check=True)

    (wheel,) = tmp_path.glob("*.whl")
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {str(path.relative_to(source)) for path in (source / "wfapp").rglob("*") if path.is_file()}
    assert shipped == ours
    assert {f"wfapp/static/wfapp/{name}" for name in ("client.js", "client.d.ts", "wf-form.js")} <= shipped
