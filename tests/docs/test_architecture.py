"""The floors of the house, read from the imports: a module imports what is below it and nothing else."""

import ast
import graphlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "diffcheck"

# For each room, a package or a module of its own, the rooms that it may import from; itself always.
GROUND = {"errors", "formats"}
FUNCTIONS = {*GROUND, "ops", "case"}
PROGRAMS = {*FUNCTIONS, "program"}
JUDGES = {*PROGRAMS, "engines", "referee", "verdict", "judgement"}
FLOORS = {
    "errors": set(),
    "timing": {"errors"},
    "formats": {"errors"},
    "ops": {"errors"},
    "case": {*GROUND, "ops", "verdict"},
    "program": {*GROUND, "ops"},
    "sources": PROGRAMS,
    "engines": {*PROGRAMS, "verdict"},
    "referee": {*PROGRAMS, "verdict"},
    "verdict": set(),
    "judgement": {*PROGRAMS, "engines", "referee", "verdict"},
    "results": {*GROUND, "verdict"},
    "environment": {"errors", "engines"},
    "regression": {*GROUND, "case", "verdict", "results"},
    "runner": {*JUDGES, "sources", "audit", "environment", "results", "timing", "regression"},
    "reporting": {*GROUND, "verdict", "results", "regression"},
    "session": {"results", "runner", "reporting"},
    "selftest": {*JUDGES, "runner"},
    "notebook": {*JUDGES, "results", "reporting", "runner"},
    "table": {"results", "reporting"},
    "audit": {*JUDGES, "sources"},
    "hunt": {*JUDGES, "sources", "results", "runner", "reporting"},
    "claims": {*JUDGES, "runner", "timing", "reporting"},
    "api": {
        *JUDGES,
        "sources",
        "results",
        "environment",
        "runner",
        "reporting",
        "regression",
        "session",
        "notebook",
        "table",
    },
    "cli": {
        "selftest",
        "claims",
        "audit",
        "hunt",
        *JUDGES,
        "sources",
        "results",
        "environment",
        "runner",
        "reporting",
        "regression",
        "session",
        "api",
    },
    "pytest_plugin": {*JUDGES, "sources", "results", "environment", "runner", "reporting", "regression", "api"},
    "gradients": {*JUDGES, "runner"},
    "__init__": {"case", "ops", "sources", "api", "audit", "gradients"},
    "__main__": {"cli"},
}
# Libraries that only these may import, anywhere in their text.
LIBRARIES = {
    "torch": {
        f"diffcheck.engines.autograd.{name}"
        for name in (
            "engine",
            "automatic",
            "modes",
            "numbers",
            "pull",
            "tf32",
            "contract",
            "passes",
            "arrays",
            "calls",
            "script",
            "yardstick",
        )
    }
    | {
        f"diffcheck.sources.torch_code.{name}"
        for name in (
            *("case_of", "code", "modules", "draws", "definition", "recorder", "numbers", "kernels"),
            *("rows.decompositions", "rows.moves"),
            *("storages", "subject", "cuts", "directions"),
        )
    }
    | {
        f"diffcheck.audit.{room}.{name}"
        for room, names in {
            "subjects": "operation subject told modules",
            "conditions": "world layouts incoming values passes consumers",
            "answers": "script contents",
            "examples": "inferred probe borders beyond more_axes sentinels",
            "of_torch": "catalogue findings",
            "trials": "screen reference distance hearing plainly loss differences second neighbours frozen lines "
            "nearby hearing_of_torch components",
        }.items()
        for name in names.split()
    }
    | {"diffcheck.audit.inquiry", "diffcheck.claims.plain"},
    "sympy": {
        *(f"diffcheck.engines.symbolic.{name}" for name in ("engine", "closed_form", "functions", "latex")),
        "diffcheck.program.rules",
        *(f"diffcheck.claims.{name}" for name in ("plain", "swell")),
    },
    "pandas": {
        "diffcheck.table",
        "diffcheck.results.frames",
        "diffcheck.results.run",
        "diffcheck.api",
    },
    "click": {
        f"diffcheck.cli.{name}"
        for name in (
            *(
                "about",
                "audit",
                "check",
                "claims",
                "compare",
                "defaults",
                "group",
                "hunt",
                "options",
                "regress",
                "report",
            ),
            *("run", "show"),
        )
    },
    "rich": {
        "diffcheck.cli.conduct",
        "diffcheck.cli.run",
        "diffcheck.reporting.terminal",
        "diffcheck.reporting.show",
        "diffcheck.reporting.progress",
    },
    "jinja2": {"diffcheck.reporting.markdown", "diffcheck.reporting.page.document"},
    "threadpoolctl": {"diffcheck.timing"},
    "packaging": {"diffcheck.runner.engines"},
    "jax": {
        f"diffcheck.engines.jax.{name}" for name in ("engine", "compiled", "modes", "graphs", "contract", "as_numpy")
    },
    "casadi": {f"diffcheck.engines.casadi.{name}" for name in ("functions", "derivatives", "instructions")},
}


