"""Results of load tests as tests make them: rows, written in any form JMeter has ever used."""

import csv
import io
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

HEADER = (
    "timeStamp", "elapsed", "label", "responseCode", "responseMessage", "threadName", "dataType",
    "success", "failureMessage", "bytes", "sentBytes", "grpThreads", "allThreads", "URL", "Latency",
    "IdleTime", "Connect",
)  # fmt: skip
BEGIN_MS = 1_795_000_000_000


@dataclass(frozen=True)
class Sample:
    """One row."""

    at_ms: int
    took_ms: int
    label: str = "home"
    ok: bool = True
    message: str = "OK"

    @property
    def cells(self) -> dict[str, str]:
        code = "200" if self.ok else "500"
        why = "" if self.ok else 'Test failed: text expected to contain /pay,\n"now"/'
        return {
            "timeStamp": str(self.at_ms), "elapsed": str(self.took_ms), "label": self.label,
            "responseCode": code, "responseMessage": self.message, "threadName": "users 1-1",
            "dataType": "text", "success": str(self.ok).lower(), "failureMessage": why,
            "bytes": "213", "sentBytes": "117", "grpThreads": "5", "allThreads": "5",
            "URL": "http://127.0.0.1/", "Latency": str(self.took_ms), "IdleTime": "0",
            "Connect": "1",
        }  # fmt: skip


def as_csv(samples, *, columns=HEADER, delimiter=",", header=True, time=str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(columns)
    for sample in samples:
        cells = sample.cells | {"timeStamp": time(sample.at_ms)}
        writer.writerow([cells[name] for name in columns])
    return text.getvalue().encode()


def as_xml(samples) -> bytes:
    rows = "\n".join(f"{element(sample)}" for sample in samples)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testResults version="1.2">\n{rows}\n'
        "</testResults>\n"
    ).encode()


def element(sample, inner="", tag="httpSample") -> str:
    return (
        f'<{tag} t="{sample.took_ms}" it="0" lt="1" ct="0" ts="{sample.at_ms}" '
        f's="{str(sample.ok).lower()}" lb={quoteattr(sample.label)} rc="200" '
        f'rm={quoteattr(sample.message)} tn="users 1-1" dt="" by="213" sby="117">'
        f"{inner}</{tag}>"
    )


def controller(at_ms, took_ms, label, n, *, ok=True) -> Sample:
    message = f"Number of samples in transaction : {n}, number of failing samples : {int(not ok)}"
    return Sample(at_ms, took_ms, label, ok=ok, message=message)


def run(n=200, *, label="home", base=50, step_ms=40, bad=0, at_ms=BEGIN_MS) -> list[Sample]:
    """A run whose durations follow a fixed pattern; every ``bad``-th sample fails."""
    return [
        Sample(at_ms + i * step_ms, base + (i * 37) % 41, label, ok=not (bad and i % bad == 0))
        for i in range(n)
    ]
