"""The settings that imitate other processors, and the proof that each took effect."""

import platform
import sys
from pathlib import Path

import pytest

from tests.notebooks import portable
from tests.notebooks.portable import SETTINGS, Seen, Setting, main, probe

imitates = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64",
    reason="other processors are imitated on Linux with x86-64 only",
)


@pytest.fixture(scope="module")
def here() -> Seen:
    seen = probe({})
    if not seen.features:
        pytest.skip("this jaxlib's executables do not say what they were compiled for")
    return seen


@imitates
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_takes_effect_and_only_then_is_recognised(setting: Setting, here: Seen):
    if setting.needs and setting.needs not in here.features:
        pytest.skip(f"this processor lacks {setting.needs[1:]}")
    seen = probe(setting.environment)
    assert setting.took_effect(seen)
    assert not setting.took_effect(here) or seen == here  # this machine is such a one


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_an_answer_that_says_nothing_is_no_proof(setting: Setting):
    assert not setting.took_effect(Seen(features=[], fused=True, threads=0))
    assert not setting.took_effect(Seen(features=[], fused=False, threads=2))


@imitates
def test_a_setting_without_effect_fails_and_runs_no_notebook(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], here: Seen
):
    monkeypatch.setattr(portable, "SETTINGS", (SETTINGS[0]._replace(environment={"XLA": "old"}),))
    assert main(["--version"]) == 1
    out, err = capfd.readouterr()
    assert "took no effect" in out
    assert "pytest" not in out + err


@imitates
def test_what_this_processor_does_anyway_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], here: Seen
):
    setting = SETTINGS[1]._replace(took_effect=lambda seen: True, needs="")
    monkeypatch.setattr(portable, "probe", lambda environment: here)
    monkeypatch.setattr(portable, "SETTINGS", (setting,))
    assert main(["no-such-file"]) == 0
    assert "nothing to repeat" in capfd.readouterr().out


@imitates
def test_pytest_runs_under_each_setting_and_its_failure_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here: Seen
):
    unlike = here._replace(threads=here.threads + 1)
    monkeypatch.setattr(portable, "probe", lambda environment: unlike if environment else here)
    both = [setting._replace(took_effect=lambda seen: True, needs="") for setting in SETTINGS[:2]]
    monkeypatch.setattr(portable, "SETTINGS", both)
    check = tmp_path / "test_setting.py"
    check.write_text("import os\n\ndef test_it(): assert 'AVX2' in os.environ['XLA_FLAGS']\n")
    assert main([str(check), "-q", "-p", "no:cacheprovider"]) == 1


def test_elsewhere_it_says_so_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert main([]) == 0
    assert "x86-64 only" in capsys.readouterr().out
