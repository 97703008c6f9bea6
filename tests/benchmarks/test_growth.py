import hashlib
import json
from pathlib import Path

from tests.benchmarks.growth import PROGRAMS, RESULT, grouped, middle, seconds_to, table

FILE = Path(__file__).parent / "results" / RESULT.name


def test_the_file_is_the_one_told_and_small():
    content = FILE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == RESULT.sha256
    assert len(content) <= 300_000
    report = json.loads(content)
    assert (report["builder"], report["date"]) == (RESULT.builder, RESULT.date)
    assert report["machine"]
    assert set(PROGRAMS) < set(report["versions"])


def test_a_row_for_each_number_of_points_and_side(capsys):
    table(FILE)
    rows = capsys.readouterr().out.splitlines()[3:]
    groups = grouped(json.loads(FILE.read_text()))
    assert len(rows) == len(groups)
    for row, (points, side) in zip(rows, groups, strict=True):
        assert row.startswith(side)
        assert f"{points:,}" in row


def test_no_peer_ends_lower_and_none_is_there_sooner():
    groups = grouped(json.loads(FILE.read_text()))
    for (points, side), runs in groups.items():
        ours = groups[points, "lecture11"]
        assert middle(ours, "kl") <= middle(runs, "kl") or side.startswith("lecture11")
        if side in PROGRAMS and side != "lecture11":
            there = seconds_to(ours, middle(runs, "kl"))
            assert max(there) < min(run["warm"] for run in runs)
