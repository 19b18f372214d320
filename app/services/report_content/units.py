"""The unit that lengths of work are counted in."""

from dataclasses import dataclass

from app.wording import MINUS, NONE


@dataclass(frozen=True, slots=True)
class Unit:
    """Seconds or minutes, whichever the work is counted in."""

    seconds: float
    name: str

    def figure(self, length_s: float | None) -> str:
        """Write a length without its unit."""
        if length_s is None:
            return NONE
        value = length_s / self.seconds
        return f"{value:.1f}" if self.seconds == 1.0 and value < 99.5 else f"{value:.0f}"

    def difference(self, length_s: float | None) -> str:
        """Write a difference without its unit."""
        if length_s is None:
            return NONE
        if self.seconds == 1.0:
            shown = round(length_s, 1)
            text = f"{shown:+.1f}" if abs(shown) < 99.5 else f"{shown:+.0f}"
        else:
            shown = round(length_s / self.seconds)
            text = f"{shown:+d}"
        return text.replace("-", MINUS) if shown else "0"
