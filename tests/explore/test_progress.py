import pytest

from lecture11.explore import Progress


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is displayed: outside a notebook it would be printed."""
    found: list[object] = []
    monkeypatch.setattr("lecture11.explore.progress.display", found.append)
    return found


def test_it_moves_with_the_run_and_says_how_far_it_is():
    with Progress("training") as progress:
        assert progress.bar.value == 0
        progress(250, 1000, object())
        assert progress.bar.value == 0.25
        assert progress.said.value.startswith("250 of 1,000, about ")
        progress(0, 1000)  # nothing done yet is no division by zero
    assert progress.bar.value == 1
    assert progress.said.value.startswith("done in ")


def test_it_says_what_the_run_says_of_itself():
    progress = Progress("training", say=lambda loss: f"ELBO {-loss:.1f}")
    progress(3, 10, 104.25)
    assert progress.said.value.startswith("3 of 10, ELBO -104.2, about ")


def test_it_stays_where_an_error_ended_it_and_lets_the_error_through():
    progress = Progress("training")

    def train() -> None:
        with progress:
            progress(250, 1000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    assert progress.bar.value == 0.25
    assert progress.said.value == "ended early: KeyboardInterrupt"


def test_its_text_form_does_not_change_as_it_moves():
    progress = Progress("training")
    before = repr(progress)
    progress(1, 2)
    assert repr(progress) == before == progress._repr_mimebundle_()["text/plain"]


def test_it_shows_itself_once_on_entering(shown: list[object]):
    progress = Progress("training")
    assert shown == []
    with progress:
        assert shown == [progress]
    assert shown == [progress]
