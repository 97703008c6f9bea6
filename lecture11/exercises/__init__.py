"""Instant checks for what students write, and the edition of the course handed to them."""

from lecture11.exercises.mixture import check_responsibilities
from lecture11.exercises.verdict import Verdict

__all__ = ["Verdict", "check_responsibilities"]
