from pathlib import Path

import pytest

from turnout import resources
from turnout.electorate import specification
from turnout.errors import UsageError


@pytest.fixture
def user(tmp_path: Path):
    """A user's own, changed copy of the shipped specification."""

    def _write(old: str, new: str) -> str:
        text = resources.find("models", "propensity.toml").read_text(encoding="utf-8")
        assert old in text
        own = tmp_path / "own.toml"
        own.write_text(text.replace(old, new, 1), encoding="utf-8")
        return str(own)

    return _write


@pytest.mark.parametrize("name", ["propensity", "propensity-boosted"])
def test_shipped_specifications_build(name):
    pipeline = specification.load(name).pipeline(1)
    assert [step for step, _ in pipeline.steps] == ["features", "estimator"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"LogisticRegression"',
            '"os.system"',
            r"estimator: unknown estimator 'os.system'; allowed are LogisticRegression",
        ),
        ('"mail_habit"', '"shoe_size"', r"features: unknown feature 'shoe_size'; allowed are habit"),
        ('"mail_habit"', '"habit"', "a feature is listed twice"),
        ("C = 1.0", 'class_weight = "balanced"', "'class_weight' cannot be set"),
        ("window = 8", "windows = 8", "training.windows"),
        ("window = 8", "window = 0", "training.window"),
        ("C = 1.0", "C = = 1.0", "not valid TOML"),
    ],
)
def test_what_does_not_belong_is_named(user, old, new, message):
    with pytest.raises(UsageError, match=message) as error:
        specification.load(user(old, new))
    assert "own.toml" in str(error.value)


def test_an_unknown_hyper_parameter_is_named_with_what_there_is(user):
    spec = specification.load(user("C = 1.0", "D = 1.0"))
    with pytest.raises(UsageError, match=r"hyper_parameters.D: LogisticRegression has none of that name; it has C,"):
        spec.pipeline(1)


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "no-such", "shift"])
def test_a_model_that_is_not_there_is_named_with_those_that_are(name):
    with pytest.raises(UsageError, match=r"no such model\. There are propensity, propensity-boosted"):
        specification.load(name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"mine\.toml: no such file"):
        specification.load(str(tmp_path / "mine.toml"))


def test_in_outputs_a_file_goes_without_its_folders(user):
    assert specification.label(user("C = 1.0", "C = 2.0")) == "own"
    assert specification.label("propensity-last") == "propensity-last"
