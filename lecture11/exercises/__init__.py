"""Instant checks for what students write, and the edition of the course handed to them."""

from lecture11.exercises.mixture import check_log_likelihood, check_responsibilities
from lecture11.exercises.mixture_m_step import check_m_step
from lecture11.exercises.start import check_best_bias
from lecture11.exercises.verdict import Verdict

__all__ = [
    "Verdict",
    "check_best_bias",
    "check_log_likelihood",
    "check_m_step",
    "check_responsibilities",
]
