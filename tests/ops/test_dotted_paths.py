"""A function named by its dotted path: what is missing is named where the path is used."""

import sys

import pytest
from prepared import BOX, ENGINES, prepared

from diffcheck import case
from diffcheck.api import Settings, conduct
from diffcheck.errors import CaseError, UsageError
from diffcheck.ops.dotted import resolve

MISSING = {
    "attribute": ("torch.nn.functional.slu", r"torch\.nn\.functional has no 'slu': did you mean 'silu'\?"),
    "attribute of a class": ("torch.Tensor.sinn", r"torch\.Tensor has no 'sinn': did you mean 'sin'\?"),
    "submodule": ("xml.dmo.parse", r"xml has no 'dmo': did you mean 'dom'\?"),
    "module": ("torhc.special.erfcx", r"there is no module 'torhc': did you mean 'torch'\?"),
    "nothing like it": ("torch.zzzzzz", "torch has no 'zzzzzz': correct the path, install what is missing, or give"),
}
NO_FUNCTION = {
    "a module": ("torch.nn.functional", "is of type module, it must be a function"),
    "a number": ("math.pi", "is of type float, it must be a function"),
}


@pytest.mark.parametrize(("path", "message"), MISSING.values(), ids=MISSING)
def test_what_a_path_misses_is_named(path, message):
    with pytest.raises(UsageError, match=f"^'{path}'.*{message}"):
        resolve(path)


@pytest.mark.parametrize(("path", "message"), (MISSING | NO_FUNCTION).values(), ids=MISSING | NO_FUNCTION)
def test_an_implementation_that_does_not_exist_is_the_case_s_mistake(path, message):
    made = case(x=BOX, implementations={"autograd": path})(lambda x: x * x)
    with pytest.raises(CaseError, match=f"^implementation for autograd: '{path}'.*{message}"):
        prepared(ENGINES["autograd"], made)


def test_an_implementation_that_does_not_exist_costs_its_own_row_only():
    made = case(x=BOX, name="sigmoidal", samples=1, implementations={"autograd": "torch.special.expitt"})(
        lambda x: x * x
    )
    by_engine = {row.engine: row for row in conduct(made, Settings(timing=False)).rows}
    assert {name: row.verdict for name, row in by_engine.items()} == {
        "symbolic": "agree",
        "finite": "agree",
        "autograd": "error",
    }
    row = by_engine["autograd"]
    assert (row.case, row.reason) == ("sigmoidal", "prepare")
    assert row.note == (
        "implementation for autograd: 'torch.special.expitt': torch.special has no 'expitt': did you mean 'expit'?"
    )


def test_what_a_module_misses_itself_is_not_taken_for_the_module(tmp_path, monkeypatch):
    (tmp_path / "kernels_on_hold.py").write_text("import a_compiler_not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'a_compiler_not_installed'"):
        resolve("kernels_on_hold.fused")


def test_a_path_is_imported_when_it_is_used(tmp_path, monkeypatch):
    (tmp_path / "kernels_in_use.py").write_text("def square(x):\n    return x * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    made = case(x=BOX, implementations={"autograd": "kernels_in_use.square"})(lambda x: x * x)
    assert "kernels_in_use" not in sys.modules
    ready = prepared(ENGINES["autograd"], made)
    assert "kernels_in_use" in sys.modules
    assert ready.derivative({"x": 3.0}).value.tolist() == [6.0]
