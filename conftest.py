"""What the test run leaves out: the modules that need an extra which is not installed."""

from importlib.util import find_spec

_EXTRAS = {"frames": "narwhals", "plots": "matplotlib"}

collect_ignore_glob = [f"socialmkt/_{module}_*.py" for module, library in _EXTRAS.items() if find_spec(library) is None]
collect_ignore = [f"socialmkt/{module}.py" for module, library in _EXTRAS.items() if find_spec(library) is None]