def name_of(file):
    """The module in a file, by its dotted name."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def imports(text):
    """Every module that a text imports, anywhere in it: ``from a import b`` gives ``a.b``, whatever b is."""
    nodes = list(ast.walk(ast.parse(text)))
    assert all(node.level == 0 for node in nodes if isinstance(node, ast.ImportFrom)), "a relative import"
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {f"{n.module}.{alias.name}" for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names}


def known(found):
    """Those of our own modules that are meant: ``a.b`` where that is a module, else ``a``."""
    ours = {name for name in found if name.split(".")[0] == "diffcheck"}
    return {name if name in MODULES else name.rpartition(".")[0] for name in ours}


def room(module):
    return [*module.split("."), "__init__"][1]


GRAPH = {name: known(imports(file.read_text(encoding="utf-8"))) for name, file in MODULES.items()}
ENGINES = {
    target.partition(":")[0]
    for target in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][
        "diffcheck.engines"
    ].values()
}


def test_the_reader_of_imports_sees_all_of_them():
    text = "import torch.nn\ndef f():\n    from sympy import diff as d, log\nif True:\n    import a, b.c\n"
    assert imports(text) == {"torch.nn", "sympy.diff", "sympy.log", "a", "b.c"}
    assert known({"diffcheck.ops.enclosures.balls", "diffcheck.errors.CaseError", "numpy"}) == {
        "diffcheck.ops.enclosures.balls",
        "diffcheck.errors",
    }
    with pytest.raises(AssertionError, match="relative"):
        imports("from . import x")


def test_the_modules_and_the_engines_are_found():
    assert {"diffcheck", "diffcheck.ops.table", "diffcheck.cli"} <= set(GRAPH)
    assert {f"diffcheck.engines.{name}" for name in ("symbolic", "finite", "autograd", "jax", "casadi")} <= ENGINES
    assert set(GRAPH) >= ENGINES


def test_every_room_has_a_floor():
    assert {room(module) for module in GRAPH} <= set(FLOORS)


@pytest.mark.parametrize("module", GRAPH)
def test_imports_stay_below(module):
    allowed = {*FLOORS[room(module)], room(module)}
    assert {name for name in GRAPH[module] if room(name) not in allowed} == set()


def test_the_floors_are_no_circle():
    graphlib.TopologicalSorter(FLOORS).prepare()


def test_the_modules_are_no_circle():
    graphlib.TopologicalSorter(GRAPH).prepare()


def test_nothing_below_imports_the_package_itself():
    assert {module for module, names in GRAPH.items() if "diffcheck" in names} == set()


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_engines_do_not_know_each_other(engine):
    """An engine is a module, or a package whose modules serve nobody else."""
    own = {module for module in GRAPH if f"{module}.".startswith(f"{engine}.")}
    neighbours = {name for module in own for name in GRAPH[module] if room(name) == "engines"} - own
    assert neighbours == {"diffcheck.engines.base"}
    assert {module for module, names in GRAPH.items() if names & own} - own == set()


@pytest.mark.parametrize(("library", "allowed"), LIBRARIES.items(), ids=LIBRARIES)
def test_libraries_stay_in_their_rooms(library, allowed):
    texts = {module: imports(file.read_text(encoding="utf-8")) for module, file in MODULES.items()}
    users = {module for module, names in texts.items() if library in {name.split(".")[0] for name in names}}
    assert users <= allowed


@pytest.mark.parametrize(
    "statement",
    [
        "import diffcheck",
        "import diffcheck.ops",
        "import diffcheck.cli",
        "from diffcheck import case, interval",
        "import diffcheck.case.points",
        "import diffcheck.sources.collect",
        "import diffcheck.ops.table",
    ],
)
def test_what_is_imported_often_imports_nothing_heavy(statement):
    heavy = {"torch", "sympy", "pandas", "matplotlib", "jax", "casadi"}
    code = f"import sys; {statement}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_importing_torch_later_changes_nothing_earlier():
    # The table looks for torch among the loaded modules; tracing and NumPy must not need it.
    code = (
        "import sys, numpy; from diffcheck import ops; from diffcheck.program.trace import trace\n"
        "trace(lambda x: ops.gelu(x) + ops.softmax(x), {'x': (3,)}, {})\n"
        "ops.gelu(numpy.ones(3)); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"
