"""Social-marketing primitives: pure, typed, exact and fast."""

__version__ = "0.1.0.dev0"
