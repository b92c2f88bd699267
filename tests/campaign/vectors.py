"""The stored vectors of the mechanisms around a campaign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MECHANISMS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "campaign_mechanisms.json").read_text(encoding="utf-8")
)
