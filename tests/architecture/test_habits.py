"""Habits that no linter knows, each with a floor, so that a test cannot pass by finding nothing."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("desktop", "shared", "assets", "tests")


def modules(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def test_tests_never_patch_our_own_code() -> None:
    forbidden = ("unittest" + ".mock", "mocker" + ".patch", "monkeypatch" + '.setattr("')
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in modules("tests")
        for word in forbidden
        if word in path.read_text("utf-8")
    ]
    assert len(modules("tests")) > 20
    assert not found, "pass a fake through the constructor instead"


def test_modules_stay_small() -> None:
    sizes = {
        path: len(path.read_text("utf-8").splitlines()) for path in modules("desktop", "shared", "assets")
    }
    too_long = {str(path.relative_to(ROOT)): lines for path, lines in sizes.items() if lines > 450}
    assert len(sizes) > 40
    assert not too_long, "split what is about more than one thing"


def test_constructors_are_keyword_only() -> None:
    """Up to two arguments may go by position, as a widget's parent does; a module's own classes are its own."""
    found: list[str] = []
    constructors = 0
    for path in modules("desktop", "shared"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                not isinstance(node, ast.ClassDef)
                or node.name.startswith("_")
                or any("Error" in ast.unparse(base) for base in node.bases)
            ):
                continue
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                    constructors += 1
                    if len(item.args.args) > 3:
                        found.append(f"{path.relative_to(ROOT)}:{item.lineno} {node.name}")
    assert constructors > 20
    assert not found, "make the arguments keyword-only"


def test_the_command_line_imports_in_a_process_without_torch_or_widgets() -> None:
    program = (
        "import sys; import desktop.app.command_line; "
        "heavy = {'torch', 'diffusers', 'transformers', 'PySide6.QtWidgets'} & set(sys.modules); "
        "sys.exit(f'imported at start: {heavy}' if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == 0, result.stderr
