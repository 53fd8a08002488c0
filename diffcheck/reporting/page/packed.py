"""Texts packed into a page: deflated, in base64, unpacked by the browser when somebody asks for them."""

import base64
import json
import math
import zlib
from typing import Any


def packed(text: str) -> str:
    """The text, deflated (RFC 1951), in base64; the same bytes for the same text."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(deflate.compress(text.encode()) + deflate.flush()).decode()


def packed_values(values: Any) -> str:
    """Values as JSON, packed; NaN is null and infinities are texts, which JSON has no numbers for."""
    return packed(json.dumps(_plain(values), ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
