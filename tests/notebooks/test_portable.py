"""The settings that imitate other processors, and the proof that each took effect."""

import platform
from pathlib import Path

import pytest

from tests.notebooks import portable
from tests.notebooks.portable import (
    PLAINEST,
    USUAL,
    Seen,
    Setting,
    can_imitate,
    main,
    probe,
    proved,
)

imitates = pytest.mark.skipif(
    not can_imitate(), reason="other processors are imitated on Linux with x86-64 only"
)
each_setting = pytest.mark.parametrize(
    "setting", [PLAINEST, USUAL], ids=lambda setting: setting.name
)


@pytest.fixture(scope="module")
def here() -> Seen:
    seen = probe({})
    if not seen.features:
        pytest.skip("this jaxlib's executables do not say what they were compiled for")
    return seen


@pytest.mark.slow
@imitates
@each_setting
def test_each_setting_takes_effect_and_only_then_is_recognised(setting: Setting, here: Seen):
    if setting.needs and setting.needs not in here.features:
        pytest.skip(f"this processor lacks {setting.needs[1:]}")
    seen = proved(setting)
    assert not setting.took_effect(here) or seen == here  # this machine is such a one


@each_setting
def test_an_answer_that_says_nothing_is_no_proof(setting: Setting):
    assert not setting.took_effect(Seen(features=[], fused=True, threads=0))
    assert not setting.took_effect(Seen(features=[], fused=False, threads=2))


def test_a_processor_that_has_no_fma_itself_is_made_plainer_still():
    """As an emulated Ivy Bridge (qemu-x86_64 -cpu IvyBridge) answered, without and with it."""
    plain = Seen(["+avx", "-avx2", "-avx512f", "-fma"], fused=False, threads=1)
    assert not PLAINEST.took_effect(plain)
    assert PLAINEST.took_effect(plain._replace(features=["-avx", "-avx2", "-avx512f", "-fma"]))
    assert USUAL.needs not in plain.features


@pytest.mark.slow
@imitates
def test_a_setting_without_effect_ends_the_run(here: Seen):
    with pytest.raises(SystemExit, match="took no effect"):
        proved(PLAINEST._replace(environment={"XLA": "old"}))


SMALL = Seen(["+avx2", "+fma", "-avx512f"], fused=True, threads=2)
LARGE = SMALL._replace(features=["+avx2", "+avx512f", "+fma"])


def run(monkeypatch: pytest.MonkeyPatch, here: Seen, seen: Seen, *arguments: str) -> int:
    """Run as if a process saw ``here`` by itself and ``seen`` with the setting."""
    monkeypatch.setattr(portable, "probe", lambda environment: seen if environment else here)
    monkeypatch.setattr(portable, "can_imitate", lambda: True)
    return main(arguments)


def test_what_this_processor_does_anyway_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    assert run(monkeypatch, SMALL, SMALL, "no-such-file") == 0
    assert "nothing to repeat" in capfd.readouterr().out


def test_what_this_processor_cannot_do_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    assert run(monkeypatch, Seen(["-avx2"], fused=False, threads=2), SMALL, "no-such-file") == 0
    assert "lacks avx2" in capfd.readouterr().out


@pytest.mark.slow
def test_pytest_runs_under_the_setting_and_its_failure_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    check = tmp_path / "test_setting.py"
    check.write_text("import os\n\ndef test_it(): assert 'AVX2' in os.environ['XLA_FLAGS']\n")
    options = [str(check), "-q", "-p", "no:cacheprovider"]
    assert run(monkeypatch, LARGE, SMALL, *options) == 0
    check.write_text("def test_it(): assert False\n")
    assert run(monkeypatch, LARGE, SMALL, *options) == 1


def test_elsewhere_it_says_so_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert main([]) == 0
    assert "x86-64 only" in capsys.readouterr().out


def test_programs_compiled_for_each_are_kept_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "compiled")
    kept = [portable.environment_of(of.environment) for of in (PLAINEST, USUAL)]
    folders = [environment["JAX_COMPILATION_CACHE_DIR"] for environment in kept]
    assert folders == ["compiled-SSE4_2", "compiled-AVX2"]
