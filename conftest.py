"""What pytest leaves alone: the doctests of engines whose library is not installed."""

from importlib.util import find_spec

collect_ignore_glob = [f"diffcheck/engines/{name}/*" for name in ("casadi", "jax") if find_spec(name) is None]
