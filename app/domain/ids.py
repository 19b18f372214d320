"""Identifiers: time-ordered, unique across workstations, plain strings."""

import os
import time
from typing import NewType
from uuid import UUID

ChangeId = NewType("ChangeId", str)
HostId = NewType("HostId", str)
RunId = NewType("RunId", str)
SetId = NewType("SetId", str)
HealthId = NewType("HealthId", str)
SampleSetId = NewType("SampleSetId", str)
ReportId = NewType("ReportId", str)
TemplateId = NewType("TemplateId", str)
WindowId = NewType("WindowId", str)
RestoreId = NewType("RestoreId", str)
LoadRunId = NewType("LoadRunId", str)
ConnectionId = NewType("ConnectionId", str)


def new_id() -> str:
    """Return a UUID of version 7 (RFC 9562): sorts by creation time, 74 random bits."""
    unix_ms = time.time_ns() // 1_000_000
    high = (unix_ms & (1 << 48) - 1) << 80
    low = int.from_bytes(os.urandom(10)) >> 4
    version, variant = 0x7 << 76, 0b10 << 62
    random_a, random_b = low >> 64 & 0xFFF, low & (1 << 62) - 1
    return str(UUID(int=high | version | random_a << 64 | variant | random_b))
